import * as tf from '@tensorflow/tfjs-core';
import { apexOf, type Clip, checkClip } from '../clip.js';
import { concatChannels, frameAt } from '../frames.js';
import { hostValues, isHostBackend } from '../host.js';
import { type Region, regionPixels, regionRule } from '../intensity.js';
import { flag, numeric, type OptionRule, type OptionRules, oneOf, resolveOptions } from '../options.js';
import { type ResizeMethod, resizeImages, resizeMethods } from '../resize.js';
import { percentileOf } from '../scaling.js';
import { type FlowColorOptions, flowColorRules, flowToColor } from './color.js';
import { type FlowChoice, flowRule, opticalFlow } from './optical-flow.js';
import { components, flowMagnitude, opticalStrain, type StrainDifferences } from './strain.js';

/** A marked frame of a clip. */
export type Mark = 'onset' | 'apex' | 'offset';

/** Every {@link Mark}. */
export const marks = Object.freeze(['onset', 'apex', 'offset'] as const);

/** The index of a marked frame. */
export function markIndex(clip: Clip, mark: Mark, task: string): number {
  return mark === 'apex' ? apexOf(clip, task) : clip[mark];
}

/** The flow between two frames of a clip, `[H, W, 2]`; zero where both are the same frame. */
export function flowBetween(clip: Clip, from: number, to: number, flow: FlowChoice): tf.Tensor3D {
  const [, height, width] = clip.frames.shape;
  if (from === to) return tf.zeros([height, width, 2]);
  return tf.tidy(() => opticalFlow(frameAt(clip.frames, from), frameAt(clip.frames, to), flow));
}

/** A rule for an option that is a {@link Region} or null. */
export const stableRegionRule: OptionRule<Region | null> = {
  default: null,
  expected: `null or ${regionRule([0, 0, 1, 1]).expected}`,
  accepts: (value) => value === null || regionRule([0, 0, 1, 1]).accepts(value),
};

/**
 * A flow without the motion of the head: the median of u and of v over a stable region is taken off everywhere.
 *
 * @param flow `[H, W, 2]`, pixels, (u, v).
 * @param region a part of the face that expressions do not move, such as a box on the tip of the nose, as fractions
 * `[top, left, bottom, right]` of the image.
 * @returns `[H, W, 2]`, pixels.
 * @throws RangeError if the region is none.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { subtractHeadMotion } from '@mer/representations';
 *
 * const flow = tf.fill([4, 4, 2], 0.5) as tf.Tensor3D;
 * console.log(tf.max(subtractHeadMotion(flow, [0.4, 0.4, 0.6, 0.6])).dataSync()[0]); // 0
 * ```
 *
 * Reference: this project's choice.
 */
export function subtractHeadMotion(flow: tf.Tensor3D, region: Region): tf.Tensor3D {
  const rule = regionRule([0, 0, 1, 1]);
  if (!rule.accepts(region)) {
    throw new RangeError(
      `Cannot subtract head motion as region must be ${rule.expected}: current value is ${JSON.stringify(region)}`,
    );
  }
  return tf.tidy(() => {
    const { top, left, bottom, right } = regionPixels(region, flow.shape[0], flow.shape[1]);
    const part = tf.slice(flow, [top, left, 0], [bottom - top, right - left, 2]);
    const shift = tf.stack(components(part).map((component) => percentileOf(component, 50)));
    return tf.sub(flow, shift) as tf.Tensor3D;
  });
}

/** Options of {@link flowImage}. */
export interface FlowImageOptions {
  /** The method; default `'tvl1'`. */
  flow?: FlowChoice;
  /** Where the flow starts; default the onset. */
  from?: Mark;
  /** Where it leads; default the apex. */
  to?: Mark;
  /** The channels: `'u-v'` (default), with the magnitude, or with the optical strain. */
  channels?: 'u-v' | 'u-v-magnitude' | 'u-v-strain';
  /** What one unit of the image is, in pixels: every channel is divided by it; default 1. */
  unit?: number;
  /** A region whose median motion is taken off ({@link subtractHeadMotion}), or null (default). */
  stableRegion?: Region | null;
}

/** The rules of {@link FlowImageOptions}. */
export const flowImageRules: OptionRules<FlowImageOptions> = Object.freeze({
  flow: flowRule('tvl1'),
  from: oneOf<Mark>(marks, 'onset'),
  to: oneOf<Mark>(marks, 'apex'),
  channels: oneOf<'u-v' | 'u-v-magnitude' | 'u-v-strain'>(['u-v', 'u-v-magnitude', 'u-v-strain'], 'u-v'),
  unit: numeric(1, { above: 0 }),
  stableRegion: stableRegionRule,
});

/**
 * The optical flow between two marked frames of a clip, as an image with one constant scale for all clips.
 *
 *     (u, v [, |(u, v)| or |strain|]) / unit          (u, v) = flow(from, to)
 *
 * @param clip with an apex where one is used.
 * @returns `[H, W, 2 or 3]`, units of `unit` pixels; zero where both frames are the same.
 * @throws RangeError if the apex is used but unknown, or on a wrong option; as {@link opticalFlow} besides.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { flowImage } from '@mer/representations';
 *
 * const clip = { frames: tf.zeros([9, 32, 32, 1]) as tf.Tensor4D, onset: 0, apex: 4, offset: 8 };
 * console.log(flowImage(clip, { from: 'apex', to: 'offset', channels: 'u-v-magnitude' }).shape); // [ 32, 32, 3 ]
 * ```
 *
 * Reference: the input of most flow-based networks; one constant scale keeps magnitudes comparable between clips.
 */
export function flowImage(clip: Clip, options: FlowImageOptions = {}): tf.Tensor3D {
  const task = 'compute the flow image';
  const { flow, from, to, channels, unit, stableRegion } = resolveOptions(task, flowImageRules, options);
  checkClip(clip, task);
  const [start, end] = [markIndex(clip, from, task), markIndex(clip, to, task)];
  return tf.tidy(() => {
    const raw = flowBetween(clip, start, end, flow);
    const moved = stableRegion ? subtractHeadMotion(raw, stableRegion) : raw;
    if (channels === 'u-v') return tf.div(moved, unit);
    const third = channels === 'u-v-magnitude' ? flowMagnitude(moved) : opticalStrain(moved);
    return tf.div(concatChannels([moved, third]), unit);
  });
}

/** Options of {@link flowColorImage}. */
export interface FlowColorImageOptions extends FlowColorOptions {
  /** The method; default `'tvl1'`. */
  flow?: FlowChoice;
  /** Where the flow starts; default the onset. */
  from?: Mark;
  /** Where it leads; default the apex. */
  to?: Mark;
  /** A region whose median motion is taken off ({@link subtractHeadMotion}), or null (default). */
  stableRegion?: Region | null;
}

/** The rules of {@link FlowColorImageOptions}. */
export const flowColorImageRules: OptionRules<FlowColorImageOptions> = Object.freeze({
  flow: flowRule('tvl1'),
  from: oneOf<Mark>(marks, 'onset'),
  to: oneOf<Mark>(marks, 'apex'),
  stableRegion: stableRegionRule,
  ...flowColorRules,
});

/**
 * The optical flow between two marked frames of a clip, drawn in colours by {@link flowToColor}.
 *
 * @param clip with an apex where one is used.
 * @returns `[H, W, 3]`, RGB in 0..1.
 * @throws RangeError if the apex is used but unknown, or on a wrong option; as {@link opticalFlow} besides.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { flowColorImage } from '@mer/representations';
 *
 * const clip = { frames: tf.zeros([9, 32, 32, 1]) as tf.Tensor4D, onset: 0, apex: 4, offset: 8 };
 * console.log(flowColorImage(clip, { style: 'middlebury' }).dataSync()[0]); // 1
 * ```
 *
 * Reference: as {@link flowToColor}.
 */
export function flowColorImage(clip: Clip, options: FlowColorImageOptions = {}): tf.Tensor3D {
  const task = 'draw the flow of a clip in colours';
  const { flow, from, to, stableRegion, ...color } = resolveOptions(task, flowColorImageRules, options);
  checkClip(clip, task);
  const [start, end] = [markIndex(clip, from, task), markIndex(clip, to, task)];
  return tf.tidy(() => {
    const raw = flowBetween(clip, start, end, flow);
    return flowToColor(stableRegion ? subtractHeadMotion(raw, stableRegion) : raw, color);
  });
}

/** Options of {@link uvStrainImage}. */
export interface UvStrainOptions {
  /** The method; default `'tvl1'`. */
  flow?: FlowChoice;
  /** Height and width of the image; default 28. 0 keeps the size of the frames. */
  size?: number;
  /** How it is resized; default `'bilinear'`. */
  resize?: ResizeMethod;
  /** The third channel: optical `'strain'` (STSTNet, default) or the flow's `'magnitude'` (HTNet's own flow code). */
  third?: 'strain' | 'magnitude';
  /** How strain differentiates; default `'central'`. */
  differences?: StrainDifferences;
  /** The order of the channels; `'strain-v-u'` is how STSTNet's authors feed their network (a picture read as B, G, R). */
  order?: 'u-v-strain' | 'strain-v-u';
  /** The range of each channel: `'unit'` 0..1 (default) or `'byte'` 0..255, unrounded. */
  range?: 'unit' | 'byte';
  /** A region whose median motion is taken off ({@link subtractHeadMotion}), or null (default). */
  stableRegion?: Region | null;
  /** Whether the flow itself is resized and then scaled, instead of scaled and then resized (default false). */
  scaleLast?: boolean;
}

/** The rules of {@link UvStrainOptions}. */
export const uvStrainRules: OptionRules<UvStrainOptions> = Object.freeze({
  flow: flowRule('tvl1'),
  size: numeric(28, { min: 0, integer: true }),
  resize: oneOf<ResizeMethod>(resizeMethods, 'bilinear'),
  third: oneOf<'strain' | 'magnitude'>(['strain', 'magnitude'], 'strain'),
  differences: oneOf<StrainDifferences>(['central', 'forward'], 'central'),
  order: oneOf<'u-v-strain' | 'strain-v-u'>(['u-v-strain', 'strain-v-u'], 'u-v-strain'),
  range: oneOf<'unit' | 'byte'>(['unit', 'byte'], 'unit'),
  stableRegion: stableRegionRule,
  scaleLast: flag(false),
});

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
 * import { uvStrainImage } from '@mer/representations';
 *
 * const clip = { frames: tf.randomUniform([9, 56, 56, 1], 0, 1, 'float32', 1) as tf.Tensor4D, onset: 0, apex: 4, offset: 8 };
 * console.log(uvStrainImage(clip, { flow: 'farneback', order: 'strain-v-u', range: 'byte' }).shape); // [ 28, 28, 3 ]
 * ```
 *
 * Reference: Liong, Gan, See, Khor, Huang, "Shallow Triple Stream Three-dimensional CNN (STSTNet)", FG 2019, arXiv 1902.03634:
 * channels, TV-L1-type flow, min-max per channel and sample, 28 x 28. Order and range as their code reads the
 * pictures. Ours: the interpolation, and 0 for a constant channel.
 */
export function uvStrainImage(clip: Clip, options: UvStrainOptions = {}): tf.Tensor3D {
  const task = 'compute the u-v-strain image';
  const o = resolveOptions(task, uvStrainRules, options);
  checkClip(clip, task);
  const apex = apexOf(clip, task);
  return tf.tidy(() => {
    const raw = flowBetween(clip, clip.onset, apex, o.flow);
    const flow = o.stableRegion ? subtractHeadMotion(raw, o.stableRegion) : raw;
    const third = o.third === 'strain' ? opticalStrain(flow, { differences: o.differences }) : flowMagnitude(flow);
    const all = concatChannels([flow, third]);
    const resized = (image: tf.Tensor3D) => (o.size === 0 ? image : resizeImages(image, o.size, { method: o.resize }));
    const scaled = o.scaleLast ? stretchChannels(resized(all)) : resized(stretchChannels(all));
    const ordered = o.order === 'u-v-strain' ? scaled : tf.reverse(scaled, 2);
    return o.range === 'byte' ? tf.mul(ordered, 255) : tf.clone(ordered);
  });
}
