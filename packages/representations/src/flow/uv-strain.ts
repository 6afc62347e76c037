import { choice, flag, integer, type OptionsOf } from '@mer/options';
import * as tf from '@tensorflow/tfjs-core';
import { atMarks } from '../at-marks.js';
import { apexOf, type Clip, checkClip } from '../clip.js';
import { declareRepresentation } from '../declare-step.js';
import { concatChannels } from '../frames.js';
import { hostValues, isHostBackend } from '../host.js';
import { resizeImages } from '../resize-images.js';
import { flowBetween, stableRegionOption } from './flow-between.js';
import { flowOption } from './optical-flow.js';
import { flowMagnitude, opticalStrain, opticalStrainOptions } from './strain.js';

/** The options of {@link uvStrain}. */
export const uvStrainOptions = {
  flow: flowOption('tvl1'),
  size: integer('Height and width of the image; 0 keeps the size of the frames.', { min: 0, default: 28 }),
  resize: choice("How it is resized, without antialiasing, as the authors' code does.", ['bilinear', 'area'], {
    default: 'bilinear',
  }),
  third: choice(
    "The third channel: optical strain (STSTNet) or the flow's magnitude (HTNet's own flow code).",
    ['strain', 'magnitude'],
    {
      default: 'strain',
    },
  ),
  ...opticalStrainOptions,
  order: choice(
    "The order of the channels; `'strain-v-u'` is how STSTNet's authors feed their network (a picture read as B, G, R).",
    ['u-v-strain', 'strain-v-u'],
    { default: 'u-v-strain' },
  ),
  range: choice("The range of each channel: `'unit'` 0..1 or `'byte'` 0..255, unrounded.", ['unit', 'byte'], {
    default: 'unit',
  }),
  stableRegion: stableRegionOption(),
  scaleLast: flag('Whether the flow itself is resized and then scaled, instead of scaled and then resized.', {
    default: false,
  }),
};

/** Options of {@link uvStrain}. */
export type UvStrainOptions = OptionsOf<typeof uvStrainOptions>;

/** Each channel stretched to 0..1 by itself; 0 where a channel is constant. */
export function stretchChannels(image: tf.Tensor3D): tf.Tensor3D {
  if (isHostBackend()) {
    const values = hostValues(image, 'stretch channels');
    const channels = image.shape[2];
    const result = new Float32Array(values.length);
    for (let c = 0; c < channels; c++) {
      let [low, high] = [Infinity, -Infinity];
      for (let i = c; i < values.length; i += channels) {
        if (values[i]! < low) low = values[i]!;
        if (values[i]! > high) high = values[i]!;
      }
      const range = high - low || 1;
      for (let i = c; i < values.length; i += channels) result[i] = (values[i]! - low) / range;
    }
    return tf.tensor3d(result, image.shape);
  }
  return tf.tidy(() => {
    const low = tf.min(image, [0, 1], true);
    const range = tf.sub(tf.max(image, [0, 1], true), low);
    const constant = tf.cast(tf.equal(range, 0), 'float32');
    return tf.div(tf.sub(image, low), tf.add(range, constant)) as tf.Tensor3D;
  });
}

/**
 * STSTNet's input: horizontal flow, vertical flow and optical strain between onset and apex, each scaled by itself.
 *
 *     (u, v) = flow(onset, apex)     s = |strain(u, v)|     each channel (x - min x) / (max x - min x), then resized
 *
 * @param clip with an apex.
 * @returns `[size, size, 3]`, 0..1 or 0..255; a channel without motion is 0.
 * @throws RangeError if the clip has no apex or on a wrong option; as {@link opticalFlow} besides.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { uvStrain } from '@mer/representations';
 *
 * const clip = { frames: tf.randomUniform([9, 56, 56, 1], 0, 1, 'float32', 1) as tf.Tensor4D, onset: 0, apex: 4, offset: 8 };
 * console.log(uvStrain(clip, { flow: 'farneback', order: 'strain-v-u', range: 'byte' }).shape); // [ 28, 28, 3 ]
 * ```
 *
 * Reference: Liong, Gan, See, Khor, Huang, "Shallow Triple Stream Three-dimensional CNN (STSTNet)", FG 2019, arXiv 1902.03634:
 * channels, TV-L1-type flow, min-max per channel and sample, 28 x 28. Order and range as their code reads the
 * pictures. Ours: the interpolation, and 0 for a constant channel.
 */
export const uvStrain = /* @__PURE__ */ declareRepresentation({
  name: 'uv-strain',
  title: 'Horizontal flow, vertical flow, optical strain',
  paper: 'Liong, Gan, See, Khor, Huang, STSTNet, FG 2019, arXiv 1902.03634',
  ours: 'the interpolation, and 0 for a constant channel',
  traits: { needsApex: true, directed: true },
  options: uvStrainOptions,
  compute(clip: Clip, o) {
    const task = 'compute the u-v-strain image';
    checkClip(clip, task);
    const apex = apexOf(clip, task);
    return tf.tidy(() => {
      const flow = flowBetween(clip, clip.onset, apex, o.flow, o.stableRegion);
      const third = o.third === 'strain' ? opticalStrain(flow, { differences: o.differences }) : flowMagnitude(flow);
      const all = concatChannels([flow, third]);
      const resized = (image: tf.Tensor3D) =>
        o.size === 0 ? image : resizeImages(image, o.size, { method: o.resize, antialias: false });
      const scaled = o.scaleLast ? stretchChannels(resized(all)) : resized(stretchChannels(all));
      const ordered = o.order === 'u-v-strain' ? scaled : tf.reverse(scaled, 2);
      return o.range === 'byte' ? (tf.mul(ordered, 255) as tf.Tensor3D) : tf.clone(ordered);
    });
  },
  stream: atMarks,
  outputShape: ([height, width], { size }) => [size || height, size || width, 3],
});
