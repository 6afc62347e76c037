import { decodeBmp } from '../bmp.js';
import { decodePng } from '../decode-png.js';
import type { FileLimits } from '../file-limits.js';
import { checkJpegClaim } from '../jpeg-header.js';
import { imageFormat, type Pixels } from '../raw-image.js';

/**
 * The pixels of a PNG, JPEG or BMP file as it stores them: no color management, the EXIF orientation of a JPEG applied.
 *
 * Only JPEG goes through the browser's own decoder and a canvas, which would round the colors under a partial alpha and cut 16 bits to 8.
 */
export async function decodePixels(bytes: Uint8Array, limits?: Partial<FileLimits>): Promise<Pixels> {
  const format = imageFormat(bytes);
  if (format === 'bmp') return decodeBmp(bytes, limits);
  if (format === 'png') return decodePng(bytes, { limits });
  checkJpegClaim(bytes, limits);
  try {
    const blob = new Blob([bytes as Uint8Array<ArrayBuffer>], { type: 'image/jpeg' });
    const bitmap = await createImageBitmap(blob, { colorSpaceConversion: 'none', premultiplyAlpha: 'none' });
    try {
      const { width, height } = bitmap;
      const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
      if (!context) throw new Error('the browser gives no 2d context');
      context.drawImage(bitmap, 0, 0);
      const { data } = context.getImageData(0, 0, width, height);
      return { width, height, channels: 4, data: new Uint8Array(data.buffer) };
    } finally {
      bitmap.close();
    }
  } catch (cause) {
    throw new Error(`Cannot read image as it must be an intact JPEG: ${(cause as Error).message}`, {
      cause,
    });
  }
}
