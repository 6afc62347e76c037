import { choice, flag, type OptionsOf, size } from '@mer/options';
import type * as tf from '@tensorflow/tfjs-core';
import { type Clip, isClip } from './clip.js';
import { declareStep } from './declare-step.js';
import { frameByFrame } from './frame-by-frame.js';
import { onFrames } from './on-frames.js';
import { resizeImages } from './resize-images.js';

const resizeOptions = {
  size: size('The new size.', { default: 224 }),
  method: choice(
    "How a new pixel is made: `'bilinear'` by a triangle filter, `'area'` as the mean of what it covers (bilinear where the image grows).",
    ['bilinear', 'area'],
    { default: 'bilinear' },
  ),
  antialias: flag(
    'Whether the triangle is widened where the image shrinks, so that nothing aliases; false is bilinear interpolation between the four nearest pixels.',
    { default: true },
  ),
};

/** Options of {@link resize}. */
export type ResizeOptions = OptionsOf<typeof resizeOptions>;

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

/**
 * A clip, an image `[H, W, C]` or images `[N, H, W, C]` in another size, antialiased; see {@link resizeTaps} for the weights.
 *
 *     bilinear   new(y, x) = triangle filter around ((y + 0.5) H / H' - 0.5, (x + 0.5) W / W' - 0.5)
 *     area       new(y, x) = mean over the rectangle that the new pixel covers
 *
 * `resize(112)` is `resize({ size: 112 })`, the step. Landmarks of a clip move along.
 *
 * @throws {TypeError | RangeError} on a wrong option
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { resize } from '@mer/representations';
 *
 * const image = tf.tensor3d([0, 2, 4, 6], [1, 4, 1]);
 * console.log(resize(image, { size: [1, 2], antialias: false }).dataSync()); // Float32Array(2) [ 1, 5 ]
 * console.log(resize(12)(tf.zeros([24, 24, 3]) as tf.Tensor3D).shape); // [ 12, 12, 3 ]
 * ```
 *
 * Reference: the conventions of Pillow's and PyTorch's antialiased resizing, and of OpenCV's `resize` without it.
 */
export const resize = /* @__PURE__ */ declareStep({
  name: 'resize',
  title: 'Another size',
  paper: null,
  version: 2,
  takes: 'any',
  gives: 'any',
  traits: { keepsRange: true },
  short: 'size',
  options: resizeOptions,
  compute: (input, { size, ...how }) => {
    const resized = onFrames(input, (images) => resizeImages(images, size, how));
    return isClip(resized as Clip) ? withLandmarks(resized as Clip, (input as Clip).frames) : resized;
  },
  stream: frameByFrame,
  outputShape: ([, , channels], { size }) => (typeof size === 'number' ? [size, size, channels] : [...size, channels]),
});
