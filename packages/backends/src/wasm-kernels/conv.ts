import type * as tf from '@tensorflow/tfjs-core';
import {
  type ConvGeometry,
  product,
  suitsHalving,
  suitsHalvingBack,
  suitsRows,
  suitsWinograd,
  type Triple,
} from './conv-geometry.js';
import { withLaidOutFilter } from './filter-cache.js';
import { halvedConv, halvedFilterGradient, halvedInputGradient } from './halved-conv.js';
import { roundUp, withArrays } from './lay-out.js';
import { address, kernelsOf, type WasmBackend, withScratch } from './wasm-backend.js';

/** Activations that the compiled kernels apply themselves. */
export const activations: Readonly<Record<string, number>> = Object.freeze({ linear: 0, relu: 1, relu6: 2 });

type Tap = readonly [depth: number, height: number, width: number];

/**
 * Tiles that Winograd's algorithm works on at once: with few channels as many as the second-level cache has room for,
 * with many more, since the filter is read once for each block. Of small images whose end cuts tiles, whole groups of six:
 * see assembly/winograd-tiles.ts.
 */
function tileBlock({ batch, channels, outChannels, output: [, height, width] }: ConvGeometry): number {
  const perImage = Math.ceil(height / 4) * Math.ceil(width / 4);
  const wanted = channels + outChannels <= 160 ? 24 : 48;
  const isCut = height % 4 > 0 || width % 4 > 0;
  return Math.min(isCut && perImage <= 16 ? Math.max(wanted, 6 * perImage) : wanted, roundUp(batch * perImage, 6));
}

/** An image, as the kernels of convolutions take it. */
function imageArgs(batch: number, [depth, height, width]: Triple, channels: number) {
  return { batch, depth, height, width, channels };
}

/** How far apart the positions are that are looked at, and how many there are. */
function gridArgs([strideD, strideH, strideW]: Triple, [gridD, gridH, gridW]: Triple) {
  return { strideD, strideH, strideW, gridD, gridH, gridW };
}

/** Geometry of a Winograd kernel. */
function winogradArgs({ batch, channels, outChannels, input, output, before }: ConvGeometry) {
  return {
    batch,
    channels,
    outChannels,
    height: input[1],
    width: input[2],
    padTop: before[1],
    padLeft: before[2],
    outHeight: output[1],
    outWidth: output[2],
  };
}

/** Geometry of a kernel that takes rows. */
function rowArgs(g: ConvGeometry) {
  const { batch, channels, outChannels, filter, strides, output } = g;
  const [height, width] = borderedSides(g);
  return {
    batch,
    height,
    width,
    channels,
    filterH: filter[1],
    filterW: filter[2],
    strideH: strides[1],
    strideW: strides[2],
    outH: output[1],
    outW: output[2],
    outChannels,
  };
}

function writeTaps(backend: WasmBackend, at: number, taps: readonly Tap[]): void {
  new Int32Array(backend.wasm.HEAPU8.buffer, at, taps.length * 3).set(taps.flat());
}

/** Offsets that an output position looks at, in the order of the filter. */
function forwardTaps({ filter, dilations, before }: ConvGeometry): Tap[] {
  const taps: Tap[] = [];
  for (let d = 0; d < filter[0]; d++) {
    for (let h = 0; h < filter[1]; h++) {
      for (let w = 0; w < filter[2]; w++) {
        taps.push([d * dilations[0] - before[0], h * dilations[1] - before[1], w * dilations[2] - before[2]]);
      }
    }
  }
  return taps;
}

/** Floats of an image with the border that its convolution looks at; 0 when it looks at none. */
function borderedSize({ batch, channels, input, ...g }: ConvGeometry): number {
  const [height, width] = borderedSides({ batch, channels, input, ...g });
  const isPlain = g.before[1] === 0 && g.before[2] === 0 && height === input[1] && width === input[2];
  return isPlain ? 0 : batch * height * width * channels;
}

/** Height and width of an image with its border: as much as the convolution looks at, and no less than the image. */
function borderedSides({ input, output, filter, strides, before }: ConvGeometry): [number, number] {
  const side = (axis: 1 | 2) => Math.max(before[axis] + input[axis], (output[axis] - 1) * strides[axis] + filter[axis]);
  return [side(1), side(2)];
}

/** Writes `x` with its border to `to` and returns where it is; `x` itself when there is no border. */
function addBorder(backend: WasmBackend, g: ConvGeometry, x: tf.TensorInfo, to: number): number {
  const size = borderedSize(g);
  if (size === 0) return address(backend, x);
  const kernels = kernelsOf(backend);
  const { batch, channels, input, before } = g;
  const [height, width] = borderedSides(g);
  kernels.fill({ to, size, value: 0 });
  kernels.copyBlocks({
    from: address(backend, x),
    s0: 0,
    s1: input[1] * input[2] * channels,
    s2: input[2] * channels,
    to: to + 4 * (before[1] * width + before[2]) * channels,
    d0: 0,
    d1: height * width * channels,
    d2: width * channels,
    n0: 1,
    n1: batch,
    n2: input[1],
    run: input[2] * channels,
  });
  return to;
}

/** Convolution of `x` into `out`; `bias` may be 0. */
export function convForward(
  backend: WasmBackend,
  g: ConvGeometry,
  x: tf.TensorInfo,
  filter: tf.TensorInfo,
  bias: tf.TensorInfo | undefined,
  activation: number,
  out: tf.TensorInfo,
): void {
  const kernels = kernelsOf(backend);
  const { batch, channels, outChannels, input, output, strides } = g;
  if (batch === 0 || product(output) === 0 || outChannels === 0) return;
  const ends = { out: address(backend, out), bias: bias ? address(backend, bias) : 0, activation };
  if (suitsWinograd(g)) {
    const block = tileBlock(g);
    const laidOut = {
      filter,
      layout: 'winograd' as const,
      count: kernels.winogradFilterSize({ channels, outChannels }),
      write: (to: number) =>
        withScratch(backend, 256, (scratch) => {
          kernels.winogradFilter({ r: 3, channels, outChannels, filter: address(backend, filter), to, scratch });
        }),
    };
    const work = kernels.winogradScratch({ channels, outChannels, block });
    withLaidOutFilter(backend, laidOut, [work], (transformed, scratch) => {
      const from = { x: address(backend, x), filter: transformed };
      kernels.winogradConv2d({ r: 3, quarters: 0, ...from, ...winogradArgs(g), ...ends, scratch, block });
    });
    return;
  }
  if (suitsHalving(g)) {
    halvedConv(backend, g, x, filter, bias, activation, out);
    return;
  }
  const taps = forwardTaps(g);
  const laidOut = {
    filter,
    layout: 'panels' as const,
    count: taps.length * channels * roundUp(outChannels, 8),
    write: (panels: number) =>
      kernels.packFilter({ taps: taps.length, channels, outChannels, filter: address(backend, filter), panels }),
  };
  if (suitsRows(g, 64)) {
    withLaidOutFilter(backend, laidOut, [64, borderedSize(g) + 4], (panels, spare, bordered) => {
      kernels.convRows({ x: addBorder(backend, g, x, bordered), ...rowArgs(g), panels, ...ends, spare });
    });
    return;
  }
  const work = kernels.convScratch({ channels, taps: taps.length, outChannels });
  withLaidOutFilter(backend, laidOut, [taps.length * 3, work], (panels, offsets, scratch) => {
    writeTaps(backend, offsets, taps);
    kernels.conv({
      x: address(backend, x),
      ...imageArgs(batch, input, channels),
      taps: offsets,
      tapCount: taps.length,
      ...gridArgs(strides, output),
      panels,
      outChannels,
      outImage: product(output) * outChannels,
      outPlane: output[1] * output[2] * outChannels,
      outRow: output[2] * outChannels,
      outColumn: outChannels,
      ...ends,
      scratch,
    });
  });
}

/**
 * Gradient of a convolution by its input, into `dx`. With strides, the positions of each remainder are a convolution of
 * `dy` of their own, of stride 1, with the taps that reach them.
 */
export function convInputGradient(
  backend: WasmBackend,
  g: ConvGeometry,
  dy: tf.TensorInfo,
  filter: tf.TensorInfo,
  dx: tf.TensorInfo,
): void {
  const kernels = kernelsOf(backend);
  const { batch, channels, outChannels, input, output, strides } = g;
  if (batch === 0 || product(input) === 0 || channels === 0) return;
  const tapCount = product(g.filter);
  const tapBytes = channels * outChannels * 4;
  const turn = (tap: number, to: number) =>
    kernels.transpose({
      rows: channels,
      columns: outChannels,
      from: address(backend, filter) + tap * tapBytes,
      rowBytes: outChannels * 4,
      to,
      toRowBytes: channels * 4,
    });

  const back: ConvGeometry = {
    ...g,
    channels: outChannels,
    outChannels: channels,
    input: output,
    output: input,
    before: [g.filter[0] - 1 - g.before[0], g.filter[1] - 1 - g.before[1], g.filter[2] - 1 - g.before[2]],
  };
  if (suitsWinograd(back)) {
    const block = tileBlock(back);
    const turnedChannels = { channels: outChannels, outChannels: channels };
    const counts = [
      tapCount * channels * outChannels,
      kernels.winogradFilterSize(turnedChannels),
      kernels.winogradScratch({ ...turnedChannels, block }),
    ] as const;
    withArrays(backend, counts, (turned, transformed, scratch) => {
      for (let tap = 0; tap < tapCount; tap++) turn(tapCount - 1 - tap, turned + tap * tapBytes);
      kernels.winogradFilter({ r: 3, ...turnedChannels, filter: turned, to: transformed, scratch });
      kernels.winogradConv2d({
        r: 3,
        quarters: 0,
        x: address(backend, dy),
        ...winogradArgs(back),
        filter: transformed,
        out: address(backend, dx),
        bias: 0,
        activation: 0,
        scratch,
        block,
      });
    });
    return;
  }

  if (suitsHalvingBack(g)) {
    halvedInputGradient(backend, g, dy, filter, dx);
    return;
  }
  const phases = reachingTaps(g);
  const counts = [
    tapCount * 3,
    tapCount * channels * outChannels,
    tapCount * outChannels * roundUp(channels, 8),
    Math.max(
      ...phases.map(({ taps }) =>
        kernels.convScratch({ channels: outChannels, taps: Math.max(1, taps.length), outChannels: channels }),
      ),
    ),
  ] as const;
  withArrays(backend, counts, (offsets, turned, panels, scratch) => {
    const at = address(backend, dx);
    const sizes = [input[1] * input[2] * channels, input[2] * channels, channels] as const;
    if (phases.some(({ taps }) => taps.length === 0)) {
      new Float32Array(backend.wasm.HEAPU8.buffer, at, batch * product(input) * channels).fill(0);
    }
    for (const { first, grid, taps } of phases) {
      if (taps.length === 0) continue;
      taps.forEach(({ index }, i) => {
        turn(index, turned + i * tapBytes);
      });
      writeTaps(
        backend,
        offsets,
        taps.map(({ offset }) => offset),
      );
      kernels.packFilter({ taps: taps.length, channels: outChannels, outChannels: channels, filter: turned, panels });
      kernels.conv({
        x: address(backend, dy),
        ...imageArgs(batch, output, outChannels),
        taps: offsets,
        tapCount: taps.length,
        ...gridArgs([1, 1, 1], grid),
        panels,
        outChannels: channels,
        out: at + 4 * (first[0] * sizes[0] + first[1] * sizes[1] + first[2] * sizes[2]),
        outImage: product(input) * channels,
        outPlane: strides[0] * sizes[0],
        outRow: strides[1] * sizes[1],
        outColumn: strides[2] * sizes[2],
        bias: 0,
        activation: 0,
        scratch,
      });
    }
  });
}

type Phase = {
  /** First input position of the phase; the others follow a stride apart. */
  first: Triple;
  grid: Triple;
  taps: { index: number; offset: Tap }[];
};

/** For every remainder of input positions by the strides: the taps that reach them, and where in the output from. */
function reachingTaps(g: ConvGeometry): Phase[] {
  const { input, filter, strides, dilations, before } = g;
  const reach = (axis: 0 | 1 | 2, remainder: number) => {
    const found: { tap: number; offset: number }[] = [];
    for (let tap = 0; tap < filter[axis]; tap++) {
      const from = remainder + before[axis] - tap * dilations[axis];
      if (from % strides[axis] === 0) found.push({ tap, offset: from / strides[axis] });
    }
    // Ascending offsets are neighbors in memory.
    return found.reverse();
  };
  const phases: Phase[] = [];
  for (let d = 0; d < Math.min(strides[0], input[0]); d++) {
    for (let h = 0; h < Math.min(strides[1], input[1]); h++) {
      for (let w = 0; w < Math.min(strides[2], input[2]); w++) {
        const taps = reach(0, d).flatMap((a) =>
          reach(1, h).flatMap((b) =>
            reach(2, w).map((c) => ({
              index: (a.tap * filter[1] + b.tap) * filter[2] + c.tap,
              offset: [a.offset, b.offset, c.offset] as const,
            })),
          ),
        );
        const first: Triple = [d, h, w];
        const grid = first.map((start, axis) => Math.ceil((input[axis]! - start) / strides[axis]!));
        phases.push({ first, grid: grid as unknown as Triple, taps });
      }
    }
  }
  return phases;
}

/** Gradient of a convolution by its filter, into `gradient`. */
export function convFilterGradient(
  backend: WasmBackend,
  g: ConvGeometry,
  x: tf.TensorInfo,
  dy: tf.TensorInfo,
  gradient: tf.TensorInfo,
): void {
  const kernels = kernelsOf(backend);
  const { batch, channels, outChannels, input, output, strides } = g;
  if (channels === 0 || outChannels === 0) return;
  const ends = { dy: address(backend, dy), gradient: address(backend, gradient) };
  if (suitsWinograd(g) && batch > 0) {
    const block = tileBlock(g);
    const counts = [
      kernels.winogradSumsSize({ channels, outChannels }),
      kernels.winogradGradientScratch({ channels, outChannels, block }),
    ] as const;
    withArrays(backend, counts, (sums, scratch) => {
      const { dy, gradient } = ends;
      const from = { r: 3, quarters: false, x: address(backend, x), ...winogradArgs(g), dy };
      kernels.winogradFilterSums({ ...from, sums, accumulate: false, scratch, block });
      kernels.winogradFilterGradient({ r: 3, channels, outChannels, sums, gradient, scratch });
    });
    return;
  }
  if (suitsHalving(g) && batch > 0) {
    halvedFilterGradient(backend, g, x, dy, gradient);
    return;
  }
  if (suitsRows(g, 16) && batch > 0 && product(output) > 0) {
    const args = rowArgs(g);
    withArrays(backend, [kernels.convRowsScratch(args), borderedSize(g) + 8], (scratch, bordered) => {
      kernels.convRowsFilterGradient({ x: addBorder(backend, g, x, bordered), ...args, ...ends, scratch });
    });
    return;
  }
  const taps = forwardTaps(g);
  const work = kernels.convFilterGradientScratch({ channels, taps: taps.length, outChannels });
  withArrays(backend, [taps.length * 3, work], (offsets, scratch) => {
    writeTaps(backend, offsets, taps);
    kernels.convFilterGradient({
      x: address(backend, x),
      ...imageArgs(batch, input, channels),
      taps: offsets,
      tapCount: taps.length,
      ...gridArgs(strides, output),
      outChannels,
      ...ends,
      scratch,
    });
  });
}
