import * as tf from '@tensorflow/tfjs-core';
import { type Clip, isClip } from './clip.js';
import { toGrey } from './grey.js';
import { numeric, type OptionRule, type OptionRules, oneOf } from './options.js';
import { type ResizeMethod, resizeImages, resizeMethods } from './resize.js';
import { type ClipOrImage, defineStep, type EitherStep, type Step } from './step.js';

/** Applies a function for `[N, H, W, C]` and `[H, W, C]` to the frames of a clip or to an image. */
function onFrames(input: ClipOrImage, change: <T extends tf.Tensor3D | tf.Tensor4D>(images: T) => T): ClipOrImage {
  return isClip(input as Clip)
    ? { ...(input as Clip), frames: change((input as Clip).frames) }
    : change(input as tf.Tensor3D);
}

/** A resized clip whose landmarks lie where the old frames had them. */
function withLandmarks(clip: Clip, old: tf.Tensor4D): Clip {
  if (!clip.landmarks) return clip;
  const [, height, width] = clip.frames.shape;
  const [sy, sx] = [height / old.shape[1], width / old.shape[2]];
  return {
    ...clip,
    landmarks: clip.landmarks.map(({ frame, points }) => ({
      frame,
      points: points.map(([x, y]) => [(x + 0.5) * sx - 0.5, (y + 0.5) * sy - 0.5] as const),
    })),
  };
}

/** Options of {@link resize}. */
export interface ResizeStepOptions {
  /** The new height and width: one number for both, or `[height, width]`. Default 224. */
  size?: number | readonly [height: number, width: number];
  /** See {@link resizeImages}; default `'bilinear'`. */
  method?: ResizeMethod;
}

const sizeRule: OptionRule<number | readonly [number, number]> = {
  default: 224,
  expected: 'a positive integer or [height, width]',
  accepts: (value) =>
    [value].flat().every((side) => Number.isInteger(side) && (side as number) > 0) &&
    (!Array.isArray(value) || value.length === 2),
};

const resizeRules: OptionRules<ResizeStepOptions> = Object.freeze({
  size: sizeRule,
  method: oneOf<ResizeMethod>(resizeMethods, 'bilinear'),
});

/** The registry entry of {@link resize}. */
export const resizeEntry = /* @__PURE__ */ defineStep<ResizeStepOptions, ClipOrImage, ClipOrImage>('resize', {
  title: 'Another size',
  reference: 'the conventions of OpenCV',
  version: 1,
  takes: 'any',
  gives: 'any',
  rules: resizeRules,
  compute: (input, { size = 224, method }) => {
    const resized = onFrames(input, (images) => resizeImages(images, size, { method }));
    return isClip(resized as Clip) ? withLandmarks(resized as Clip, (input as Clip).frames) : resized;
  },
  shape: ([, , channels], { size = 224 }) => (typeof size === 'number' ? [size, size, channels] : [...size, channels]),
});

/**
 * The step that brings a clip or an image to another size, see {@link resizeImages}.
 *
 * @param size the new side, or `[height, width]`.
 * @throws RangeError on a wrong size or method.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { resize } from '@mer/representations';
 *
 * console.log(resize(12)(tf.zeros([24, 24, 3]) as tf.Tensor3D).shape); // [ 12, 12, 3 ]
 * ```
 *
 * Reference: as {@link resizeImages}.
 */
export function resize(
  size: number | readonly [height: number, width: number],
  options: Omit<ResizeStepOptions, 'size'> = {},
): EitherStep {
  return resizeEntry.create({ ...options, size }) as unknown as EitherStep;
}

/** The registry entry of {@link grey}. */
export const greyEntry = /* @__PURE__ */ defineStep<object, ClipOrImage, ClipOrImage>('grey', {
  title: 'One grey channel',
  reference: 'ITU-R BT.601',
  version: 1,
  takes: 'any',
  gives: 'any',
  rules: {},
  compute: (input) => onFrames(input, (images) => toGrey(images)),
  shape: ([height, width]) => [height, width, 1],
});

/**
 * The step that makes a clip or an image grey, see {@link toGrey}.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { grey } from '@mer/representations';
 *
 * console.log(grey()(tf.zeros([24, 24, 3]) as tf.Tensor3D).shape); // [ 24, 24, 1 ]
 * ```
 *
 * Reference: as {@link toGrey}.
 */
export function grey(): EitherStep {
  return greyEntry.create() as unknown as EitherStep;
}

/** The registry entry of {@link rgb}. */
export const rgbEntry = /* @__PURE__ */ defineStep<object, ClipOrImage, ClipOrImage>('rgb', {
  title: 'Three channels: one is repeated',
  reference: 'common practice for networks trained on colour images',
  version: 1,
  takes: 'any',
  gives: 'any',
  rules: {},
  compute: (input) =>
    onFrames(input, (images) => {
      const channels = images.shape[images.rank - 1];
      if (channels === 3) return tf.clone(images);
      if (channels !== 1) {
        throw new TypeError(
          `Cannot make three channels as images must have 1 or 3: current shape is [${images.shape.join(', ')}]`,
        );
      }
      return tf.tile(images as tf.Tensor, [...new Array(images.rank - 1).fill(1), 3]) as typeof images;
    }),
  shape: ([height, width]) => [height, width, 3],
});

/**
 * The step that repeats a single channel three times; three channels stay as they are.
 *
 * @throws TypeError, when applied, if there are neither 1 nor 3 channels.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { rgb } from '@mer/representations';
 *
 * console.log(rgb()(tf.zeros([24, 24, 1]) as tf.Tensor3D).shape); // [ 24, 24, 3 ]
 * ```
 *
 * Reference: common practice for networks trained on colour images.
 */
export function rgb(): EitherStep {
  return rgbEntry.create() as unknown as EitherStep;
}

/** Options of {@link normalize}. */
export interface NormalizeOptions {
  /** What is subtracted, per channel or one for all; default ImageNet's mean. */
  mean?: number | readonly number[];
  /** What the difference is divided by, per channel or one for all; default ImageNet's deviation. */
  deviation?: number | readonly number[];
}

const perChannel = (fallback: readonly number[], positive: boolean): OptionRule<number | readonly number[]> => ({
  default: fallback,
  expected: `a finite number${positive ? ' > 0' : ''}, or one per channel`,
  accepts: (value) =>
    [value].flat().length > 0 &&
    [value].flat().every((part) => Number.isFinite(part) && (!positive || (part as number) > 0)),
});

/** The registry entry of {@link normalize}. */
export const normalizeEntry = /* @__PURE__ */ defineStep<NormalizeOptions, tf.Tensor3D, tf.Tensor3D>('normalize', {
  title: 'Mean and deviation of each channel',
  reference: "ImageNet's by default",
  version: 1,
  takes: 'image',
  gives: 'image',
  rules: Object.freeze({
    mean: perChannel([0.485, 0.456, 0.406], false),
    deviation: perChannel([0.229, 0.224, 0.225], true),
  }),
  compute: (image, { mean = 0, deviation = 1 }) => {
    const channels = image.shape[2];
    for (const [name, values] of Object.entries({ mean, deviation })) {
      if (Array.isArray(values) && values.length !== channels) {
        throw new TypeError(
          `Cannot normalize as option '${name}' must have one number per channel: it has ${values.length}, the image is [${image.shape.join(', ')}]`,
        );
      }
    }
    return tf.tidy(() => tf.div(tf.sub(image, [mean].flat()), [deviation].flat()) as tf.Tensor3D);
  },
  shape: (frame) => frame,
});

/**
 * The step that normalises an image per channel: `(x - mean) / deviation`.
 *
 * @throws RangeError on wrong options; TypeError, when applied, if their number is not that of the channels.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { normalize } from '@mer/representations';
 *
 * const step = normalize({ mean: 0.5, deviation: 0.5 });
 * console.log(step(tf.ones([1, 1, 3]) as tf.Tensor3D).dataSync()); // Float32Array(3) [ 1, 1, 1 ]
 * ```
 *
 * Reference: ImageNet's mean (0.485, 0.456, 0.406) and deviation (0.229, 0.224, 0.225) of R, G, B in 0..1, as torchvision uses them.
 */
export function normalize(options: NormalizeOptions = {}): Step<tf.Tensor3D, tf.Tensor3D> {
  return normalizeEntry.create(options);
}

/** Options of {@link multiply}. */
export interface MultiplyOptions {
  /** The factor; default 255. */
  by?: number;
}

/** The registry entry of {@link multiply}. */
export const multiplyEntry = /* @__PURE__ */ defineStep<MultiplyOptions, tf.Tensor3D, tf.Tensor3D>('multiply', {
  title: 'Values times a factor',
  reference: 'for networks that were trained on 0..255',
  version: 1,
  takes: 'image',
  gives: 'image',
  rules: Object.freeze({ by: numeric(255) }),
  compute: (image, { by = 255 }) => tf.mul(image, by),
  shape: (frame) => frame,
});

/**
 * The step that multiplies an image, by 255 unless told otherwise.
 *
 * @throws RangeError on a wrong factor.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { multiply } from '@mer/representations';
 *
 * console.log(multiply()(tf.ones([1, 1, 1]) as tf.Tensor3D).dataSync()[0]); // 255
 * ```
 *
 * Reference: common practice for networks trained on bytes.
 */
export function multiply(by = 255): Step<tf.Tensor3D, tf.Tensor3D> {
  return multiplyEntry.create({ by });
}

/** The registry entry of {@link reverseChannels}. */
export const reverseChannelsEntry = /* @__PURE__ */ defineStep<object, tf.Tensor3D, tf.Tensor3D>('reverse-channels', {
  title: 'Channels in reverse order (RGB to BGR)',
  reference: 'for networks fed by OpenCV',
  version: 1,
  takes: 'image',
  gives: 'image',
  rules: {},
  compute: (image) => tf.reverse(image, 2),
  shape: (frame) => frame,
});

/**
 * The step that reverses the channels of an image: RGB to BGR.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { reverseChannels } from '@mer/representations';
 *
 * console.log(reverseChannels()(tf.tensor3d([1, 2, 3], [1, 1, 3])).dataSync()); // Float32Array(3) [ 3, 2, 1 ]
 * ```
 *
 * Reference: common practice for networks fed by OpenCV.
 */
export function reverseChannels(): Step<tf.Tensor3D, tf.Tensor3D> {
  return reverseChannelsEntry.create();
}
