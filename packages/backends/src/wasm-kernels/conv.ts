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
import { keptFilter } from './filter-cache.js';
import { halvedConv, halvedFilterGradient, halvedInputGradient } from './halved-conv.js';
import { layOut, roundUp, total } from './lay-out.js';
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
  kernels.fill(to, size, 0);
  kernels.copyBlocks(
    ...[address(backend, x), 0, input[1] * input[2] * channels, input[2] * channels],
    ...[to + 4 * (before[1] * width + before[2]) * channels, 0, height * width * channels, width * channels],
    ...[1, batch, input[1], input[2] * channels],
  );
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
  if (suitsWinograd(g)) {
    const block = tileBlock(g);
    const size = kernels.winogradFilterSize(channels, outChannels);
    const work = kernels.winogradScratch(channels, outChannels, block);
    const transform = (to: number) =>
      withScratch(backend, 256, (scratch) => {
        kernels.winogradFilter(3, channels, outChannels, address(backend, filter), to, scratch);
      });
    const kept = keptFilter(backend, filter, 'winograd', size, transform);
    const counts = [kept === undefined ? size : 0, work];
    withScratch(backend, total(...counts), (start) => {
      const [own, scratch] = layOut(start, ...counts) as [number, number];
      if (kept === undefined) transform(own);
      kernels.winogradConv2d(
        ...[3, 0, address(backend, x), batch, input[1], input[2], channels, g.before[1], g.before[2]],
        ...[output[1], output[2], outChannels, kept ?? own, address(backend, out)],
        ...[bias ? address(backend, bias) : 0, activation, scratch, block],
      );
    });
    return;
  }
  if (suitsHalving(g)) {
    halvedConv(backend, g, x, filter, bias, activation, out);
    return;
  }
  const tapCount = product(g.filter);
  const panelSize = tapCount * channels * roundUp(outChannels, 8);
  const pack = (to: number) => kernels.packFilter(tapCount, channels, outChannels, address(backend, filter), to);
  const kept = keptFilter(backend, filter, 'panels', panelSize, pack);
  const panelRoom = kept === undefined ? panelSize : 0;
  if (suitsRows(g, 64)) {
    const [height, width] = borderedSides(g);
    const counts = [64, panelRoom, borderedSize(g) + 4];
    withScratch(backend, total(...counts), (start) => {
      const [spare, own, bordered] = layOut(start, ...counts) as [number, number, number];
      const panels = kept ?? own;
      const from = addBorder(backend, g, x, bordered);
      if (kept === undefined) pack(own);
      kernels.convRows(
        ...[from, batch, height, width, channels, g.filter[1], g.filter[2], strides[1], strides[2]],
        ...[output[1], output[2], panels, outChannels, address(backend, out)],
        ...[bias ? address(backend, bias) : 0, activation, spare],
      );
    });
    return;
  }
  const taps = forwardTaps(g);
  const counts = [taps.length * 3, panelRoom, kernels.convScratch(channels, taps.length, outChannels)];
  withScratch(backend, total(...counts), (start) => {
    const [offsets, own, scratch] = layOut(start, ...counts) as [number, number, number];
    writeTaps(backend, offsets, taps);
    if (kept === undefined) pack(own);
    kernels.conv(
      address(backend, x),
      batch,
      ...input,
      channels,
      offsets,
      taps.length,
      ...strides,
      ...output,
      kept ?? own,
      outChannels,
      address(backend, out),
      product(output) * outChannels,
      output[1] * output[2] * outChannels,
      output[2] * outChannels,
      outChannels,
      bias ? address(backend, bias) : 0,
      activation,
      scratch,
    );
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
    kernels.transpose(
      ...[channels, outChannels, address(backend, filter) + tap * tapBytes, outChannels * 4],
      ...[to, channels * 4],
    );

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
    const counts = [
      tapCount * channels * outChannels,
      kernels.winogradFilterSize(outChannels, channels),
      kernels.winogradScratch(outChannels, channels, block),
    ];
    withScratch(backend, total(...counts), (start) => {
      const [turned, transformed, scratch] = layOut(start, ...counts) as [number, number, number];
      for (let tap = 0; tap < tapCount; tap++) turn(tapCount - 1 - tap, turned + tap * tapBytes);
      kernels.winogradFilter(3, outChannels, channels, turned, transformed, scratch);
      kernels.winogradConv2d(
        3,
        0,
        address(backend, dy),
        batch,
        output[1],
        output[2],
        outChannels,
        back.before[1],
        back.before[2],
        input[1],
        input[2],
        channels,
        transformed,
        address(backend, dx),
        0,
        0,
        scratch,
        block,
      );
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
    Math.max(...phases.map(({ taps }) => kernels.convScratch(outChannels, Math.max(1, taps.length), channels))),
  ];
  withScratch(backend, total(...counts), (start) => {
    const [offsets, turned, panels, scratch] = layOut(start, ...counts) as [number, number, number, number];
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
      kernels.packFilter(taps.length, outChannels, channels, turned, panels);
      kernels.conv(
        address(backend, dy),
        batch,
        ...output,
        outChannels,
        offsets,
        taps.length,
        1,
        1,
        1,
        ...grid,
        panels,
        channels,
        at + 4 * (first[0] * sizes[0] + first[1] * sizes[1] + first[2] * sizes[2]),
        product(input) * channels,
        strides[0] * sizes[0],
        strides[1] * sizes[1],
        strides[2] * sizes[2],
        0,
        0,
        scratch,
      );
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
    // Ascending offsets are neighbours in memory.
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
  if (suitsWinograd(g) && batch > 0) {
    const block = tileBlock(g);
    const counts = [
      kernels.winogradSumsSize(channels, outChannels),
      kernels.winogradGradientScratch(channels, outChannels, block),
    ];
    withScratch(backend, total(...counts), (start) => {
      const [sums, scratch] = layOut(start, ...counts) as [number, number];
      kernels.winogradFilterSums(
        ...[3, 0, address(backend, x), batch, input[1], input[2], channels, g.before[1], g.before[2]],
        ...[output[1], output[2], outChannels, address(backend, dy), sums, 0, scratch, block],
      );
      kernels.winogradFilterGradient(3, channels, outChannels, sums, address(backend, gradient), scratch);
    });
    return;
  }
  if (suitsHalving(g) && batch > 0) {
    halvedFilterGradient(backend, g, x, dy, gradient);
    return;
  }
  if (suitsRows(g, 16) && batch > 0 && product(output) > 0) {
    const [height, width] = borderedSides(g);
    const counts = [
      kernels.convRowsScratch(output[2], channels, g.filter[1], g.filter[2], outChannels),
      borderedSize(g) + 8,
    ];
    withScratch(backend, total(...counts), (start) => {
      const [scratch, bordered] = layOut(start, ...counts) as [number, number];
      const from = addBorder(backend, g, x, bordered);
      kernels.convRowsFilterGradient(
        ...[from, batch, height, width, channels, g.filter[1], g.filter[2], strides[1], strides[2]],
        ...[output[1], output[2], address(backend, dy), outChannels, address(backend, gradient), scratch],
      );
    });
    return;
  }
  const taps = forwardTaps(g);
  const counts = [taps.length * 3, kernels.convFilterGradientScratch(channels, taps.length, outChannels)];
  withScratch(backend, total(...counts), (start) => {
    const [offsets, scratch] = layOut(start, ...counts) as [number, number];
    writeTaps(backend, offsets, taps);
    kernels.convFilterGradient(
      address(backend, x),
      batch,
      ...input,
      channels,
      offsets,
      taps.length,
      ...strides,
      ...output,
      address(backend, dy),
      outChannels,
      address(backend, gradient),
      scratch,
    );
  });
}
