import * as tf from '@tensorflow/tfjs-core';
import { type Clip, checkClip, type LongClip } from '../clip.js';
import { declareStep } from '../declare-step.js';
import { sliceFrames } from '../frames.js';
import { hostValues, isHostBackend } from '../host.js';

const task = 'even the light of a clip';

function onHost(frames: tf.Tensor4D, onset: number): tf.Tensor4D {
  const values = hostValues(frames, task);
  const count = frames.shape[0];
  const size = values.length / count;
  const sums = Array.from({ length: count }, (_, t) => {
    let sum = 0;
    for (let i = t * size; i < (t + 1) * size; i++) sum += values[i]!;
    return sum;
  });
  const result = new Float32Array(values.length);
  for (let t = 0; t < count; t++) {
    const gain = sums[t] === 0 ? 1 : sums[onset]! / sums[t]!;
    for (let i = t * size; i < (t + 1) * size; i++) result[i] = gain * values[i]!;
  }
  return tf.tensor4d(result, frames.shape);
}

/**
 * A clip whose frames are all as bright as its onset: a lamp that flickers or fades is no motion any more.
 *
 *     I'_t = g_t I_t          g_t = mean I_onset / mean I_t, over all pixels and channels
 *
 * Everything that compares frames takes a change of the light for one of the face: by 0.5 percent it moves smooth skin by a
 * tenth of a pixel in TV-L1, and it decides over the order of the frames in {@link midi} where the face moves little.
 * A movement changes the mean itself only by its share of the picture; light from another side is not undone.
 *
 * @param clip any; its marks and landmarks stay.
 * @returns a new clip; a black frame stays as it is, and so does the onset. Values may go beyond 1 a little.
 * @throws TypeError, RangeError if the clip is not as described.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { evenLight } from '@mer/representations';
 *
 * const frames = tf.tensor4d([0.25, 0.5, 0.5, 1], [2, 1, 2, 1]); // twice the light in the second frame
 * console.log(evenLight({ frames, onset: 0, apex: null, offset: 1 }).frames.dataSync()); // Float32Array(4) [ 0.25, 0.5, 0.25, 0.5 ]
 * ```
 *
 * Reference: common practice against flicker ("deflicker" by frame means); that the onset is the measure is this project's choice.
 */
export const evenLight = /* @__PURE__ */ declareStep({
  name: 'even-light',
  title: 'The light of every frame as at the onset',
  paper: null,
  ours: 'the onset is the measure',
  takes: 'clip',
  gives: 'clip',
  traits: { keepsRange: true },
  options: {},
  compute(clip: Clip): Clip {
    checkClip(clip, task);
    const { frames, onset } = clip;
    if (isHostBackend()) return { ...clip, frames: onHost(frames, onset) };
    const even = tf.tidy(() => {
      const means = tf.mean(frames, [1, 2, 3], true);
      const black = tf.equal(means, 0);
      const gains = tf.div(tf.slice(means, [onset, 0, 0, 0], [1, 1, 1, 1]), tf.where(black, tf.onesLike(means), means));
      return tf.mul(frames, tf.where(black, tf.onesLike(gains), gains)) as tf.Tensor4D;
    });
    return { ...clip, frames: even };
  },
  async stream(clip: LongClip): Promise<LongClip> {
    checkClip(clip, task);
    const { frames, onset } = clip;
    const read = async (first: number, count: number) => {
      const part = [await frames.read(onset, 1), await frames.read(first, count)];
      const even = tf.tidy(() => {
        const all = tf.concat(part) as tf.Tensor4D;
        return sliceFrames(evenLight({ frames: all, onset: 0, apex: null, offset: count }).frames, 1, count);
      });
      tf.dispose(part);
      return even;
    };
    return { ...clip, frames: { shape: frames.shape, read } };
  },
  outputShape: (frame) => frame,
});
