import { checkOptions, choice, number, type OptionsOf } from '@mer/options';
import * as tf from '@tensorflow/tfjs-core';
import { COLORMAP_NAMES, colormapTable } from './colormaps.js';

const overlayHeatMapOptions = {
  opacity: number('Share of the colors in the result, from 0 (only the image) to 1 (only the colors).', {
    min: 0,
    max: 1,
    default: 0.5,
  }),
  colormap: choice(
    'Colors from 0 to 1: `turbo` (blue to red), or the perceptually uniform `viridis` and `inferno`.',
    COLORMAP_NAMES,
    { default: 'turbo' },
  ),
};

/** Options of {@link overlayHeatMap}. */
export type OverlayHeatMapOptions = OptionsOf<typeof overlayHeatMapOptions>;

/**
 * An image with a heat map over it in colors.
 *
 * Image `[height, width, 3]` or `[height, width, 1]`, from 0 to 1; heat map `[h, w]`, from 0 to 1, which is enlarged to the image
 * (bilinear, pixel centers at halves). The result is `[height, width, 3]`, from 0 to 1. Values outside 0 to 1 are cut.
 *
 * @throws {TypeError} when a shape does not fit.
 * @throws {RangeError} when opacity is outside 0 to 1 or there is no such color map, with the names.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { createModel, gradCam, overlayHeatMap } from '@mer/models';
 *
 * const model = createModel('resnet18', { classes: 3, preset: 'small' });
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
  const { opacity, colormap } = checkOptions(task, overlayHeatMapOptions, options);
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
    const colors = tf.reshape(tf.gather(colormapTable(colormap), indices), [height, width, 3]);
    const base = tf.mul(tf.clipByValue(image, 0, 1), 1 - opacity);
    return tf.add(base, tf.mul(colors, opacity)) as tf.Tensor3D;
  });
}
