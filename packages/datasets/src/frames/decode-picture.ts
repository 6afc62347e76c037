import { decodeImage, type FileLimits } from '@mer/io';
import { imageHeader } from './image-header.js';
import type { Picture } from './resize.js';

/** Decodes the bytes of an image file: a gray one has one channel, any other is RGB. */
export async function decodePicture(bytes: Uint8Array, limits?: Partial<FileLimits>): Promise<Picture> {
  return decodeImage(bytes, { channels: imageHeader(bytes).channels, limits });
}
