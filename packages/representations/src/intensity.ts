import * as tf from '@tensorflow/tfjs-core';
import { blurRadius, gaussianBlur } from './blur.js';
import { type FrameSource, resolveSpan, type Span } from './clip.js';
import { type FlowChoice, flowRule, opticalFlow } from './flow/optical-flow.js';
import { frameAt, sliceFrames } from './frames.js';
import { toGrey } from './grey.js';
import { canReadNow, hostValues } from './host.js';
import { numeric, type OptionRule, type OptionRules, oneOf, resolveOptions, span as spanRule } from './options.js';
import { floats, withKernels } from './wasm/kernels.js';

/**
 * How much a frame moves: `'onset-difference'` |I_t - I_1|, `'adjacent-difference'` |I_t - I_{t-1}| (0 for the first frame), or
 * `'flow'` the length of the optical flow from the first frame; each averaged over the region.
 */
export type IntensityMeasure = 'onset-difference' | 'adjacent-difference' | 'flow';

/** Every {@link IntensityMeasure}. */
export const intensityMeasures = Object.freeze(['onset-difference', 'adjacent-difference', 'flow'] as const);

/** A rectangle in fractions of the image: `[top, left, bottom, right]`, each in 0..1. */
export type Region = readonly [top: number, left: number, bottom: number, right: number];

/** A rule for an option that is a {@link Region}. */
export const regionRule = (fallback: Region): OptionRule<Region> => ({
  default: fallback,
  expected: '[top, left, bottom, right], fractions with 0 <= top < bottom <= 1 and 0 <= left < right <= 1',
  accepts: (value) =>
    Array.isArray(value) &&
    value.length === 4 &&
    value.every((part) => typeof part === 'number' && part >= 0 && part <= 1) &&
    value[0] < value[2] &&
    value[1] < value[3],
});

/** A region in whole pixels (at least one each way), bottom and right exclusive. */
export function regionPixels([top, left, bottom, right]: Region, height: number, width: number) {
  const y = Math.min(height - 1, Math.round(top * height));
  const x = Math.min(width - 1, Math.round(left * width));
  return {
    top: y,
    left: x,
    bottom: Math.max(y + 1, Math.round(bottom * height)),
    right: Math.max(x + 1, Math.round(right * width)),
  };
}

/** Options of {@link frameIntensities}. */
export interface FrameIntensitiesOptions {
  /** What is measured; default `'onset-difference'`. */
  measure?: IntensityMeasure;
  /** Gaussian blur of the grey frames before they are compared, sigma in pixels; default 1. Not for `'flow'`. */
  intensityBlur?: number;
  /** The part of the image that counts; default all of it. */
  region?: Region;
  /** The flow method for `'flow'`; default `'farneback'`. */
  flow?: FlowChoice;
  /** Which frames; default onset to offset of a clip, every frame of a bare tensor. */
  span?: Span;
}

/** The rules of {@link FrameIntensitiesOptions}. */
export const intensityRules = Object.freeze({
  measure: oneOf<IntensityMeasure>(intensityMeasures, 'onset-difference'),
  intensityBlur: numeric(1, { min: 0, max: 50 }),
  region: regionRule([0, 0, 1, 1]),
  flow: flowRule('farneback'),
  span: spanRule,
}) satisfies OptionRules<FrameIntensitiesOptions>;

/** What the intensity of frames depends on, checked and complete. */
export interface IntensityPlan {
  measure: IntensityMeasure;
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
  withKernels(task, (kernels) => {
    let here = kernels.take(4 * size);
    let reference = kernels.take(4 * size);
    floats(kernels, reference, size).set(frame(0));
    for (let t = 1; t < count; t++) {
      floats(kernels, here, size).set(frame(t));
      const sum = kernels.grayChange({
        frame: here,
        reference,
        width,
        height,
        channels,
        radius,
        sigma: plan.intensityBlur,
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
          const flow = opticalFlow(start, frameAt(frames, first + t), plan.flow);
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
    const grey = toGrey(sliceFrames(frames, first, count));
    const start = tf.slice(grey, [0, 0, 0, 0], [1, -1, -1, -1]);
    const before =
      plan.measure === 'onset-difference'
        ? start
        : tf.concat([start, tf.slice(grey, [0, 0, 0, 0], [count - 1, -1, -1, -1])]);
    const change = tf.abs(gaussianBlur(tf.sub(grey, before) as tf.Tensor4D, plan.intensityBlur));
    return tf.mean(
      tf.slice(change, [0, top, left, 0], [count, bottom - top, right - left, 1]),
      [1, 2, 3],
    ) as tf.Tensor1D;
  });
}

/**
 * How much each frame of a clip moves.
 *
 *     onset-difference      m_t = mean |G * (I_t - I_1)|
 *     adjacent-difference   m_t = mean |G * (I_t - I_{t-1})|,  m_1 = 0
 *     flow                  m_t = mean |flow(I_1, I_t)|
 *
 * with grey frames I, a Gaussian G and the mean over a region of the image.
 *
 * @param source a clip or frames `[T, H, W, C]`, float32 in 0..1.
 * @returns `[T]`, grey levels (0..1), or pixels for `'flow'`; entry 0 is 0.
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
export function frameIntensities(source: FrameSource, options: FrameIntensitiesOptions = {}): tf.Tensor1D {
  const task = 'measure the motion of frames';
  const { span, ...plan } = resolveOptions<FrameIntensitiesOptions>(task, intensityRules, options);
  const { frames, first, last } = resolveSpan(source, span, task);
  return intensityTensor(frames, first, last - first + 1, plan);
}
