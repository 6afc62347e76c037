import type { LimitOptions } from './file-limits.js';
import type { ImageRange } from './image-tensor.js';

/** How an image is decoded. */
export interface DecodeImageOptions extends LimitOptions {
  /** 1 gray, 3 RGB (default), 4 RGBA; the image is converted where it has others. */
  channels?: 1 | 3 | 4;
}

/** How an image is read into a tensor. */
export interface ReadImageOptions extends DecodeImageOptions {
  /** Scale of the values: `unit` (default) 0 to 1, `byte` the integers 0 to 255. */
  range?: ImageRange;
}

/** How a tensor is written as an image. */
export interface EncodeImageOptions {
  /** Scale of the tensor's values: `unit` (default) 0 to 1, `byte` 0 to 255. */
  range?: ImageRange;
  /** JPEG only, 1 to 100; default 95. */
  quality?: number;
}

/** Fails where `channels` is none that an image can be decoded to. */
export function checkChannels(channels: unknown): void {
  if (channels !== 1 && channels !== 3 && channels !== 4) {
    throw new RangeError(`Cannot read image as channels must be 1, 3 or 4: current value is ${String(channels)}`);
  }
}

/** Fails where an image cannot be written in a format. */
export function checkEncoding(format: unknown, channels: number, quality: number): void {
  if (format !== 'png' && format !== 'jpeg' && format !== 'bmp') {
    throw new RangeError(
      `Cannot write image as format must be one of png, jpeg, bmp: current value is ${String(format)}`,
    );
  }
  if (format === 'jpeg' && channels === 4) {
    throw new TypeError(
      'Cannot write image as JPEG must have 1 or 3 channels: current value is 4. Write PNG, or drop the alpha',
    );
  }
  if (!(quality >= 1 && quality <= 100)) {
    throw new RangeError(`Cannot write image as quality must be 1 to 100: current value is ${quality}`);
  }
}
