import * as tf from '@tensorflow/tfjs-core';
import { address, type KernelArgs, kernelsOf, withScratch } from './wasm-backend.js';

function rowsAndColumns(x: tf.TensorInfo): [number, number] {
  const columns = x.shape[x.shape.length - 1]!;
  return [tf.util.sizeFromShape(x.shape) / columns, columns];
}

/**
 * LayerNormTraining: y = (x - mean) inverse scale + offset, and the mean and inverse = 1 / sqrt(variance + epsilon) of each
 * row along the last axis.
 */
export function layerNormTraining({ inputs, attrs, backend }: KernelArgs): tf.TensorInfo[] {
  const { x, scale, offset } = inputs as Record<'x' | 'scale' | 'offset', tf.TensorInfo>;
  const { epsilon } = attrs as never as { epsilon: number };
  const [rows, columns] = rowsAndColumns(x);
  const outputs = [x.shape, [rows], [rows]].map((shape) => backend.makeOutput(shape, 'float32'));
  const [y, mean, inverse] = outputs.map((info) => address(backend, info)) as [number, number, number];
  kernelsOf(backend).layerNorm({
    x: address(backend, x),
    rows,
    columns,
    epsilon,
    scale: address(backend, scale),
    offset: address(backend, offset),
    y,
    mean,
    inverse,
  });
  return outputs;
}

/** LayerNormTrainingGrad: gradients by x, scale and offset in one pass; see assembly/layer-norm.ts. */
export function layerNormTrainingGrad({ inputs, backend }: KernelArgs): tf.TensorInfo[] {
  const { x, dy, mean, inverse, scale } = inputs as Record<'x' | 'dy' | 'mean' | 'inverse' | 'scale', tf.TensorInfo>;
  const [rows, columns] = rowsAndColumns(x);
  const outputs = [x.shape, [columns], [columns]].map((shape) => backend.makeOutput(shape, 'float32'));
  const [dx, dScale, dOffset] = outputs.map((info) => address(backend, info)) as [number, number, number];
  withScratch(backend, 6 * columns, (scratch) => {
    kernelsOf(backend).layerNormGradient({
      x: address(backend, x),
      dy: address(backend, dy),
      rows,
      columns,
      mean: address(backend, mean),
      inverse: address(backend, inverse),
      scale: address(backend, scale),
      dx,
      dScale,
      dOffset,
      scratch,
    });
  });
  return outputs;
}
