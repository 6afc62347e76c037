import type * as tf from '@tensorflow/tfjs-core';
import { type ConvGeometry, halvedFilterSide } from './conv-geometry.js';
import { keptFilter } from './filter-cache.js';
import { layOut, total } from './lay-out.js';
import { address, kernelsOf, type WasmBackend, withScratch } from './wasm-backend.js';

/** Tiles at once: what is transformed stays in the second-level cache. */
const block = 24;

/**
 * A convolution of stride 2 in the terms of one of stride 1: squares of 2 x 2 pixels become one pixel of 4 channels, of the
 * image as of the filter, which is filled up with zeros. Its side is then 3 or 4, which suits Winograd's algorithm.
 */
type Halved = { side: number; channels: number; height: number; width: number };

function halved(g: ConvGeometry): Halved {
  const side = halvedFilterSide(g);
  const tile = 7 - side;
  // As much of the image as whole tiles look at.
  const [height, width] = [g.output[1], g.output[2]].map((size) => Math.ceil(size / tile) * tile + side - 1);
  return { side, channels: 4 * g.channels, height: height!, width: width! };
}

function* taps(g: ConvGeometry, side: number): Generator<readonly [from: number, to: number]> {
  const row = g.channels * g.outChannels;
  for (let h = 0; h < g.filter[1]; h++) {
    for (let w = 0; w < g.filter[2]; w++) {
      const tap = (h >> 1) * side + (w >> 1);
      yield [(h * g.filter[2] + w) * row, (4 * tap + 2 * (h & 1) + (w & 1)) * row];
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
  const { batch, input, output, before, outChannels } = g;
  const { side, channels, height, width } = halved(g);
  const size = kernels.winogradFilterSize(channels, outChannels);
  const spread = side * side * channels * outChannels;
  const transform = (to: number) =>
    withScratch(backend, spread + 256, (scratch) => {
      const own = new Float32Array(backend.wasm.HEAPU8.buffer, scratch, spread).fill(0);
      const from = backend.typedArrayFromHeap(filter);
      const row = g.channels * outChannels;
      for (const [source, target] of taps(g, side)) own.set(from.subarray(source, source + row), target);
      kernels.winogradFilter(side, channels, outChannels, scratch, to, scratch + 4 * spread);
    });
  const kept = keptFilter(backend, filter, 'winograd', size, transform);
  const counts = [
    kept === undefined ? size : 0,
    height * width * channels + 4,
    kernels.winogradScratch(channels, outChannels, block),
  ];
  withScratch(backend, total(...counts), (start) => {
    const [own, image, scratch] = layOut(start, ...counts) as [number, number, number];
    if (kept === undefined) transform(own);
    for (let n = 0; n < batch; n++) {
      const from = address(backend, x) + 4 * n * input[1] * input[2] * g.channels;
      const to = address(backend, out) + 4 * n * output[1] * output[2] * outChannels;
      kernels.spaceToDepth(from, input[1], input[2], g.channels, before[1], before[2], height, width, image);
      kernels.winogradConv2d(
        ...[side, image, 1, height, width, channels, 0, 0, output[1], output[2], outChannels],
        ...[kept ?? own, to, bias ? address(backend, bias) : 0, activation, scratch, block],
      );
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
  const { batch, input, output, before, outChannels } = g;
  const { side, channels, height, width } = halved(g);
  const spread = side * side * channels * outChannels;
  const counts = [
    spread,
    kernels.winogradSumsSize(channels, outChannels),
    height * width * channels + 4,
    kernels.winogradGradientScratch(channels, outChannels, 2 * block),
  ];
  withScratch(backend, total(...counts), (start) => {
    const [whole, sums, image, scratch] = layOut(start, ...counts) as [number, number, number, number];
    for (let n = 0; n < batch; n++) {
      const from = address(backend, x) + 4 * n * input[1] * input[2] * g.channels;
      const by = address(backend, dy) + 4 * n * output[1] * output[2] * outChannels;
      kernels.spaceToDepth(from, input[1], input[2], g.channels, before[1], before[2], height, width, image);
      kernels.winogradFilterSums(
        ...[side, image, 1, height, width, channels, 0, 0, output[1], output[2], outChannels],
        ...[by, sums, Number(n > 0), scratch, 2 * block],
      );
    }
    kernels.winogradFilterGradient(side, channels, outChannels, sums, whole, scratch);
    const own = new Float32Array(backend.wasm.HEAPU8.buffer, whole, spread);
    const to = backend.typedArrayFromHeap(gradient);
    const row = g.channels * outChannels;
    for (const [target, source] of taps(g, side)) to.set(own.subarray(source, source + row), target);
  });
}
