import type * as tf from '@tensorflow/tfjs-core';
import { floats, type KernelArgs } from './wasm-backend.js';

/** UnsortedSegmentSum: rows of x added up by their segment; rows with a negative segment are dropped. */
export function unsortedSegmentSum({ inputs, attrs, backend }: KernelArgs): tf.TensorInfo {
  const { x, segmentIds } = inputs as { x: tf.TensorInfo; segmentIds: tf.TensorInfo };
  const { numSegments } = attrs as never as { numSegments: number };
  const idAxes = segmentIds.shape.length;
  const rowShape = x.shape.slice(idAxes);
  const row = rowShape.reduce((product, size) => product * size, 1);
  const sums = new Float64Array(numSegments * row);
  const values = backend.typedArrayFromHeap(x);
  const ids = backend.typedArrayFromHeap(segmentIds);
  for (let i = 0; i < ids.length; i++) {
    const id = ids[i]!;
    if (id < 0 || id >= numSegments) continue;
    for (let j = 0; j < row; j++) sums[id * row + j]! += values[i * row + j]!;
  }
  const out = backend.makeOutput([numSegments, ...rowShape], x.dtype);
  floats(backend, out).set(sums);
  return out;
}
