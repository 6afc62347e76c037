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
import { decodePixels } from './decode-pixels.js';

async function decode(
  source: Uint8Array | Blob,
  channels: 1 | 3 | 4,
  limits?: Partial<FileLimits>,
): Promise<Pixels & { channels: 1 | 3 | 4 }> {
  checkChannels(channels);
  if (!(source instanceof Uint8Array) && !(source instanceof Blob)) {
    throw new TypeError(
      `Cannot read image as in a browser it must be a Uint8Array or a Blob: current value is ${String(source)}. For an address: await (await fetch(address)).blob()`,
    );
  }
  const pixels = await decodePixels(
    source instanceof Blob ? new Uint8Array(await source.arrayBuffer()) : source,
    limits,
  );
  return { ...pixels, channels, data: convertChannels(pixels, channels) };
}

/** The pixels of a PNG, JPEG or BMP file, as in Node; see there. JPEG goes through `createImageBitmap`. */
export async function decodeImage(
  source: Uint8Array | Blob,
  { channels = 3, limits }: DecodeImageOptions = {},
): Promise<RawImage> {
  const pixels = await decode(source, channels, limits);
  return { ...pixels, data: toBytes(pixels.data) };
}

/** A float32 tensor `[height, width, channels]` of a PNG, JPEG or BMP file, as in Node. */
export async function readImage(
  source: Uint8Array | Blob,
  { channels = 3, range = 'unit', limits }: ReadImageOptions = {},
): Promise<tf.Tensor3D> {
  return pixelsToTensor(await decode(source, channels, limits), range);
}

/** The bytes of a PNG, JPEG or BMP file of a tensor, as in Node; PNG and BMP byte for byte so, JPEG by the browser's own encoder. */
export async function encodeImage(
  tensor: tf.Tensor,
  format: ImageFormat,
  { range = 'unit', quality = 95 }: EncodeImageOptions = {},
): Promise<Uint8Array> {
  const image = await tensorToImage(tensor, { range });
  const { width, height, channels } = image;
  checkEncoding(format, channels, quality);
  if (format === 'png') return encodePng(image);
  if (format === 'bmp') return encodeBmp(image);
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d');
  if (!context) throw new Error('Cannot write image as the browser must give a 2d context: it gives none');
  const pixels = new ImageData(width, height);
  pixels.data.set(convertChannels(image, 4));
  context.putImageData(pixels, 0, 0);
  const blob = await canvas.convertToBlob({ type: 'image/jpeg', quality: quality / 100 });
  return new Uint8Array(await blob.arrayBuffer());
}
