import type * as tf from '@tensorflow/tfjs-core';
import type { KernelFunction, WasmBackend } from './wasm-backend.js';

type Probe = {
  inputs: Readonly<Record<string, readonly [shape: readonly number[], values: readonly number[], dtype?: tf.DataType]>>;
  attrs: object;
  wanted: readonly number[];
};

const conv = { strides: [1, 1], pad: 'valid', dataFormat: 'NHWC', dilations: [1, 1] };
const conv3d = { strides: [2, 1, 1], pad: 'same' };
const negative = [-4, -3, -2, -1];

/** For each kernel that tfjs 4.22 lacks or has wrong on wasm: a case small enough to check by hand, which it fails. */
const probes: Readonly<Record<string, Probe>> = Object.freeze({
  Conv2DBackpropFilter: {
    inputs: {
      x: [
        [1, 1, 2, 1],
        [1, 2],
      ],
      dy: [[1, 1, 1, 1], [3]],
    },
    attrs: { ...conv, filterShape: [1, 2, 1, 1] },
    wanted: [3, 6],
  },
  DepthwiseConv2dNativeBackpropInput: {
    inputs: {
      dy: [[1, 1, 1, 1], [3]],
      filter: [
        [1, 2, 1, 1],
        [1, 2],
      ],
    },
    attrs: { ...conv, inputShape: [1, 1, 2, 1] },
    wanted: [3, 6],
  },
  DepthwiseConv2dNativeBackpropFilter: {
    inputs: {
      x: [
        [1, 1, 2, 1],
        [1, 2],
      ],
      dy: [[1, 1, 1, 1], [3]],
    },
    attrs: { ...conv, filterShape: [1, 2, 1, 1] },
    wanted: [3, 6],
  },
  UnsortedSegmentSum: {
    inputs: { x: [[3], [1, 2, 4]], segmentIds: [[3], [0, 1, 0], 'int32'] },
    attrs: { numSegments: 2 },
    wanted: [5, 2],
  },
  Einsum: {
    inputs: {
      0: [
        [2, 1],
        [1, 2],
      ],
      1: [
        [1, 2],
        [3, 4],
      ],
    },
    attrs: { equation: 'ij,jk->i' },
    wanted: [7, 14],
  },
  // The largest value starts from the smallest positive number.
  MaxPoolGrad: {
    inputs: { dy: [[1, 1, 1, 1], [1]], input: [[1, 2, 2, 1], negative], output: [[1, 1, 1, 1], [-1]] },
    attrs: { filterSize: [2, 2], strides: [2, 2], pad: 'valid' },
    wanted: [0, 0, 0, 1],
  },
  MaxPool3D: {
    inputs: { x: [[1, 1, 2, 2, 1], negative] },
    attrs: { filterSize: [1, 2, 2], strides: [1, 2, 2], pad: 'valid', dataFormat: 'NDHWC' },
    wanted: [-1],
  },
  MaxPool3DGrad: {
    inputs: { dy: [[1, 1, 1, 1, 1], [1]], input: [[1, 1, 2, 2, 1], negative], output: [[1, 1, 1, 1, 1], [-1]] },
    attrs: { filterSize: [1, 2, 2], strides: [1, 2, 2], pad: 'valid' },
    wanted: [0, 0, 0, 1],
  },
  // The size of the whole window divides also at the border.
  AvgPoolGrad: {
    inputs: {
      dy: [
        [1, 3, 1, 1],
        [1, 1, 1],
      ],
      input: [
        [1, 3, 1, 1],
        [0, 0, 0],
      ],
    },
    attrs: { filterSize: [2, 1], strides: [1, 1], pad: 'same' },
    wanted: [0.5, 1, 1.5],
  },
  AvgPool3DGrad: {
    inputs: {
      dy: [
        [1, 3, 1, 1, 1],
        [1, 1, 1],
      ],
      input: [
        [1, 3, 1, 1, 1],
        [0, 0, 0],
      ],
    },
    attrs: { filterSize: [2, 1, 1], strides: [1, 1, 1], pad: 'same' },
    wanted: [0.5, 1, 1.5],
  },
  // The offset in depth is dropped.
  Conv3DBackpropInputV2: {
    inputs: {
      dy: [
        [1, 2, 1, 1, 1],
        [1, 2],
      ],
      filter: [[1, 1, 1, 1, 1], [3]],
    },
    attrs: { strides: [1, 1, 1], pad: 'valid', inputShape: [1, 2, 1, 1, 1] },
    wanted: [3, 6],
  },
  // Places are rounded down where they must be rounded up.
  Conv3DBackpropFilterV2: {
    inputs: {
      x: [
        [1, 5, 1, 1, 1],
        [1, 2, 3, 4, 5],
      ],
      dy: [
        [1, 3, 1, 1, 1],
        [1, 1, 1],
      ],
    },
    attrs: { ...conv3d, filterShape: [3, 1, 1, 1, 1] },
    wanted: [6, 9, 6],
  },
});

/** Names of the kernels that can be probed. */
export const probedKernels: readonly string[] = Object.freeze(Object.keys(probes));

/**
 * Whether a kernel is there and right. A later tfjs that has repaired one is left alone.
 */
export function isStockRight(kernelName: string, stock: KernelFunction | undefined, backend: WasmBackend): boolean {
  const probe = probes[kernelName];
  if (probe === undefined || stock === undefined) return false;
  const inputs = Object.fromEntries(
    Object.entries(probe.inputs).map(([name, [shape, values, dtype = 'float32']]) => {
      const info = backend.makeOutput([...shape], dtype);
      backend.typedArrayFromHeap(info).set(values);
      return [name, info];
    }),
  );
  const made: tf.TensorInfo[] = Object.values(inputs);
  try {
    const out = stock({ inputs, attrs: probe.attrs as tf.NamedAttrMap, backend }) as tf.TensorInfo;
    made.push(out);
    const got = backend.typedArrayFromHeap(out);
    return got.length === probe.wanted.length && probe.wanted.every((value, i) => Math.abs(got[i]! - value) < 1e-5);
  } catch {
    return false;
  } finally {
    for (const { dataId } of made) backend.disposeData(dataId);
  }
}
