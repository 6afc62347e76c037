import { inflateSync } from 'node:zlib';
import type { Sharp, SharpOptions } from 'sharp';
import { decodeBmp } from '../bmp.js';
import { decodePng, type Inflate } from '../decode-png.js';
import { imageFormat, type Pixels } from '../raw-image.js';
import { jpegHeader } from './jpeg-header.js';

type SharpFactory = (input: Uint8Array, options?: SharpOptions) => Sharp;

let loading: Promise<SharpFactory> | undefined;

/** The optional package sharp; an error that says what to install where it is missing. */
export function loadSharp(): Promise<SharpFactory> {
  loading ??= importSharp();
  return loading;
}

async function importSharp(): Promise<SharpFactory> {
  // straight in a `try`: only there do bundlers take an absent package for optional
  try {
    return (await import('sharp')).default as SharpFactory;
  } catch (cause) {
    loading = undefined;
    throw new Error(
      'Cannot read or write JPEG in Node as the package sharp must be installed beside @mer/io: npm install sharp',
      { cause },
    );
  }
}

/** zlib of Node: two to three times faster than fflate, same bytes. */
const inflate: Inflate = (compressed, most) =>
  inflateSync(compressed, { maxOutputLength: most, chunkSize: Math.max(64, Math.min(most, 2 ** 22)) });

/** A JPEG spends at least one bit on a block of 8 x 8 pixels: a file that claims more is refused before memory is asked for. */
function checkJpegClaim(bytes: Uint8Array, width: number, height: number): void {
  if (width * height > 512 * bytes.length) {
    throw new Error(`it claims ${width} x ${height} pixels, more than its ${bytes.length} bytes can hold`);
  }
}

async function decodeJpeg(bytes: Uint8Array): Promise<Pixels> {
  const sharp = await loadSharp();
  try {
    // read here: asking sharp costs a tenth of the decoding
    const header = jpegHeader(bytes);
    if (!header) throw new Error('its header is damaged or cut short');
    checkJpegClaim(bytes, header.width, header.height);
    const image = sharp(bytes, { ignoreIcc: true, failOn: 'warning' });
    const upright = header.hasExif ? image.rotate() : image;
    const raw = upright.toColorspace(header.components === 1 ? 'b-w' : 'srgb').raw();
    const { data, info } = await raw.toBuffer({ resolveWithObject: true });
    const plain = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    return { width: info.width, height: info.height, channels: info.channels, data: plain };
  } catch (cause) {
    throw new Error(`Cannot read image as it must be an intact JPEG: ${(cause as Error).message.trim()}`, { cause });
  }
}

/**
 * The pixels of a PNG, JPEG or BMP file as it stores them: no color management, the EXIF orientation of a JPEG applied, a 16-bit PNG in 16 bits.
 */
export async function decodePixels(bytes: Uint8Array): Promise<Pixels> {
  const format = imageFormat(bytes);
  if (format === 'bmp') return decodeBmp(bytes);
  return format === 'png' ? decodePng(bytes, inflate) : decodeJpeg(bytes);
}
