import * as tf from '@tensorflow/tfjs-core';
import { activations } from './conv.js';
import { address, type KernelArgs, type KernelFunction, kernelsOf, withScratch } from './wasm-backend.js';

type MatMulAttrs = { transposeA?: boolean; transposeB?: boolean; activation?: string };

/** BatchMatMul of floats; everything else is left to the stock kernel. */
export function batchMatMul(stock: KernelFunction): KernelFunction {
  return (args) => {
    const { a, b } = args.inputs as { a: tf.TensorInfo; b: tf.TensorInfo };
    if (a.dtype !== 'float32' || b.dtype !== 'float32') return stock(args);
    return multiply(args, a, b, undefined, 0);
  };
}

/** _FusedMatMul with activation linear, relu or relu6; everything else is left to the stock kernel. */
export function fusedMatMul(stock: KernelFunction): KernelFunction {
  return (args) => {
    const { a, b, bias } = args.inputs as { a: tf.TensorInfo; b: tf.TensorInfo; bias?: tf.TensorInfo };
    const activation = activations[(args.attrs as MatMulAttrs | undefined)?.activation ?? 'linear'];
    const columns = b.shape[b.shape.length - ((args.attrs as MatMulAttrs | undefined)?.transposeB ? 2 : 1)];
    const suits =
      activation !== undefined &&
      a.dtype === 'float32' &&
      b.dtype === 'float32' &&
      (bias === undefined || (bias.dtype === 'float32' && tf.util.sizeFromShape(bias.shape) === columns));
    return suits ? multiply(args, a, b, bias, activation) : stock(args);
  };
}

function multiply(
  { attrs, backend }: KernelArgs,
  a: tf.TensorInfo,
  b: tf.TensorInfo,
  bias: tf.TensorInfo | undefined,
  activation: number,
): tf.TensorInfo {
  const { transposeA = false, transposeB = false } = (attrs ?? {}) as MatMulAttrs;
  const [aRows, aColumns] = a.shape.slice(-2) as [number, number];
  const [bRows, bColumns] = b.shape.slice(-2) as [number, number];
  const [m, k] = transposeA ? [aColumns, aRows] : [aRows, aColumns];
  const [depth, n] = transposeB ? [bColumns, bRows] : [bRows, bColumns];
  if (k !== depth) {
    throw new TypeError(
      `Cannot multiply matrices as their inner sizes must be equal: current values are ${k} and ${depth}`,
    );
  }
  const aBatch = a.shape.slice(0, -2);
  const bBatch = b.shape.slice(0, -2);
  const batch = tf.broadcast_util.assertAndGetBroadcastShape(aBatch, bBatch);
  const out = backend.makeOutput([...batch, m, n], 'float32');
  const count = tf.util.sizeFromShape(batch);
  if (count * m * n === 0) return out;
  const kernels = kernelsOf(backend);
  if (k === 0 && bias === undefined) {
    kernels.fill({ to: address(backend, out), size: count * m * n, value: 0 });
    return out;
  }
  withScratch(backend, kernels.matMulScratch({ m, n, k, transposeA }), (scratch) => {
    for (let i = 0; i < count; i++) {
      kernels.matMul({
        m,
        n,
        k,
        a: address(backend, a) + 4 * m * k * broadcastIndex(i, batch, aBatch),
        transposeA,
        b: address(backend, b) + 4 * k * n * broadcastIndex(i, batch, bBatch),
        transposeB,
        c: address(backend, out) + 4 * m * n * i,
        bias: bias ? address(backend, bias) : 0,
        activation,
        scratch,
      });
    }
  });
  return out;
}

/** Flat index into an array of shape `own` of the element that broadcasting puts at flat index `at` of `shape`. */
function broadcastIndex(at: number, shape: readonly number[], own: readonly number[]): number {
  let index = 0;
  let step = 1;
  let rest = at;
  for (let axis = 1; axis <= shape.length; axis++) {
    const size = shape[shape.length - axis]!;
    const ownSize = own[own.length - axis] ?? 1;
    if (ownSize !== 1) index += (rest % size) * step;
    step *= ownSize;
    rest = Math.floor(rest / size);
  }
  return index;
}
