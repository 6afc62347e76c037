import { checkOptions, integer, type OptionsOf, type Resolved } from '@mer/options';
import * as tf from '@tensorflow/tfjs-core';
import { type CheckOption, splitCheck } from './check-option.js';
import { fromChecked } from './check-values.js';
import { checkFrames, type FrameSource, resolveSpan, spanOption } from './clip.js';
import { computeDynamicImage, weightedImageOptions } from './dynamic-image.js';
import { rankWeightsOptions } from './rank-weights.js';

const imageOptions = { ...rankWeightsOptions, ...weightedImageOptions };

const streamOptions = {
  window: integer('Frames per image.', { min: 2, default: 30 }),
  stride: integer('Frames from one image to the next.', { min: 1, default: 1 }),
  ...imageOptions,
};

const slidingOptions = { ...streamOptions, span: spanOption() };

/** Options of {@link DynamicImageStream}. */
export type DynamicImageStreamOptions = OptionsOf<typeof streamOptions>;

/** Options of {@link slidingDynamicImages}. */
export type SlidingDynamicImagesOptions = OptionsOf<typeof slidingOptions>;

/**
 * The dynamic images of a window that moves over a video.
 *
 *     D_k = dynamicImage(frames k stride .. k stride + window - 1)          k = 0 .. floor((T - window) / stride)
 *
 * @param source a clip or frames `[T, H, W, C]`, float32 in 0..1.
 * @returns `[K, H, W, C]`.
 * @throws RangeError if there are fewer frames than the window; as {@link dynamicImage} besides.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { slidingDynamicImages } from '@mer/representations';
 *
 * const frames = tf.zeros([20, 8, 8, 1]) as tf.Tensor4D;
 * console.log(slidingDynamicImages(frames, { window: 10, stride: 5 }).shape); // [ 3, 8, 8, 1 ]
 * ```
 *
 * Reference: windows of a long video as in Bilen et al., CVPR 2016 (there 10 frames, stride 6).
 */
export function slidingDynamicImages(
  source: FrameSource,
  given: SlidingDynamicImagesOptions & CheckOption = {},
): tf.Tensor4D {
  const task = 'compute sliding dynamic images';
  const { check, options } = splitCheck(task, given);
  const { window, stride, span, ...image } = checkOptions(task, slidingOptions, options);
  const { frames, first, last } = resolveSpan(source, span, task);
  if (last - first + 1 < window) {
    throw new RangeError(
      `Cannot ${task} as the window must not be longer than the ${last - first + 1} frames: current value is ${window}`,
    );
  }
  const compute = () =>
    tf.tidy(() => {
      const images: tf.Tensor3D[] = [];
      for (let from = first; from + window - 1 <= last; from += stride) {
        images.push(computeDynamicImage(frames, { ...image, span: [from, from + window - 1] }));
      }
      return tf.stack(images) as tf.Tensor4D;
    });
  return fromChecked(check ? [{ name: 'frames', tensor: frames }] : [], task, compute);
}

/**
 * Dynamic images of live video: push frames, get an image whenever a window is full.
 *
 * Keeps the last `window` frames (copies by reference, its own to dispose) and nothing else.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { DynamicImageStream } from '@mer/representations';
 *
 * const stream = new DynamicImageStream({ window: 3 });
 * const images = [1, 2, 3, 4].map(() => stream.push(tf.zeros([8, 8, 3]) as tf.Tensor3D));
 * stream.dispose();
 * console.log(images.map((image) => image?.shape)); // [ undefined, undefined, [ 8, 8, 3 ], [ 8, 8, 3 ] ]
 * ```
 *
 * Reference: as {@link slidingDynamicImages}.
 */
export class DynamicImageStream {
  readonly #frames: tf.Tensor3D[] = [];
  readonly #window: number;
  readonly #stride: number;
  readonly #image: Resolved<typeof imageOptions>;
  readonly #check: boolean;
  #wait: number;

  /** @throws TypeError on an unknown option, RangeError on a value out of range. */
  constructor(given: DynamicImageStreamOptions & CheckOption = {}) {
    const task = 'stream dynamic images';
    const { check, options } = splitCheck(task, given);
    const { window, stride, ...image } = checkOptions(task, streamOptions, options);
    this.#window = window;
    this.#stride = stride;
    this.#image = image;
    this.#check = check;
    this.#wait = window;
  }

  /**
   * Takes the next frame, `[H, W, C]` float32 in 0..1, which stays the caller's.
   *
   * @returns the dynamic image of the last `window` frames, yours to dispose, or null while a window or stride is incomplete.
   * @throws TypeError if the frame is no float32 image or its shape differs from that of the frames before; RangeError if a value is outside of 0..1.
   */
  push(frame: tf.Tensor3D): tf.Tensor3D | null {
    const task = 'take a frame into the stream';
    if ((frame as tf.Tensor | undefined)?.rank !== 3) {
      throw new TypeError(`Cannot ${task} as it must be a tensor [H, W, C]: current shape is [${frame?.shape}]`);
    }
    const before = this.#frames[0];
    if (before?.shape.some((size, axis) => size !== frame.shape[axis])) {
      throw new TypeError(
        `Cannot ${task} as all frames must have one shape: current values are [${before.shape.join(', ')}] and [${frame.shape.join(', ')}]`,
      );
    }
    const kept = tf.tidy(() => {
      const batch = tf.expandDims(frame) as tf.Tensor4D;
      checkFrames(batch, task);
      const values = this.#check ? [{ name: 'frame', tensor: frame }] : [];
      return tf.keep(fromChecked(values, task, () => tf.clone(frame)));
    });
    this.#frames.push(kept);
    if (this.#frames.length > this.#window) this.#frames.shift()?.dispose();
    this.#wait--;
    if (this.#wait > 0) return null;
    this.#wait = this.#stride;
    return tf.tidy(() => computeDynamicImage(tf.stack(this.#frames) as tf.Tensor4D, this.#image));
  }

  /** Forgets all frames, as at a cut. */
  reset(): void {
    tf.dispose(this.#frames);
    this.#frames.length = 0;
    this.#wait = this.#window;
  }

  /** Gives up all tensors held. The stream can be used again. */
  dispose(): void {
    this.reset();
  }
}
