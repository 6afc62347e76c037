import { decodeImage } from '@mer/io';
import type { Picture } from './frame-stack.js';
import { imageHeader } from './image-header.js';

/** Decodes the bytes of an image file: grey stays one channel (unless `colour` says otherwise), the rest becomes RGB. */
export async function decodePicture(bytes: Uint8Array, colour?: boolean): Promise<Picture> {
  const grey = colour === undefined ? imageHeader(bytes).channels === 1 : !colour;
  return decodeImage(bytes, { channels: grey ? 1 : 3 });
}
