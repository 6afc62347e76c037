import type * as tf from '@tensorflow/tfjs-core';
import { type ConvGeometry, halvedFilterSide, halvedInput, hasCutSquares } from './conv-geometry.js';
import { withLaidOutFilter } from './filter-cache.js';
import { roundUp, withArrays } from './lay-out.js';
import { address, kernelsOf, type WasmBackend, withScratch } from './wasm-backend.js';

/**
 * A convolution of stride 2 in the terms of one of stride 1: squares of 2 x 2 pixels become one pixel of 4 channels, of the
 * image as of the filter, which is filled up with zeros. Its side is then 2 to 4, which suits Winograd's algorithm.
 */
type Halved = {
  /** Side of the filter. */
  side: number;
  /** Side of a tile of results. */
  tile: number;
  channels: number;
  /** Images taken at once. */
  images: number;
  /** Tiles taken at once. */
  block: number;
};

/** For results of a grid of this size. */
function halved(g: ConvGeometry, gridHeight: number, gridWidth: number): Halved {
  const side = halvedFilterSide(g);
  const tile = 7 - side;
  const channels = 4 * g.channels;
  const tiles = Math.ceil(gridHeight / tile) * Math.ceil(gridWidth / tile);
  // What is transformed of few channels stays in the cache; a filter of many is read once for each block.
  const wanted = channels + g.outChannels <= 160 ? 24 : 48;
  const images = Math.min(g.batch, Math.ceil(wanted / tiles));
  return { side, tile, channels, images, block: roundUp(Math.min(images * tiles, wanted * 1.5), 6) };
}

/** Whether the kernels should pass over what is known to be 0; with few channels its pieces are too small. */
function passesOverZeros(g: ConvGeometry): boolean {
  return hasCutSquares(g) && g.channels >= 16;
}

/** Every tap of the filter: its place in it, and in the halved one the square and the place in the square. */
function* taps(g: ConvGeometry): Generator<readonly [tap: number, square: number, place: number]> {
  const side = halvedFilterSide(g);
  for (let h = 0; h < g.filter[1]; h++) {
    for (let w = 0; w < g.filter[2]; w++) {
      yield [h * g.filter[2] + w, (h >> 1) * side + (w >> 1), 2 * (h & 1) + (w & 1)];
    }
  }
}

/** Convolution of `x` into `out`. */
export function halvedConv(
  backend: WasmBackend,
  g: ConvGeometry,
  x: tf.TensorInfo,
  filter: tf.TensorInfo,
  bias: tf.TensorInfo | undefined,
  activation: number,
  out: tf.TensorInfo,
): void {
  const kernels = kernelsOf(backend);
  const { batch, output, outChannels } = g;
  const { side, tile, channels, images, block } = halved(g, output[1], output[2]);
  const spread = side * side * channels * outChannels;
  const row = g.channels * outChannels;
  const laidOut = {
    filter,
    layout: 'winograd' as const,
    count: kernels.winogradFilterSize({ channels, outChannels }),
    write: (to: number) =>
      withScratch(backend, spread + 256, (start) => {
        const own = new Float32Array(backend.wasm.HEAPU8.buffer, start, spread).fill(0);
        const from = backend.typedArrayFromHeap(filter);
        for (const [tap, square, place] of taps(g)) {
          own.set(from.subarray(tap * row, (tap + 1) * row), (4 * square + place) * row);
        }
        const scratch = start + 4 * spread;
        kernels.winogradFilter({ r: side, channels, outChannels, filter: start, to, scratch });
      }),
  };
  const [height, width] = lookedAt(g, tile);
  const counts = [
    images * height * width * channels + 4,
    kernels.winogradScratch({ channels, outChannels, block }),
  ] as const;
  withLaidOutFilter(backend, laidOut, counts, (transformed, squares, scratch) => {
    for (let n = 0; n < batch; n += images) {
      const count = Math.min(images, batch - n);
      gather(backend, g, address(backend, x), n, count, height, width, squares);
      kernels.winogradConv2d({
        r: side,
        quarters: passesOverZeros(g) ? 1 : 0,
        x: squares,
        batch: count,
        height,
        width,
        channels,
        padTop: 0,
        padLeft: 0,
        outHeight: output[1],
        outWidth: output[2],
        outChannels,
        filter: transformed,
        out: address(backend, out) + 4 * n * output[1] * output[2] * outChannels,
        bias: bias ? address(backend, bias) : 0,
        activation,
        scratch,
        block,
      });
    }
  });
}

/** Squares that whole tiles of the output look at. */
function lookedAt({ output, ...g }: ConvGeometry, tile: number): [height: number, width: number] {
  const side = halvedFilterSide({ output, ...g });
  return [roundUp(output[1], tile) + side - 1, roundUp(output[2], tile) + side - 1];
}

/** Writes `count` images from the `first` on in squares of 2 x 2 pixels to `to`. */
function gather(
  backend: WasmBackend,
  { input, channels, before }: ConvGeometry,
  x: number,
  first: number,
  count: number,
  height: number,
  width: number,
  to: number,
): void {
  const [from, squares] = [4 * input[1] * input[2] * channels, 16 * height * width * channels];
  for (let n = 0; n < count; n++) {
    kernelsOf(backend).spaceToDepth({
      x: x + (first + n) * from,
      height: input[1],
      width: input[2],
      channels,
      top: before[1],
      left: before[2],
      outHeight: height,
      outWidth: width,
      to: to + n * squares,
    });
  }
}

/** Gradient of the convolution by its input, into `dx`: a convolution of `dy` whose results are squares of 2 x 2 pixels. */
export function halvedInputGradient(
  backend: WasmBackend,
  g: ConvGeometry,
  dy: tf.TensorInfo,
  filter: tf.TensorInfo,
  dx: tf.TensorInfo,
): void {
  const kernels = kernelsOf(backend);
  const { batch, input, output, before, outChannels } = g;
  const [height, width] = halvedInput(g);
  const { side, channels, images, block } = halved(g, height, width);
  const turnedChannels = { channels: outChannels, outChannels: channels };
  const spread = side * side * channels * outChannels;
  const counts = [
    spread,
    kernels.winogradFilterSize(turnedChannels),
    images * height * width * channels,
    kernels.winogradScratch({ ...turnedChannels, block }),
  ] as const;
  withArrays(backend, counts, (turned, transformed, squares, scratch) => {
    kernels.fill({ to: turned, size: spread, value: 0 });
    for (const [tap, square, place] of taps(g)) {
      kernels.transpose({
        rows: g.channels,
        columns: outChannels,
        from: address(backend, filter) + 4 * tap * g.channels * outChannels,
        rowBytes: 4 * outChannels,
        to: turned + 4 * ((side * side - 1 - square) * outChannels * channels + place * g.channels),
        toRowBytes: 4 * channels,
      });
    }
    kernels.winogradFilter({ r: side, ...turnedChannels, filter: turned, to: transformed, scratch });
    for (let n = 0; n < batch; n += images) {
      const count = Math.min(images, batch - n);
      kernels.winogradConv2d({
        r: side,
        quarters: hasCutSquares(g) ? 2 : 0,
        x: address(backend, dy) + 4 * n * output[1] * output[2] * outChannels,
        batch: count,
        height: output[1],
        width: output[2],
        ...turnedChannels,
        padTop: side - 1,
        padLeft: side - 1,
        outHeight: height,
        outWidth: width,
        filter: transformed,
        out: squares,
        bias: 0,
        activation: 0,
        scratch,
        block,
      });
      for (let i = 0; i < count; i++) {
        kernels.depthToSpace({
          x: squares + 4 * i * height * width * channels,
          height: input[1],
          width: input[2],
          channels: g.channels,
          top: before[1],
          left: before[2],
          fromHeight: height,
          fromWidth: width,
          to: address(backend, dx) + 4 * (n + i) * input[1] * input[2] * g.channels,
        });
      }
    }
  });
}

/** Gradient of the convolution by its filter, into `gradient`. */
export function halvedFilterGradient(
  backend: WasmBackend,
  g: ConvGeometry,
  x: tf.TensorInfo,
  dy: tf.TensorInfo,
  gradient: tf.TensorInfo,
): void {
  const kernels = kernelsOf(backend);
  const { batch, output, outChannels } = g;
  const { side, tile, channels, images, block } = halved(g, output[1], output[2]);
  const spread = side * side * channels * outChannels;
  const [height, width] = lookedAt(g, tile);
  const counts = [
    spread,
    kernels.winogradSumsSize({ channels, outChannels }),
    images * height * width * channels + 4,
    kernels.winogradGradientScratch({ channels, outChannels, block }),
  ] as const;
  withArrays(backend, counts, (whole, sums, squares, scratch) => {
    for (let n = 0; n < batch; n += images) {
      const count = Math.min(images, batch - n);
      gather(backend, g, address(backend, x), n, count, height, width, squares);
      kernels.winogradFilterSums({
        r: side,
        quarters: passesOverZeros(g),
        x: squares,
        batch: count,
        height,
        width,
        channels,
        padTop: 0,
        padLeft: 0,
        outHeight: output[1],
        outWidth: output[2],
        outChannels,
        dy: address(backend, dy) + 4 * n * output[1] * output[2] * outChannels,
        sums,
        accumulate: n > 0,
        scratch,
        block,
      });
    }
    kernels.winogradFilterGradient({ r: side, channels, outChannels, sums, gradient: whole, scratch });
    const own = new Float32Array(backend.wasm.HEAPU8.buffer, whole, spread);
    const to = backend.typedArrayFromHeap(gradient);
    const row = g.channels * outChannels;
    for (const [tap, square, place] of taps(g)) {
      const from = (4 * square + place) * row;
      to.set(own.subarray(from, from + row), tap * row);
    }
  });
}
