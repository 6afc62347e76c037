import * as tf from '@tensorflow/tfjs-core';
import { identity } from './copy.js';
import { inPlaceOf } from './in-place.js';
import { address, floats, type KernelArgs, kernelsOf, withScratch } from './wasm-backend.js';

type Scales = { scale?: tf.TensorInfo; offset?: tf.TensorInfo };
type Statistics = { mean?: tf.TensorInfo; variance?: tf.TensorInfo };

function rowsAndColumns(x: tf.TensorInfo): [number, number] {
  const columns = x.shape[x.shape.length - 1]!;
  return [tf.util.sizeFromShape(x.shape) / columns, columns];
}

/** BatchNormTraining: y, mean and variance in three passes over x; in one with the mean and variance that an earlier run gave. */
export function batchNormTraining({ inputs, attrs, backend }: KernelArgs, rectified = false): tf.TensorInfo[] {
  const { x, scale, offset, ...given } = inputs as never as Scales & Statistics & { x: tf.TensorInfo };
  const { epsilon } = attrs as never as { epsilon: number };
  const kernels = kernelsOf(backend);
  const [rows, columns] = rowsAndColumns(x);
  const y = backend.makeOutput(x.shape, 'float32');
  const mean = given.mean ? identity({ inputs: { x: given.mean }, backend }) : backend.makeOutput([columns], 'float32');
  const variance = given.variance
    ? identity({ inputs: { x: given.variance }, backend })
    : backend.makeOutput([columns], 'float32');
  const work = Math.max(kernels.sumScratch(columns), kernels.batchNormTrainingScratch(columns));
  withScratch(backend, 2 * columns + work, (start) => {
    const scratch = start + 8 * columns;
    if (!given.mean) {
      const as = { outer: 1, middle: rows, inner: columns, factor: 1 / rows };
      kernels.sumMiddle({ x: address(backend, x), ...as, out: address(backend, mean), scratch });
    }
    if (!given.variance) {
      kernels.columnVariance({
        x: address(backend, x),
        rows,
        columns,
        mean: address(backend, mean),
        variance: address(backend, variance),
        scratch,
      });
    }
    const factor = new Float32Array(backend.wasm.HEAPU8.buffer, start, columns);
    const shift = new Float32Array(backend.wasm.HEAPU8.buffer, start + 4 * columns, columns);
    const v = floats(backend, variance);
    const s = scale && floats(backend, scale);
    for (let c = 0; c < columns; c++) factor[c] = (s ? s[c]! : 1) / Math.sqrt(v[c]! + epsilon);
    if (offset) shift.set(floats(backend, offset));
    else shift.fill(0);
    kernels.batchNorm({
      x: address(backend, x),
      rows,
      columns,
      mean: address(backend, mean),
      a: start,
      offset: start + 4 * columns,
      rectified,
      out: address(backend, y),
      scratch,
    });
  });
  return [y, mean, variance];
}

/** BatchNormReluTraining: the same, and 0 where y is below. */
export function batchNormReluTraining(args: KernelArgs): tf.TensorInfo[] {
  return batchNormTraining(args, true);
}

/**
 * BatchNormTrainingGrad: gradients by x, scale and offset in two passes. With r = 1 / sqrt(variance + epsilon), n rows and
 * d = x - mean: dOffset = sum dy, dScale = r sum(dy d), and
 * dx = s r (dy - dOffset / n - d r dScale / n) + dMean / n + 2 d dVariance / n.
 */
export function batchNormTrainingGrad({ inputs, attrs, backend }: KernelArgs): tf.TensorInfo[] {
  const { x, dy, mean, variance, scale, dMean, dVariance } = inputs as never as Scales &
    Record<'x' | 'dy' | 'mean' | 'variance' | 'dMean' | 'dVariance', tf.TensorInfo>;
  const { epsilon } = attrs as never as { epsilon: number };
  const kernels = kernelsOf(backend);
  const [rows, columns] = rowsAndColumns(x);
  const dx = inPlaceOf(backend, dy) ?? backend.makeOutput(x.shape, 'float32');
  const dScale = backend.makeOutput([columns], 'float32');
  const dOffset = backend.makeOutput([columns], 'float32');
  withScratch(backend, 4 * columns + kernels.batchNormTrainingScratch(columns), (start) => {
    const scratch = start + 16 * columns;
    const from = {
      x: address(backend, x),
      dy: address(backend, dy),
      rows,
      columns,
      mean: address(backend, mean),
      scratch,
    };
    kernels.batchNormSums({ ...from, sumDy: address(backend, dOffset), sumDyX: address(backend, dScale) });
    const part = (i: number) => new Float32Array(backend.wasm.HEAPU8.buffer, start + 4 * i * columns, columns);
    const [byDy, byX, constant] = [part(0), part(1), part(2)];
    const [sumDyX, sumDy] = [floats(backend, dScale), floats(backend, dOffset)];
    const [toMean, toVariance] = [floats(backend, dMean), floats(backend, dVariance)];
    const v = floats(backend, variance);
    const s = scale && floats(backend, scale);
    for (let c = 0; c < columns; c++) {
      const r = 1 / Math.sqrt(v[c]! + epsilon);
      const factor = (s ? s[c]! : 1) * r;
      byDy[c] = factor;
      byX[c] = (2 * toVariance[c]! - factor * r * r * sumDyX[c]!) / rows;
      constant[c] = (toMean[c]! - factor * sumDy[c]!) / rows;
      sumDyX[c] = r * sumDyX[c]!;
    }
    const factors = { a: start, b: start + 4 * columns, c: start + 8 * columns };
    kernels.batchNormInput({ ...from, ...factors, dx: address(backend, dx) });
  });
  return [dx, dScale, dOffset];
}
