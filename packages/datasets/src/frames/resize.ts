import { resizeTaps, type Taps } from '@mer/representations';
import type { Kernels } from './kernels.generated.js';
import { kernelsOver } from './kernels.js';
import { resizePlain } from './resize-plain.js';

/** An 8-bit picture: `data` is `[height, width, channels]`, row-major; 1 or 3 channels. */
export interface Picture {
  width: number;
  height: number;
  channels: number;
  data: Uint8Array | Uint8ClampedArray;
}

/** Height, width and channels to make of a picture. */
export type FrameShape = readonly [height: number, width: number, channels: number];

/** A memory of somebody else in which room can be had; all addresses are in bytes. */
export interface Heap {
  memory: WebAssembly.Memory;
  /** The address of so many bytes, 0 where there is no room; the memory may grow. */
  take(bytes: number): number;
  giveBack(address: number): void;
}

/** Bytes that WebAssembly can address. */
const ADDRESSABLE = 2 ** 32;

/** The kernels' own memory; undefined until the first use, null where the platform refuses WebAssembly. */
let own: { memory: WebAssembly.Memory; kernels: Kernels } | null | undefined;

function ownKernels(): typeof own {
  if (own !== undefined) return own;
  if (typeof WebAssembly === 'undefined') return null;
  const memory = new WebAssembly.Memory({ initial: 1 });
  const kernels = kernelsOver(memory);
  return kernels && { memory, kernels };
}

/**
 * Puts a picture into `out` from `offset` on, as floats in 0..1 `[height, width, channels]`, resized by a triangle filter (no
 * aliasing where it shrinks, bilinear where it enlarges). Three channels become one by the luma of Rec. 601, one becomes three
 * by repetition.
 */
export function resizeToUnit(picture: Picture, shape: FrameShape, out: Float32Array, offset: number): void {
  own = ownKernels();
  const made = shape[0] * shape[1] * shape[2];
  const layout = layOut(picture, shape);
  if (!own || layout.size + made * 4 > ADDRESSABLE) {
    out.set(resizePlain(picture, ...shape), offset);
    return;
  }
  const { memory, kernels } = own;
  const missing = layout.size + made * 4 - memory.buffer.byteLength;
  if (missing > 0) memory.grow(Math.ceil(missing / 65536));
  resize(kernels, memory, picture, shape, layout, 0, layout.size);
  out.set(new Float32Array(memory.buffer, layout.size, made), offset);
  // One very large picture must not hold its memory for good.
  if (picture.height * picture.width > 2 ** 24) own = undefined;
}

/**
 * The same, put right where it is wanted: at an address of a heap.
 *
 * @returns Whether it was done: not where the heap has no room to work in, or the platform refuses WebAssembly.
 */
export function resizeInHeap(picture: Picture, shape: FrameShape, heap: Heap, address: number): boolean {
  const kernels = kernelsOver(heap.memory);
  const layout = layOut(picture, shape);
  const room = kernels ? heap.take(layout.size) : 0;
  if (!kernels || room === 0) return false;
  try {
    resize(kernels, heap.memory, picture, shape, layout, room, address);
    return true;
  } finally {
    heap.giveBack(room);
  }
}

/** What the kernels work with, as offsets from the begin of their room, and the size of the room, in bytes. */
interface Layout {
  size: number;
  /** Undefined where the size stays. */
  resampling?: {
    down: Taps;
    across: Taps;
    firstDown: number;
    weightsDown: number;
    firstAcross: number;
    weightsAcross: number;
    line: number;
  };
}

function layOut({ height, width, channels, data }: Picture, [newHeight, newWidth]: FrameShape): Layout {
  // the picture lies first; 64 bytes behind each part are free, as the kernels may touch them
  let size = 0;
  const add = (bytes: number): number => {
    const at = size;
    size += (bytes + 79) & ~15;
    return at;
  };
  add(data.length);
  if (newHeight === height && newWidth === width) return { size };
  const down = resizeTaps(height, newHeight, { factor: 1 / 255 });
  const across = resizeTaps(width, newWidth);
  const resampling = {
    down,
    across,
    firstDown: add(down.first.byteLength),
    weightsDown: add(down.weights.byteLength),
    firstAcross: add(across.first.byteLength),
    weightsAcross: add(across.weights.byteLength),
    line: add(width * channels * 4),
  };
  return { size, resampling };
}

/** Runs the kernels in their room, to the target. */
function resize(
  kernels: Kernels,
  { buffer }: WebAssembly.Memory,
  { width, channels, data }: Picture,
  [newHeight, newWidth, newChannels]: FrameShape,
  { resampling }: Layout,
  room: number,
  target: number,
): void {
  new Uint8Array(buffer, room, data.length).set(data);
  if (!resampling) {
    const count = newHeight * newWidth;
    if (channels === newChannels) kernels.toUnit({ source: room, count: count * channels, target });
    else if (newChannels === 1) kernels.grayToUnit({ source: room, count, target });
    else kernels.colorToUnit({ source: room, count, target });
    return;
  }
  const { down, across, firstDown, weightsDown, firstAcross, weightsAcross, line } = resampling;
  new Int32Array(buffer, room + firstDown, down.first.length).set(down.first);
  new Float32Array(buffer, room + weightsDown, down.weights.length).set(down.weights);
  new Int32Array(buffer, room + firstAcross, across.first.length).set(across.first);
  new Float32Array(buffer, room + weightsAcross, across.weights.length).set(across.weights);
  kernels.resample({
    source: room,
    width,
    channels,
    newHeight,
    newWidth,
    newChannels,
    firstDown: room + firstDown,
    weightsDown: room + weightsDown,
    wideDown: down.wide,
    firstAcross: room + firstAcross,
    weightsAcross: room + weightsAcross,
    wideAcross: across.wide,
    line: room + line,
    target,
  });
}
