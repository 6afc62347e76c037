import { type Tensor4D, tensor4d } from '@tensorflow/tfjs-core';
import type { CheckedReadOptions } from '../read-clip-options.js';
import { type HeapTensor, heapTensor } from './heap-tensor.js';
import { type FrameShape, type Picture, resizeInHeap, resizeToUnit } from './resize.js';

/** Collects the frames of one clip into one tensor; frames may come in any order. */
export interface FrameStack {
  /** Puts a picture at a position. */
  put(position: number, picture: Picture): void;
  /** The frames `[T, H, W, C]`, float32, 0..1; the caller's. */
  tensor(): Tensor4D;
  /** Gives up what was put. */
  abandon(): void;
}

/** That there is no room for the frames of a clip: no fault of a picture. */
export class RoomError extends RangeError {}

/** How frames are made of pictures. */
export type FrameOptions = Pick<CheckedReadOptions, 'size' | 'color'>;

/** Size and channels of a picture. */
export type PictureKind = Pick<Picture, 'width' | 'height' | 'channels'>;

/** Height, width and channels of the frame that is made of a picture. */
export function frameShape({ width, height, channels }: PictureKind, { size, color }: FrameOptions): FrameShape {
  const [newHeight, newWidth] = typeof size === 'number' ? [size, size] : (size ?? [height, width]);
  return [newHeight, newWidth, (color ?? channels >= 3) ? 3 : 1];
}

/**
 * A stack for `count` frames. A picture, `first` or else the one that comes first, decides the size and the channels, unless the options do.
 *
 * @throws TypeError, from `put`, for a picture of another size than the first.
 * @throws RangeError, from `put`, where there is no room for all frames; what was there before is still there.
 */
export function frameStack(id: string, count: number, options: FrameOptions, first?: PictureKind): FrameStack {
  let heap: HeapTensor | undefined;
  let frames: Float32Array | undefined;
  let kind = first;
  let shape: FrameShape = [0, 0, 0];
  return {
    put(position, picture) {
      kind ??= picture;
      if (picture.width !== kind.width || picture.height !== kind.height) {
        const [here, another] = [picture, kind].map(({ width, height }) => `${width}x${height}`);
        throw new TypeError(
          `Cannot read clip ${id} as its frames must all have one size: frame ${position} is ${here}, another ${another}`,
        );
      }
      if (!heap && !frames) {
        shape = frameShape(kind, options);
        [heap, frames] = room(id, [count, ...shape]);
      }
      const offset = position * shape[0] * shape[1] * shape[2];
      if (heap?.heap && resizeInHeap(picture, shape, heap.heap, heap.address + 4 * offset)) return;
      resizeToUnit(picture, shape, heap?.values() ?? frames!, offset);
    },
    tensor() {
      if (heap) return heap.tensor;
      if (!frames) throw new RangeError(`Cannot read clip ${id} as it must have frames: it has none`);
      return tensor4d(frames, [count, ...shape]);
    },
    abandon: () => heap?.tensor.dispose(),
  };
}

/** Room for frames: in the heap of the backend, where that can be written to, or in an array. */
function room(
  id: string,
  shape: [number, number, number, number],
): [heap: HeapTensor | undefined, frames: Float32Array | undefined] {
  const bytes = 4 * shape.reduce((product, size) => product * size);
  try {
    const heap = heapTensor(shape);
    return heap ? [heap, undefined] : [undefined, new Float32Array(bytes / 4)];
  } catch (cause) {
    const [count, height, width] = shape;
    throw new RoomError(
      `Cannot read clip ${id} as its ${count} frames of ${width} x ${height}, ${bytes} bytes, must fit into memory: ${(cause as Error).message}`,
      { cause },
    );
  }
}
