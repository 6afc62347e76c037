import { choice, type OptionsOf } from '@mer/options';
import * as tf from '@tensorflow/tfjs-core';
import { declareStep } from './declare-step.js';
import type { ImageShape } from './step.js';

/** Where the four parts of a face lie in an image, as fractions of its width and height. */
export interface PartPoints {
  /** The eye on the left of the image. */
  readonly leftEye: readonly [x: number, y: number];
  /** The eye on the right. */
  readonly rightEye: readonly [x: number, y: number];
  /** The corner of the mouth on the left. */
  readonly leftMouth: readonly [x: number, y: number];
  /** The corner on the right. */
  readonly rightMouth: readonly [x: number, y: number];
}

/** Where HTNet's code puts them in 28 x 28 pixels if it finds no face. */
const FIXED: PartPoints = {
  leftEye: [9.528073 / 28, 11.062551 / 28],
  rightEye: [21.396168 / 28, 10.919773 / 28],
  leftMouth: [10.255435 / 28, 22.121233 / 28],
  rightMouth: [20.583706 / 28, 22.25584 / 28],
};

/** The options of {@link fourParts}. */
export const fourPartsOptions = {
  axes: choice(
    "`'released'` takes x for the row and y for the column, as HTNet's code does: with points nearly symmetric about the diagonal, each part still lies near its place.",
    ['true', 'released'],
    { default: 'true' },
  ),
};

/** Options of {@link fourParts}. */
export type FourPartsOptions = OptionsOf<typeof fourPartsOptions>;

/** A quarter of a side, down to a whole pixel; throws where there is none. */
function quarters([height, width]: readonly number[]): [number, number] {
  if (Math.min(height!, width!) < 4) {
    throw new RangeError(
      `Cannot cut an image into four parts as it must be at least 4 high and wide: current size is ${width} x ${height}`,
    );
  }
  return [Math.floor(height! / 4), Math.floor(width! / 4)];
}

/** The shape of {@link cutFourParts}. */
export function fourPartsShape(shape: ImageShape): ImageShape {
  const [tall, wide] = quarters(shape);
  return [4 * tall, 4 * wide, shape[2]];
}

/** The squares of half a side around four points, left eye and left mouth above right eye and right mouth. */
export function cutFourParts(image: tf.Tensor3D, points: PartPoints, axes: 'true' | 'released'): tf.Tensor3D {
  const { leftEye, rightEye, leftMouth, rightMouth } = points;
  // read as (row, column), the point of the right eye lies on the left mouth, and the other way round
  const order =
    axes === 'true' ? [leftEye, leftMouth, rightEye, rightMouth] : [leftEye, rightEye, leftMouth, rightMouth];
  const [height, width, channels] = image.shape;
  const [tall, wide] = quarters(image.shape);
  const start = (at: number, side: number, half: number) =>
    Math.floor(Math.min(side - half, Math.max(half, at * side))) - half;
  return tf.tidy(() => {
    const parts = order.map(([x, y]) => {
      const [down, across] = axes === 'true' ? [y, x] : [x, y];
      return tf.slice3d(
        image,
        [start(down, height, tall), start(across, width, wide), 0],
        [2 * tall, 2 * wide, channels],
      );
    });
    const rows = [tf.concat(parts.slice(0, 2), 1), tf.concat(parts.slice(2), 1)];
    return tf.concat(rows, 0) as tf.Tensor3D;
  });
}

/**
 * The parts of a face picture around both eyes and both corners of the mouth, put together 2x2, at the places where an average cropped face has them.
 *
 *     left eye  | left mouth          each part: half the height and half the width, its center kept a quarter away from the border
 *     right eye | right mouth
 *
 * For pictures whose face nobody looked at, such as the flow images of MEGC2019. {@link fourPartFlow} cuts at the landmarks of a clip.
 *
 * @returns `[H, W, C]`, sides rounded down to multiples of 4.
 * @throws RangeError where the image is smaller than 4 x 4; on a wrong option.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { fourParts } from '@mer/representations';
 *
 * const image = tf.reshape(tf.range(0, 28 * 28), [28, 28, 1]) as tf.Tensor3D;
 * // rows 4 to 17 and columns 2 to 15 around the left eye come first
 * console.log(fourParts(image).shape, fourParts(image).dataSync()[0]); // [ 28, 28, 1 ] 114
 * ```
 *
 * Reference: the input of HTNet (Wang, Zhang, Luo, Sankaranarayana 2024, arXiv 2307.14637), from the authors' code.
 */
export const fourParts = /* @__PURE__ */ declareStep({
  name: 'four-parts',
  title: 'Eyes and corners of the mouth put together, at fixed places',
  paper: 'Wang, Zhang, Luo, Sankaranarayana, HTNet, 2024, arXiv 2307.14637',
  takes: 'image',
  gives: 'image',
  options: fourPartsOptions,
  compute: (image: tf.Tensor3D, { axes }) => cutFourParts(image, FIXED, axes),
  outputShape: fourPartsShape,
});
