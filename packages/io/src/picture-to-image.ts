import type { RawImage } from './raw-image.js';
import { type FrameBuffer, framePixels, storedSize } from './video/frame-pixels.js';
import { withoutAlpha } from './video/planes-to-rgb.js';
import { type Turn, upright } from './video/upright.js';

/** A picture as programs and pages have it: pixels of 8 bits, or something that a canvas draws. */
export type Picture =
  | RawImage
  | ImageData
  | ImageBitmap
  | VideoFrame
  | HTMLCanvasElement
  | OffscreenCanvas
  | HTMLImageElement;

/** What this looks at to tell one from another; each of them may be absent in Node. */
type Maybe = Partial<RawImage> & Partial<FrameBuffer> & { rotation?: number; flip?: boolean };

/** Whether something is a {@link Picture}, by what it has. */
export function isPicture(value: unknown): value is Picture {
  if (typeof value !== 'object' || value === null) return false;
  const { width, height, data, copyTo } = value as Maybe;
  if (typeof copyTo === 'function') return true;
  if (typeof width !== 'number' || typeof height !== 'number') return false;
  return ArrayBuffer.isView(data) || isDrawn(value);
}

const isDrawn = (value: unknown): value is ImageBitmap =>
  ['ImageBitmap', 'HTMLCanvasElement', 'OffscreenCanvas', 'HTMLImageElement'].some(
    (name) => value instanceof ((globalThis as never)[name] ?? Never),
  );
class Never {}

/**
 * The pixels of a picture, 1 or 3 channels of 8 bits; a copy, whatever becomes of the picture.
 *
 * A `VideoFrame` with planes of brightness and color is converted by the same code as frames of {@link openVideo}, and turned upright as it says; an alpha channel is left out.
 * Nothing is closed.
 *
 * @param picture - {@link Picture}
 * @returns gray or R, G, B
 * @throws TypeError where it is none of them, or its data do not fill it
 *
 * @example
 * ```ts
 * import { pictureToImage } from '@mer/io';
 *
 * const { channels, data } = await pictureToImage({ width: 1, height: 1, channels: 4, data: Uint8Array.of(9, 8, 7, 255) });
 * console.log(channels, data); // 3 Uint8Array(3) [ 9, 8, 7 ]
 * ```
 */
export async function pictureToImage(picture: Picture): Promise<RawImage> {
  const task = 'Cannot read a picture';
  const given = picture as Maybe;
  if (typeof given?.copyTo === 'function') {
    const frame = picture as unknown as FrameBuffer;
    const turn: Turn = { rotation: (given.rotation ?? 0) as Turn['rotation'], flip: given.flip ?? false };
    const [across, down] = storedSize(frame);
    const [width, height] = turn.rotation % 180 === 0 ? [across, down] : [down, across];
    return { width, height, channels: 3, data: upright(await framePixels(frame), across, down, turn) };
  }
  if (!isPicture(picture)) {
    throw new TypeError(
      `${task} as it must be { width, height, channels, data }, ImageData, ImageBitmap, VideoFrame, a canvas or an image: current value is ${Object.prototype.toString.call(picture).slice(8, -1)}`,
    );
  }
  const { width, height, channels = 4, data } = (isDrawn(picture) ? drawn(picture) : picture) as RawImage;
  if (!(data instanceof Uint8Array || (data as unknown) instanceof Uint8ClampedArray)) {
    throw new TypeError(
      `${task} as its data must be bytes: current value is ${Object.prototype.toString.call(data).slice(8, -1)}`,
    );
  }
  if (![1, 3, 4].includes(channels) || data.length !== width * height * channels) {
    throw new TypeError(
      `${task} as its data must fill ${width} x ${height} with 1, 3 or 4 channels: there are ${data.length} bytes and ${channels} channels`,
    );
  }
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.length);
  if (channels === 4) return { width, height, channels: 3, data: withoutAlpha(bytes, width * height) };
  return { width, height, channels, data: bytes.slice() };
}

function drawn(picture: ImageBitmap): ImageData {
  const { naturalWidth, naturalHeight } = picture as unknown as HTMLImageElement;
  const [width, height] = [naturalWidth ?? picture.width, naturalHeight ?? picture.height];
  const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
  if (!context) throw new Error('Cannot read a picture as the browser must give a 2d context: it gives none');
  context.drawImage(picture, 0, 0);
  return context.getImageData(0, 0, width, height);
}
