import { checkOptions, choice, number, type OptionsOf } from '@mer/options';
import * as tf from '@tensorflow/tfjs-core';
import { blurRadius, gaussianBlur, gaussianWindow } from './blur.js';
import { type CheckOption, splitCheck } from './check-option.js';
import { fromChecked } from './check-values.js';
import { type FrameReader, type FrameSource, resolveSpan, spanOption } from './clip.js';
import { type FlowChoice, flowOption, opticalFlow } from './flow/optical-flow.js';
import { eachPart } from './frame-reader.js';
import { frameAt, sliceFrames } from './frames.js';
import { canReadNow, hostValues } from './host.js';
import { type Region, regionOption, regionPixels } from './region.js';
import { toGray } from './to-gray.js';
import { floats, placed, takeBytes, withIntensityKernels } from './wasm/kernels.js';

/** The options of {@link frameIntensities}. */
export const frameIntensitiesOptions = {
  measure: choice(
    "How much a frame moves: `'onset-difference'` |I_t - I_1|, `'adjacent-difference'` |I_t - I_{t-1}| (0 for the first frame), or `'flow'` the length of the optical flow from the first frame; each averaged over the region.",
    ['onset-difference', 'adjacent-difference', 'flow'],
    { default: 'onset-difference' },
  ),
  intensityBlur: number(
    "Gaussian blur of the gray frames before they are compared, sigma in pixels. Not for measure `'flow'`.",
    { min: 0, max: 50, default: 1 },
  ),
  region: regionOption('The part of the image that counts.', { default: [0, 0, 1, 1] }),
  flow: flowOption('farneback'),
  span: spanOption(),
};

/** Options of {@link frameIntensities}. */
export type FrameIntensitiesOptions = OptionsOf<typeof frameIntensitiesOptions>;

/** What the intensity of frames depends on, checked and complete. */
export interface IntensityPlan {
  measure: NonNullable<FrameIntensitiesOptions['measure']>;
  intensityBlur: number;
  region: Region;
  flow: FlowChoice;
}

function byDifference(frames: tf.Tensor4D, first: number, count: number, plan: IntensityPlan): Float32Array {
  const [, height, width, channels] = frames.shape;
  const task = 'measure the motion of frames';
  const { top, left, bottom, right } = regionPixels(plan.region, height, width);
  const radius = blurRadius(plan.intensityBlur, height, width);
  const size = height * width * channels;
  const values = hostValues(frames, task);
  const frame = (index: number) => values.subarray((first + index) * size, (first + index + 1) * size);
  const result = new Float32Array(count);
  withIntensityKernels(task, (kernels) => {
    let here = takeBytes(kernels, 4 * size);
    let reference = takeBytes(kernels, 4 * size);
    const window = placed(kernels, gaussianWindow(radius, plan.intensityBlur));
    floats(kernels, reference, size).set(frame(0));
    for (let t = 1; t < count; t++) {
      floats(kernels, here, size).set(frame(t));
      const sum = kernels.grayChange({
        frame: here,
        reference,
        width,
        height,
        channels,
        window,
        radius,
        left,
        top,
        right,
        bottom,
      });
      result[t] = sum / ((bottom - top) * (right - left));
      if (plan.measure === 'adjacent-difference') [here, reference] = [reference, here];
    }
  });
  return result;
}

function byFlow(frames: tf.Tensor4D, first: number, count: number, plan: IntensityPlan): tf.Tensor1D {
  const [, height, width] = frames.shape;
  const { top, left, bottom, right } = regionPixels(plan.region, height, width);
  return tf.tidy(() => {
    const start = frameAt(frames, first);
    const means: tf.Scalar[] = [tf.scalar(0)];
    for (let t = 1; t < count; t++) {
      means.push(
        tf.tidy(() => {
          const flow = opticalFlow(start, frameAt(frames, first + t), plan.flow, { check: false });
          const part = tf.slice(flow, [top, left, 0], [bottom - top, right - left, 2]);
          return tf.mean(tf.euclideanNorm(part, 2)) as tf.Scalar;
        }),
      );
    }
    return tf.stack(means) as tf.Tensor1D;
  });
}

/** The motion of the frames `first` .. `first + count - 1`, as a tensor `[count]`; stays on the backend where that cannot read. */
export function intensityTensor(frames: tf.Tensor4D, first: number, count: number, plan: IntensityPlan): tf.Tensor1D {
  if (plan.measure === 'flow') return byFlow(frames, first, count, plan);
  const [, height, width, channels] = frames.shape;
  if (canReadNow() && (channels === 1 || channels === 3)) return tf.tensor1d(byDifference(frames, first, count, plan));
  return tf.tidy(() => {
    const { top, left, bottom, right } = regionPixels(plan.region, height, width);
    const gray = toGray(sliceFrames(frames, first, count));
    const start = tf.slice(gray, [0, 0, 0, 0], [1, -1, -1, -1]);
    const before =
      plan.measure === 'onset-difference'
        ? start
        : tf.concat([start, tf.slice(gray, [0, 0, 0, 0], [count - 1, -1, -1, -1])]);
    const change = tf.abs(gaussianBlur(tf.sub(gray, before) as tf.Tensor4D, plan.intensityBlur));
    return tf.mean(
      tf.slice(change, [0, top, left, 0], [count, bottom - top, right - left, 1]),
      [1, 2, 3],
    ) as tf.Tensor1D;
  });
}

/** The values of {@link intensityTensor} for frames that are read a few at a time, each of them once, and for several plans of one measure. */
export async function readIntensities(
  frames: FrameReader,
  first: number,
  count: number,
  plans: readonly IntensityPlan[],
): Promise<Float32Array[]> {
  const results = plans.map(() => new Float32Array(count));
  let reference = await frames.read(first, 1);
  try {
    await eachPart(frames, first + 1, count - 1, async (part, before) => {
      // behind the frame that they are compared with
      const behind = tf.concat([reference, part], 0);
      try {
        for (const [i, plan] of plans.entries()) {
          const course = intensityTensor(behind, 0, 1 + part.shape[0], plan);
          results[i]!.set((await course.data<'float32'>()).subarray(1), 1 + before);
          course.dispose();
        }
      } finally {
        behind.dispose();
      }
      if (plans[0]!.measure === 'adjacent-difference') {
        reference.dispose();
        reference = sliceFrames(part, part.shape[0] - 1, 1);
      }
    });
    return results;
  } finally {
    reference.dispose();
  }
}

/**
 * How much each frame of a clip moves.
 *
 *     onset-difference      m_t = mean |G * (I_t - I_1)|
 *     adjacent-difference   m_t = mean |G * (I_t - I_{t-1})|,  m_1 = 0
 *     flow                  m_t = mean |flow(I_1, I_t)|
 *
 * with gray frames I, a Gaussian G and the mean over a region of the image.
 *
 * @param source a clip or frames `[T, H, W, C]`, float32 in 0..1.
 * @returns `[T]`, gray levels (0..1), or pixels for `'flow'`; entry 0 is 0.
 * @throws TypeError, RangeError on frames or options that are not as described.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { frameIntensities } from '@mer/representations';
 *
 * const frames = tf.mul(tf.reshape(tf.tensor1d([0, 0.5, 1, 0.25]), [4, 1, 1, 1]), tf.ones([4, 8, 8, 1])) as tf.Tensor4D;
 * console.log(frameIntensities(frames, { intensityBlur: 0 }).dataSync()); // Float32Array(4) [ 0, 0.5, 1, 0.25 ]
 * ```
 *
 * Reference: this project's measures for MIDI (arXiv 2510.09730 names motion intensity, not its measure).
 */
export function frameIntensities(source: FrameSource, given: FrameIntensitiesOptions & CheckOption = {}): tf.Tensor1D {
  const task = 'measure the motion of frames';
  const { check, options } = splitCheck(task, given);
  const { span, ...plan } = checkOptions(task, frameIntensitiesOptions, options);
  const { frames, first, last } = resolveSpan(source, span, task);
  return fromChecked(check ? [{ name: 'frames', tensor: frames }] : [], task, () =>
    intensityTensor(frames, first, last - first + 1, plan),
  );
}
