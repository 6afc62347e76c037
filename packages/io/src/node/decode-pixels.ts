import type { Sharp, SharpOptions } from 'sharp';
import { decodeBmp } from '../bmp.js';
import { type ImageFormat, imageFormat, type Pixels } from '../raw-image.js';

type SharpFactory = (input: Uint8Array, options?: SharpOptions) => Sharp;

let loading: Promise<SharpFactory> | undefined;

/** The optional package sharp. */
export function loadSharp(): Promise<SharpFactory> {
  loading ??= import('sharp').then(
    (module) => module.default as SharpFactory,
    (cause: unknown) => {
      loading = undefined;
      throw new Error(
        'Cannot read or write PNG and JPEG as the package sharp must be installed beside @mer/io: npm install sharp',
        { cause },
      );
    },
  );
  return loading;
}

/**
 * Fails where a file is too small for the size that it claims, before memory is asked for: DEFLATE shrinks by 1032 at most, and JPEG's
 * Huffman codes spend at least one bit on a block of 8 x 8.
 */
function checkClaim(bytes: Uint8Array, format: ImageFormat, width: number, height: number): void {
  const samples = [1, 0, 3, 1, 2, 0, 4][bytes[25]!] ?? 1;
  const most = format === 'png' ? (1032 * bytes.length * 8) / (samples * bytes[24]!) : 512 * bytes.length;
  if (width * height > most)
    throw new Error(`it claims ${width} x ${height} pixels, more than its ${bytes.length} bytes can hold`);
}

/**
 * The pixels of a PNG, JPEG or BMP file as it stores them: no colour management, EXIF orientation applied, 16-bit PNG in 16 bits.
 */
export async function decodePixels(bytes: Uint8Array): Promise<Pixels> {
  const format = imageFormat(bytes);
  if (format === 'bmp') return decodeBmp(bytes);
  const sharp = await loadSharp();
  try {
    const image = sharp(bytes, { ignoreIcc: true, failOn: 'warning', pages: 1 }).rotate();
    const { width = 0, height = 0, depth, channels = 3, hasAlpha } = await image.metadata();
    checkClaim(bytes, format, width, height);
    const isGrey = channels < 3;
    if (depth === 'ushort') {
      const wide = image.toColourspace(isGrey && !hasAlpha ? 'grey16' : 'rgb16').raw({ depth: 'ushort' });
      const { data, info } = await wide.toBuffer({ resolveWithObject: true });
      const copy = new Uint16Array(data.length / 2);
      new Uint8Array(copy.buffer).set(data);
      return { width: info.width, height: info.height, channels: info.channels, data: copy };
    }
    const narrow = image.toColourspace(isGrey && !hasAlpha ? 'b-w' : 'srgb').raw();
    const { data, info } = await narrow.toBuffer({ resolveWithObject: true });
    const plain = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    return { width: info.width, height: info.height, channels: info.channels, data: plain };
  } catch (cause) {
    throw new Error(
      `Cannot read image as it must be an intact ${format.toUpperCase()}: ${(cause as Error).message.trim()}`,
      { cause },
    );
  }
}
