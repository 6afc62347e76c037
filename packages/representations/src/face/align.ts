import { choice, either, flag, number, type OptionsOf, type Resolved } from '@mer/options';
import type * as tf from '@tensorflow/tfjs-core';
import { type Clip, checkClip, type FrameLandmarks, type LongClip } from '../clip.js';
import { declareStep } from '../declare-step.js';
import { checkClipLandmarks } from './check-landmarks.js';
import { landmarksNear } from './landmarks-near.js';
import { applyTransform, faceTransform, faceTransformOptions, invertTransform, type Transform } from './transform.js';
import { warpSmoothly } from './warp-frames.js';

const alignOptions = {
  ...faceTransformOptions,
  per: choice(
    'One transform for the whole clip, from the landmarks of the onset, or one for each frame from its own.',
    ['clip', 'frame'],
    {
      default: 'clip',
    },
  ),
  border: either(
    "The value of what lies outside of the frame; null for 128 / 255 with layout `'mol'`, 0 otherwise.",
    [choice('By the layout.', [null], {}), number('A value.', { min: 0, max: 1 })],
    { default: null },
  ),
  antialias: flag('Whether frames are blurred first where the new image is coarser.', { default: true }),
};

/** Options of {@link align}. */
export type AlignOptions = OptionsOf<typeof alignOptions>;

type Options = Resolved<typeof alignOptions>;

/** The transform of every frame, and where the landmarks come to lie. */
function planned(clip: Clip | LongClip, { layout, size, zoom, per }: Options) {
  const task = 'align a clip';
  checkClip(clip, task);
  const landmarks = clip.landmarks ?? [];
  if (landmarks.length === 0) {
    throw new RangeError(
      `Cannot ${task} as it must have landmarks: current value is none (find them with detectLandmarks(), or read them with parseLandmarks())`,
    );
  }
  checkClipLandmarks(clip, task);
  const [count, height, width] = clip.frames.shape;
  const transformOf = ({ frame, points }: FrameLandmarks) => {
    if (!points.some(([x, y]) => x >= -0.5 && y >= -0.5 && x < width - 0.5 && y < height - 0.5)) {
      throw new RangeError(
        `Cannot ${task} as the face must lie in the frame: all landmarks of frame ${frame} lie outside of its ${width} x ${height} pixels (are they of a frame of another size?)`,
      );
    }
    return faceTransform(points, { layout, size, zoom });
  };
  let transforms: Transform[];
  if (per === 'clip') transforms = new Array(count).fill(transformOf(landmarksNear(landmarks, clip.onset)));
  else {
    transforms = Array.from({ length: count }, (_, frame) => {
      const found = landmarks.find((one) => one.frame === frame);
      if (!found) {
        throw new RangeError(`Cannot ${task} per frame as every frame must have landmarks: frame ${frame} has none`);
      }
      return transformOf(found);
    });
  }
  const moved = landmarks.map(({ frame, points }): FrameLandmarks => {
    const back = invertTransform(transforms[frame]!);
    return { frame, points: points.map((point) => applyTransform(back, point)) };
  });
  return { transforms, landmarks: moved };
}

/** Frames under their transforms. */
function warped(
  frames: tf.Tensor4D,
  transforms: readonly Transform[],
  { layout, size, border, antialias }: Options,
  all = transforms,
): tf.Tensor4D {
  const outside = border ?? (layout === 'mol' ? 128 / 255 : 0);
  return warpSmoothly(frames, transforms, [size, size], { border: outside, antialias, all });
}

/**
 * A clip of the aligned face: cut out, upright, in one size, by its landmarks.
 *
 * By default one similarity transform, from the landmarks of the onset frame (or the nearest frame that has any), is used for all frames, so that no
 * jitter of landmarks adds motion: right where the head drifts by a few pixels, as in the data sets of the field. Where the head moves further the
 * eyes leave their places; then `per: 'frame'` follows the head with the landmarks of every frame, and {@link stabilize} after it takes off the
 * jitter that they bring.
 *
 * @param clip with `landmarks`; {@link detectLandmarks} finds them, {@link parseLandmarks} reads them from a file.
 * @returns a new clip: frames `[T, size, size, C]`, the landmarks moved along, onset, apex and offset the same.
 * @throws RangeError if the clip has no landmarks (for each frame with `per: 'frame'`), some belong to a frame that it does not
 * have, the face lies wholly outside of the frame, or an option is wrong.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { align } from '@mer/representations';
 *
 * const points = Array.from({ length: 68 }, (_, i) => [40 + (i % 9) * 5, 40 + Math.floor(i / 9) * 5] as const);
 * const frames = tf.zeros([3, 128, 128, 1]) as tf.Tensor4D;
 * const clip = { frames, onset: 0, apex: 1, offset: 2, landmarks: [{ frame: 0, points }] };
 * console.log(align(clip, { size: 64 }).frames.shape); // [ 3, 64, 64, 1 ]
 * ```
 *
 * Reference: as {@link faceTransform}; one transform for the whole clip is this project's choice.
 */
export const align = /* @__PURE__ */ declareStep({
  name: 'align',
  title: 'The face cut out and upright, by its landmarks',
  paper: 'MOL, 2025, arXiv 2506.14511; SLSTT, 2021, arXiv 2112.05851',
  ours: 'the average face, and one transform for the whole clip',
  takes: 'clip',
  gives: 'clip',
  traits: { needsLandmarks: true, keepsRange: true },
  options: alignOptions,
  compute(clip: Clip, options): Clip {
    const { transforms, landmarks } = planned(clip, options);
    return { ...clip, frames: warped(clip.frames, transforms, options), landmarks };
  },
  async stream(clip: LongClip, options): Promise<LongClip> {
    const { transforms, landmarks } = planned(clip, options);
    const { size } = options;
    const [count, , , channels] = clip.frames.shape;
    const read = async (first: number, length: number) => {
      const part = await clip.frames.read(first, length);
      try {
        return warped(part, transforms.slice(first, first + length), options, transforms);
      } finally {
        part.dispose();
      }
    };
    return { ...clip, frames: { shape: [count, size, size, channels], read }, landmarks };
  },
  outputShape: ([, , channels], { size }) => [size, size, channels],
});
