import { kernelBytes } from './kernel-bytes.js';
import { resizePlain } from './resize-plain.js';
import { type Taps, triangleTaps } from './taps.js';

/** What the WebAssembly module exports; addresses are byte offsets into `memory`. */
interface Kernels {
  memory: WebAssembly.Memory;
  toUnit(source: number, count: number, target: number): void;
  greyToUnit(source: number, count: number, target: number): void;
  resample(
    source: number,
    width: number,
    channels: number,
    newHeight: number,
    newWidth: number,
    firstDown: number,
    countDown: number,
    weightsDown: number,
    wideDown: number,
    firstAcross: number,
    countAcross: number,
    weightsAcross: number,
    wideAcross: number,
    line: number,
    target: number,
    grey: number,
  ): void;
}

/** Undefined until the first use, null where the platform refuses. */
let kernels: Kernels | null | undefined;

function loadKernels(): Kernels | null {
  try {
    const bytes = Uint8Array.from(atob(kernelBytes), (letter) => letter.charCodeAt(0));
    return new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports as unknown as Kernels;
  } catch {
    // A page may forbid WebAssembly (content security policy): the plain way gives the same numbers, slower.
    return null;
  }
}

/** An 8-bit picture: `data` is `[height, width, channels]`, row-major; 1 or 3 channels. */
export interface Picture {
  width: number;
  height: number;
  channels: number;
  data: Uint8Array | Uint8ClampedArray;
}

/**
 * Puts a picture into `out` from `offset` on, as floats in 0..1 `[newHeight, newWidth, outChannels]`, resized by a triangle
 * filter (no aliasing where it shrinks, bilinear where it enlarges). Three channels become one by the luma of Rec. 601, one
 * becomes three by repetition.
 */
export function resizeToUnit(
  picture: Picture,
  newHeight: number,
  newWidth: number,
  outChannels: number,
  out: Float32Array,
  offset: number,
): void {
  if (kernels === undefined) kernels = loadKernels();
  if (!kernels) {
    out.set(resizePlain(picture, newHeight, newWidth, outChannels), offset);
    return;
  }
  const { height, width, channels } = picture;
  const grey = channels === 3 && outChannels === 1;
  const made = newHeight * newWidth * (grey ? 1 : channels);
  const values = run(kernels, picture, newHeight, newWidth, grey, made);
  if (channels === 1 && outChannels === 3) {
    for (let i = 0; i < made; i++) out.fill(values[i]!, offset + i * 3, offset + i * 3 + 3);
  } else out.set(values, offset);
  // One very large picture must not hold its memory for good.
  if (height * width > 2 ** 24) kernels = undefined;
}

/** Runs the kernels; the result is a view of their memory that the next call overwrites. */
function run(
  module: Kernels,
  picture: Picture,
  newHeight: number,
  newWidth: number,
  grey: boolean,
  made: number,
): Float32Array {
  const { height, width, channels, data } = picture;
  const same = newHeight === height && newWidth === width;
  const down = same ? undefined : triangleTaps(height, newHeight, 1 / 255);
  const across = same ? undefined : triangleTaps(width, newWidth);
  // Below 1024 lies what the compiler put there.
  let top = 1024;
  const take = (bytes: number): number => {
    const at = top;
    top += (bytes + 79) & ~15;
    return at;
  };
  const source = take(data.length);
  const target = take(made * 4);
  const line = same ? 0 : take(width * channels * 4);
  const [downAt, acrossAt] = [down, across].map((taps) =>
    taps
      ? {
          first: take(taps.first.byteLength),
          count: take(taps.count.byteLength),
          weights: take(taps.weights.byteLength),
        }
      : undefined,
  );
  const { memory } = module;
  const missing = top - memory.buffer.byteLength;
  if (missing > 0) memory.grow(Math.ceil(missing / 65536));
  new Uint8Array(memory.buffer).set(data, source);
  if (!down || !across || !downAt || !acrossAt) {
    if (grey) module.greyToUnit(source, made, target);
    else module.toUnit(source, made, target);
  } else {
    put(memory, down, downAt);
    put(memory, across, acrossAt);
    module.resample(
      source,
      width,
      channels,
      newHeight,
      newWidth,
      downAt.first,
      downAt.count,
      downAt.weights,
      down.wide,
      acrossAt.first,
      acrossAt.count,
      acrossAt.weights,
      across.wide,
      line,
      target,
      grey ? 1 : 0,
    );
  }
  return new Float32Array(memory.buffer, target, made);
}

function put(memory: WebAssembly.Memory, taps: Taps, at: { first: number; count: number; weights: number }): void {
  new Int32Array(memory.buffer, at.first, taps.first.length).set(taps.first);
  new Int32Array(memory.buffer, at.count, taps.count.length).set(taps.count);
  new Float32Array(memory.buffer, at.weights, taps.weights.length).set(taps.weights);
}
