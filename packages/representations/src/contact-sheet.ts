import { checkOptions, integer, type OptionsOf } from '@mer/options';
import * as tf from '@tensorflow/tfjs-core';
import { flowToColor } from './flow/flow-to-color.js';
import { flowMagnitude } from './flow/strain.js';
import { glyphDot, glyphSize } from './glyphs.js';
import { type Reading, readLater } from './reading.js';
import { resizeImages } from './resize-images.js';
import { percentileOf, scaleMotion } from './scale-motion.js';

/** The least motion that is drawn at full strength, in pixels. */
const leastFull = 0.5;

/**
 * A representation as a picture, RGB in 0..1.
 *
 * - 1 channel: gray; 3 channels: as they are
 * - 2 channels: a flow, drawn by {@link flowToColor}; full strength is the 99.5th percentile of its length, and at least half a
 *   pixel, so that the noise of a flow without motion stays dark
 * - 6, 9, 12 channels: parts of three channels side by side
 * - anything else, histograms of blocks above all: every block a row of bars, scaled to the largest bar
 *
 * Values outside of 0..1 (a plain difference, an unscaled sum) are scaled symmetrically first, so that 0 is gray.
 *
 * @param image `[H, W, C]`, float32; it must live until the promise is settled.
 * @returns `[H', W', 3]`.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { displayImage } from '@mer/representations';
 *
 * const picture = await displayImage(tf.zeros([8, 8, 6]) as tf.Tensor3D);
 * console.log(picture.shape); // [ 8, 16, 3 ]
 * ```
 *
 * Reference: this project's own.
 */
export async function displayImage(image: tf.Tensor3D): Promise<tf.Tensor3D> {
  return readLater(displaying(image));
}

function* displaying(image: tf.Tensor3D): Reading<tf.Tensor3D> {
  const [height, width, channels] = image.shape;
  if (channels === 2) {
    const robust = yield tf.tidy(() => percentileOf(flowMagnitude(image), 99.5));
    return flowToColor(image, { max: Math.max(robust[0]!, leastFull) });
  }
  const values = yield tf.clone(image);
  if (channels === 1 || (channels % 3 === 0 && channels <= 12)) {
    let [low, high] = [0, 1];
    for (const value of values) {
      if (value < low) low = value;
      if (value > high) high = value;
    }
    return tf.tidy(() => {
      const inside = low >= -1e-6 && high <= 1 + 1e-6;
      const scaled = inside ? tf.clipByValue(image, 0, 1) : scaleMotion(image, { scaling: 'symmetric' });
      if (channels === 1) return tf.tile(scaled, [1, 1, 3]);
      if (channels === 3) return tf.clone(scaled) as tf.Tensor3D;
      return tf.concat(tf.split(scaled, channels / 3, 2), 1) as tf.Tensor3D;
    });
  }
  // blocks of bars
  const [barHeight, gap] = [24, 2];
  const [rows, columns] = [height * (barHeight + gap), width * (channels + gap)];
  let most = 0;
  for (const value of values) most = Math.max(most, Math.abs(value));
  const drawn = new Float32Array(rows * columns * 3).fill(1);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let bin = 0; bin < channels; bin++) {
        const share = most > 0 ? Math.abs(values[(y * width + x) * channels + bin]!) / most : 0;
        for (let dot = 0; dot < Math.round(share * barHeight); dot++) {
          const row = y * (barHeight + gap) + barHeight - 1 - dot;
          const at = (row * columns + x * (channels + gap) + bin) * 3;
          drawn.fill(0.15, at, at + 3);
        }
      }
    }
  }
  return tf.tensor3d(drawn, [rows, columns, 3]);
}

/** One picture of a {@link contactSheet}. */
export interface SheetTile {
  /** `[H, W, C]`, drawn by {@link displayImage}. */
  image: tf.Tensor3D;
  /** What stands below it; capitals, digits and simple signs are drawn. */
  caption: string;
}

const contactSheetOptions = {
  columns: integer('Pictures in a row; as many as make the sheet about square where it is not given.', {
    min: 1,
    optional: true,
  }),
  tile: integer('Side of the square each picture is fitted into, in pixels.', { min: 1, default: 224 }),
  margin: integer('Space around each picture, in pixels.', { min: 0, default: 8 }),
};

/** Options of {@link contactSheet}. */
export type ContactSheetOptions = OptionsOf<typeof contactSheetOptions>;

const task = 'make a contact sheet';

/**
 * Pictures side by side on white, each with its caption below.
 *
 * @param tiles at least one; images of any size and number of channels, which must live until the promise is settled.
 * @returns `[H, W, 3]`, RGB in 0..1, to be written as a PNG.
 * @throws RangeError, TypeError, as a rejection, if there is no tile or on a wrong option.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { contactSheet } from '@mer/representations';
 *
 * const image = tf.zeros([16, 16, 1]) as tf.Tensor3D;
 * const sheet = await contactSheet([{ image, caption: 'onset' }, { image, caption: 'apex' }], { tile: 64 });
 * console.log(sheet.shape); // [ 95, 152, 3 ]
 * ```
 *
 * Reference: this project's own.
 */
export async function contactSheet(
  tiles: readonly SheetTile[],
  options: ContactSheetOptions = {},
): Promise<tf.Tensor3D> {
  return readLater(arranging(tiles, options));
}

function* arranging(tiles: readonly SheetTile[], options: ContactSheetOptions): Reading<tf.Tensor3D> {
  if (tiles.length === 0) {
    throw new RangeError(`Cannot ${task} as there must be at least one tile: current value is none`);
  }
  const {
    columns = Math.ceil(Math.sqrt(tiles.length)),
    tile,
    margin,
  } = checkOptions(task, contactSheetOptions, options);
  const caption = glyphSize.height + 2 * margin;
  const rows = Math.ceil(tiles.length / columns);
  const [cellWidth, cellHeight] = [tile + margin, tile + caption];
  const [height, width] = [rows * cellHeight + margin, columns * cellWidth + margin];
  const sheet = new Float32Array(height * width * 3).fill(1);
  const put = (y: number, x: number, color: ArrayLike<number>, from = 0) => {
    const at = (y * width + x) * 3;
    for (let c = 0; c < 3; c++) sheet[at + c] = color[from + c]!;
  };
  for (const [index, { image, caption: text }] of tiles.entries()) {
    const left = margin + (index % columns) * cellWidth;
    const top = margin + Math.floor(index / columns) * cellHeight;
    const drawn = yield* displaying(image);
    const scale = tile / Math.max(drawn.shape[0], drawn.shape[1]);
    const [h, w] = [drawn.shape[0], drawn.shape[1]].map((side) => Math.max(1, Math.round(side * scale))) as [
      number,
      number,
    ];
    const picture = resizeImages(drawn, [h, w], { method: 'area' });
    drawn.dispose();
    const values = yield picture;
    const [dy, dx] = [Math.floor((tile - h) / 2), Math.floor((tile - w) / 2)];
    for (let y = 0; y < h; y++) for (let x = 0; x < w; x++) put(top + dy + y, left + dx + x, values, (y * w + x) * 3);
    const letters = text.slice(0, Math.floor(tile / glyphSize.width));
    const start = left + Math.floor((tile - letters.length * glyphSize.width + 1) / 2);
    for (let i = 0; i < letters.length; i++) {
      for (let y = 0; y < glyphSize.height; y++) {
        for (let x = 0; x < glyphSize.width; x++) {
          if (glyphDot(letters[i]!, x, y)) {
            put(top + tile + Math.min(margin, 6) + y, start + i * glyphSize.width + x, [0.1, 0.1, 0.1]);
          }
        }
      }
    }
  }
  return tf.tensor3d(sheet, [height, width, 3]);
}
