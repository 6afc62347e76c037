import { type Tensor4D, tensor4d } from '@tensorflow/tfjs-core';
import type { CheckedReadOptions } from '../read-clip-options.js';
import { type HeapTensor, heapTensor } from './heap-tensor.js';
import { type Picture, resizeInHeap, resizeToUnit } from './resize.js';

/** Collects the frames of one clip into one tensor; frames may come in any order. */
export interface FrameStack {
  /** Puts a picture at a position. */
  put(position: number, picture: Picture): void;
  /** The frames `[T, H, W, C]`, float32, 0..1; the caller's. */
  tensor(): Tensor4D;
  /** Gives up what was put. */
  abandon(): void;
}

/**
 * A stack for `count` frames. The first picture decides the size and the channels, unless the options do.
 *
 * @throws TypeError, from `put`, for a picture of another size or another number of channels than the first.
 */
export function frameStack(id: string, count: number, options: Pick<CheckedReadOptions, 'size' | 'color'>): FrameStack {
  const asked = typeof options.size === 'number' ? ([options.size, options.size] as const) : options.size;
  let heap: HeapTensor | undefined;
  let frames: Float32Array | undefined;
  let shape: [height: number, width: number, channels: number] = [0, 0, 0];
  let stored = '';
  return {
    put(position, picture) {
      const kind = `${picture.width}x${picture.height}`;
      if (!heap && !frames) {
        const { color = picture.channels >= 3 } = options;
        shape = [asked?.[0] ?? picture.height, asked?.[1] ?? picture.width, color ? 3 : 1];
        heap = heapTensor([count, ...shape]);
        if (!heap) frames = new Float32Array(count * shape[0] * shape[1] * shape[2]);
        stored = kind;
      }
      if (kind !== stored) {
        throw new TypeError(
          `Cannot read clip ${id} as its frames must all have one size: frame ${position} is ${kind}, another ${stored}`,
        );
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
