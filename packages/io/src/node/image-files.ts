import type * as tf from '@tensorflow/tfjs-core';
import { encodeBmp } from '../bmp.js';
import { encodePng } from '../encode-png.js';
import type { FileLimits } from '../file-limits.js';
import {
  checkChannels,
  checkEncoding,
  type DecodeImageOptions,
  type EncodeImageOptions,
  type ReadImageOptions,
} from '../image-options.js';
import { pixelsToTensor, tensorToImage } from '../image-tensor.js';
import { convertChannels, type ImageFormat, type Pixels, type RawImage, toBytes } from '../raw-image.js';
import { decodePixels, loadSharp } from './decode-pixels.js';
import { readParsed } from './read-bytes.js';
import { writeFileAtomic } from './write-file-atomic.js';

type Decoded = Pixels & { channels: 1 | 3 | 4 };

async function decode(
  source: string | Uint8Array | Blob,
  channels: 1 | 3 | 4,
  limits?: Partial<FileLimits>,
): Promise<Decoded> {
  checkChannels(channels);
  const pixels =
    typeof source === 'string'
      ? await readParsed(source, (bytes) => decodePixels(bytes, limits), limits)
      : await decodePixels(source instanceof Blob ? new Uint8Array(await source.arrayBuffer()) : source, limits);
  return { ...pixels, channels, data: convertChannels(pixels, channels) };
}

/**
 * The pixels of a PNG, JPEG or BMP file, given as a path (Node only) or as bytes.
 *
 * Colors are as the file stores them (no color profile is applied, as in OpenCV), in the order R, G, B; the EXIF orientation of a photograph
 * is applied, as in OpenCV and browsers. 16 bits per channel become the nearest of 256 levels. The format is told by the content, not the name.
 * JPEG needs the optional package sharp in Node: `npm install sharp`. More pixels than `limits.pixels` are refused before memory is asked for.
 *
 * @throws Error where the file is missing, damaged or of another format, with the path; RangeError for more pixels than the limit.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { decodeImage, encodeImage } from '@mer/io';
 *
 * const tensor = tf.tensor3d([[[255, 0, 0], [0, 0, 255]]]);
 * const bytes = await encodeImage(tensor, 'bmp', { range: 'byte' });
 * const { width, height, channels, data } = await decodeImage(bytes);
 * console.log([width, height, channels]); // [ 2, 1, 3 ]
 * console.log(data); // Uint8Array(6) [ 255, 0, 0, 0, 0, 255 ]
 * tensor.dispose();
 * ```
 */
export async function decodeImage(
  source: string | Uint8Array | Blob,
  { channels = 3, limits }: DecodeImageOptions = {},
): Promise<RawImage> {
  const pixels = await decode(source, channels, limits);
  return { ...pixels, data: toBytes(pixels.data) };
}

/**
 * A float32 tensor `[height, width, channels]` of a PNG, JPEG or BMP file, given as a path (Node only) or as bytes.
 *
 * With `range: 'unit'` (default) values are 0 to 1, level / 255; a 16-bit PNG keeps its precision, level / 65535. With `range: 'byte'` they are
 * the integers 0 to 255. Otherwise as {@link decodeImage}.
 *
 * @throws Error where the file is missing, damaged or of another format, with the path.
 *
 * @example
 * ```ts no-run
 * import { readImage } from '@mer/io';
 *
 * const image = await readImage('onset.png', { channels: 3, range: 'byte' });
 * console.log(image.shape); // [ 28, 28, 3 ]
 * image.dispose();
 * ```
 */
export async function readImage(
  source: string | Uint8Array | Blob,
  { channels = 3, range = 'unit', limits }: ReadImageOptions = {},
): Promise<tf.Tensor3D> {
  return pixelsToTensor(await decode(source, channels, limits), range);
}

/**
 * The bytes of a PNG, JPEG or BMP file of a tensor `[height, width, channels]` (1 gray, 3 RGB, 4 RGBA) or `[height, width]`.
 *
 * PNG and BMP keep every level exactly; JPEG (full color resolution, quality 95 by default) needs the optional package sharp in Node.
 * The tensor is not disposed.
 *
 * @throws TypeError for another shape, RangeError for a value outside the range.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { encodeImage } from '@mer/io';
 *
 * const tensor = tf.zeros([4, 4, 1]);
 * const bytes = await encodeImage(tensor, 'png');
 * console.log(String.fromCharCode(...bytes.subarray(1, 4))); // 'PNG'
 * tensor.dispose();
 * ```
 */
export async function encodeImage(
  tensor: tf.Tensor,
  format: ImageFormat,
  { range = 'unit', quality = 95 }: EncodeImageOptions = {},
): Promise<Uint8Array> {
  const image = await tensorToImage(tensor, { range });
  const { width, height, channels, data } = image;
  checkEncoding(format, channels, quality);
  if (format === 'png') return encodePng(image);
  if (format === 'bmp') return encodeBmp(image);
  const sharp = await loadSharp();
  const raw = sharp(data, { raw: { width, height, channels } });
  const colored = channels === 1 ? raw.toColorspace('b-w') : raw;
  const buffer = await colored.jpeg({ quality: Math.round(quality), chromaSubsampling: '4:4:4' }).toBuffer();
  return new Uint8Array(buffer);
}

/**
 * Writes a tensor as a PNG, JPEG or BMP file, by the ending of the name, whole or not at all (Node only).
 *
 * @throws RangeError for another ending; otherwise as {@link encodeImage}.
 *
 * @example
 * ```ts no-run
 * import * as tf from '@tensorflow/tfjs-core';
 * import { writeImage } from '@mer/io';
 *
 * await writeImage('dynamic-image.png', tf.zeros([28, 28, 3]));
 * ```
 */
export async function writeImage(path: string, tensor: tf.Tensor, options: EncodeImageOptions = {}): Promise<void> {
  const ending = /\.(png|jpe?g|bmp)$/i.exec(path)?.[1]?.toLowerCase();
  if (ending === undefined) {
    throw new RangeError(
      `Cannot write image as its name must end in .png, .jpg, .jpeg or .bmp: current value is ${path}`,
    );
  }
  await writeFileAtomic(path, await encodeImage(tensor, (ending === 'jpg' ? 'jpeg' : ending) as ImageFormat, options));
}
