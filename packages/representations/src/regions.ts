import { integer, type OptionsOf } from '@mer/options';
import * as tf from '@tensorflow/tfjs-core';
import { declareStep } from './declare-step.js';
import { resizeImages } from './resize-images.js';

const regionsOptions = {
  grid: integer('Rows and columns of regions.', { min: 1, default: 4 }),
  size: integer('Height and width to which each region is resized; 0 leaves it.', { min: 0, default: 48 }),
};

/** Options of {@link regions}. */
export type RegionsOptions = OptionsOf<typeof regionsOptions>;

/**
 * The regions of an image in its channels: cut by a grid, row by row, each resized (bilinear, without antialiasing). What is left of a side that the grid does not
 * divide is cut off.
 *
 * @returns `[size, size, grid^2 C]`: all channels of the first region, of the second, and so on.
 * @throws RangeError where the image has fewer pixels than the grid; on a wrong option.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { regions } from '@mer/representations';
 *
 * const image = tf.tensor3d([1, 2, 3, 4], [2, 2, 1]);
 * console.log(regions(image, { grid: 2, size: 0 }).dataSync()); // Float32Array(4) [ 1, 2, 3, 4 ]
 * console.log(regions()(tf.zeros([128, 128, 1])).shape); // [ 48, 48, 16 ]
 * ```
 *
 * Reference: the local stream of SKD-TSTSAN, arXiv 2406.17538.
 */
export const regions = /* @__PURE__ */ declareStep({
  name: 'regions',
  title: 'Regions of an image in its channels',
  paper: 'SKD-TSTSAN, 2024, arXiv 2406.17538',
  takes: 'image',
  gives: 'image',
  options: regionsOptions,
  compute(image: tf.Tensor3D, { grid, size }) {
    const [height, width, channels] = image.shape;
    const [tall, wide] = cellOf([height, width], grid);
    return tf.tidy(() => {
      const cells = Array.from({ length: grid * grid }, (_, i) => {
        const from: [number, number, number] = [Math.floor(i / grid) * tall, (i % grid) * wide, 0];
        const cell = tf.slice3d(image, from, [tall, wide, channels]);
        return size === 0 ? cell : resizeImages(cell, size, { antialias: false });
      });
      return tf.concat(cells, 2) as tf.Tensor3D;
    });
  },
  outputShape([height, width, channels], { grid, size }) {
    const [tall, wide] = size === 0 ? cellOf([height, width], grid) : [size, size];
    return [tall, wide, grid * grid * channels];
  },
});

function cellOf(sides: readonly [number, number], grid: number): [number, number] {
  if (Math.min(...sides) < grid) {
    throw new RangeError(
      `Cannot cut an image into regions as it must have a pixel for each of the ${grid} rows and columns: current size is ${sides[1]} x ${sides[0]}`,
    );
  }
  return [Math.floor(sides[0] / grid), Math.floor(sides[1] / grid)];
}
