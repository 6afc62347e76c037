import * as tf from '@tensorflow/tfjs-core';
import { checkKeys, checkOneOf, describe } from '../checks.js';
import { COLORMAP_NAMES, type ColormapName, colormapTable } from './colormaps.js';

/** Options of {@link overlayHeatMap}. */
export interface OverlayHeatMapOptions {
  /** Share of the colours in the result, from 0 (only the image) to 1 (only the colours); 0.5 by default. */
  opacity?: number;
  /** Colours from 0 to 1: `turbo` (default; blue to red), or the perceptually uniform `viridis` and `inferno`. */
  colormap?: ColormapName;
}

/**
 * An image with a heat map over it in colours.
 *
 * Image `[height, width, 3]` or `[height, width, 1]`, from 0 to 1; heat map `[h, w]`, from 0 to 1, which is enlarged to the image
 * (bilinear, pixel centres at halves). The result is `[height, width, 3]`, from 0 to 1. Values outside 0 to 1 are cut.
 *
 * @throws {TypeError} when a shape does not fit.
 * @throws {RangeError} when opacity is outside 0 to 1 or there is no such colour map, with the names.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { createModel, gradCam, overlayHeatMap } from '@mer/models';
 *
 * const model = createModel('resnet18', { classes: 3, size: 'small' });
 * const images = tf.ones([2, 48, 48, 3]);
 * const { heatMaps } = await gradCam(model, images, { classIndex: 0 });
 * const [heat] = tf.unstack(heatMaps[0]!) as tf.Tensor2D[];
 * const [image] = tf.unstack(images) as tf.Tensor3D[];
 * console.log(overlayHeatMap(image!, heat!, { opacity: 0.4 }).shape); // [ 48, 48, 3 ]
 * ```
 *
 * Reference: turbo by Mikhailov 2019, ai.googleblog.com/2019/08/turbo-improved-rainbow-colormap-for.html; viridis and inferno by
 * van der Walt, Smith and Firing 2015, bids.github.io/colormap.
 */
export function overlayHeatMap(
  image: tf.Tensor3D,
  heat: tf.Tensor2D,
  options: OverlayHeatMapOptions = {},
): tf.Tensor3D {
  const task = 'lay a heat map over an image';
  checkKeys(task, options, ['opacity', 'colormap']);
  const { opacity = 0.5, colormap = 'turbo' } = options;
  if (typeof opacity !== 'number' || !(opacity >= 0 && opacity <= 1)) {
    throw new RangeError(
      `Cannot ${task} as opacity must be a number from 0 to 1: current value is ${describe(opacity)}`,
    );
  }
  checkOneOf(task, 'colormap', colormap, COLORMAP_NAMES);
  if (image.rank !== 3 || (image.shape[2] !== 3 && image.shape[2] !== 1)) {
    throw new TypeError(
      `Cannot ${task} as image must be [height, width, 3] or [height, width, 1]: current value is [${image.shape.join(', ')}]`,
    );
  }
  if (heat.rank !== 2) {
    throw new TypeError(
      `Cannot ${task} as heat must be [height, width], one sample of a heat map: current value is [${heat.shape.join(', ')}]`,
    );
  }
  return tf.tidy(() => {
    const [height, width] = image.shape;
    const maps = tf.expandDims(tf.clipByValue(heat, 0, 1), 2) as tf.Tensor3D;
    const large = tf.reshape(tf.image.resizeBilinear(maps, [height, width], false, true), [height * width]);
    const indices = tf.cast(tf.round(tf.mul(tf.clipByValue(large, 0, 1), 255)), 'int32');
    const colours = tf.reshape(tf.gather(colormapTable(colormap), indices), [height, width, 3]);
    const base = tf.mul(tf.clipByValue(image, 0, 1), 1 - opacity);
    return tf.add(base, tf.mul(colours, opacity)) as tf.Tensor3D;
  });
}
