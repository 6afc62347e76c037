import { type Tensor4D, tensor4d } from '@tensorflow/tfjs-core';
import type { ReadClipOptions } from '../read-clip-options.js';
import { resizeToUnit } from './resize.js';

/** An 8-bit picture: `data` is `[height, width, channels]`, row-major. */
export interface Picture {
  width: number;
  height: number;
  channels: number;
  data: ArrayLike<number>;
}

/** Collects the frames of one clip into one tensor; frames may come in any order. */
export interface FrameStack {
  /** Puts a picture at a position. */
  put(position: number, picture: Picture): void;
  /** The frames `[T, H, W, C]`, float32, 0..1; the caller's. */
  tensor(): Tensor4D;
}

/** Size asked for, checked. */
export function frameSize(id: string, size: ReadClipOptions['size']): readonly [number, number] | undefined {
  if (size === undefined) return undefined;
  const [height, width] = typeof size === 'number' ? [size, size] : size;
  for (const side of [height, width]) {
    if (!Number.isSafeInteger(side) || side < 1 || side > 4096) {
      throw new RangeError(
        `Cannot read clip ${id} as size must be a side of 1 to 4096 pixels or [height, width]: current value is ${JSON.stringify(size)}`,
      );
    }
  }
  return [height, width];
}

/**
 * A stack for `count` frames. The first picture decides the size and the channels, unless the options do.
 *
 * @throws TypeError, from `put`, for a picture of another size or another number of channels than the first.
 */
export function frameStack(id: string, count: number, options: ReadClipOptions = {}): FrameStack {
  const asked = frameSize(id, options.size);
  let frames: Float32Array | undefined;
  let shape: [height: number, width: number, channels: number] = [0, 0, 0];
  let stored = '';
  return {
    put(position, picture) {
      const kind = `${picture.width}x${picture.height}`;
      if (!frames) {
        const { colour = picture.channels >= 3 } = options;
        shape = [asked?.[0] ?? picture.height, asked?.[1] ?? picture.width, colour ? 3 : 1];
        frames = new Float32Array(count * shape[0] * shape[1] * shape[2]);
        stored = kind;
      }
      if (kind !== stored) {
        throw new TypeError(
          `Cannot read clip ${id} as its frames must all have one size: frame ${position} is ${kind}, another ${stored}`,
        );
      }
      const [height, width, channels] = shape;
      const data = withChannels(picture, channels);
      const at = position * height * width * channels;
      resizeToUnit(data, picture.height, picture.width, channels, height, width, frames, at);
    },
    tensor() {
      if (!frames) throw new RangeError(`Cannot read clip ${id} as it must have frames: it has none`);
      return tensor4d(frames, [count, ...shape]);
    },
  };
}

/** Grey by the luma of Rec. 601; grey to colour by repetition; an alpha channel is left out. */
function withChannels({ width, height, channels, data }: Picture, wanted: number): ArrayLike<number> {
  if (channels === wanted) return data;
  const pixels = width * height;
  const out = wanted === 1 ? new Float32Array(pixels) : new Uint8Array(pixels * 3);
  for (let i = 0; i < pixels; i++) {
    const at = i * channels;
    if (wanted === 1) {
      out[i] = channels < 3 ? data[at]! : 0.299 * data[at]! + 0.587 * data[at + 1]! + 0.114 * data[at + 2]!;
    } else {
      out[i * 3] = data[at]!;
      out[i * 3 + 1] = channels < 3 ? data[at]! : data[at + 1]!;
      out[i * 3 + 2] = channels < 3 ? data[at]! : data[at + 2]!;
    }
  }
  return out;
}
