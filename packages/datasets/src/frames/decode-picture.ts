import * as io from '@mer/io';
import type { Picture } from './frame-stack.js';

/** Decodes the bytes of an image file. */
export async function decodePicture(bytes: Uint8Array): Promise<Picture> {
  const { decodeImage } = io as unknown as { decodeImage?: (bytes: Uint8Array) => Promise<Picture> };
  if (!decodeImage) throw new TypeError('Cannot decode image as @mer/io must have decodeImage: it has not');
  return decodeImage(bytes);
}
