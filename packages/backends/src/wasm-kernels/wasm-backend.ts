import * as tf from '@tensorflow/tfjs-core';

/** What the kernels use of tfjs's BackendWasm. */
export interface WasmBackend extends tf.KernelBackend {
  readonly wasm: { readonly HEAPU8: Uint8Array };
  makeOutput(shape: number[], dtype: tf.DataType): tf.TensorInfo;
  typedArrayFromHeap(info: tf.TensorInfo): Float32Array | Int32Array | Uint8Array;
}

/** What a kernel function is given. */
export type KernelArgs = {
  inputs: tf.NamedTensorInfoMap;
  attrs?: tf.NamedAttrMap;
  backend: WasmBackend;
};

/** View of a float32 tensor on the heap; any allocation can make it stale. */
export function floats(backend: WasmBackend, info: tf.TensorInfo): Float32Array {
  return backend.typedArrayFromHeap(info) as Float32Array;
}

/** Runs another kernel of the backend on bare tensor infos: no tensors are made, nothing is tracked or freed. */
export function runStock(name: string, args: KernelArgs): tf.TensorInfo {
  const kernel = tf.getKernel(name, 'wasm');
  if (kernel === undefined || kernel === null)
    throw new Error(`Cannot run kernel ${name} as the wasm backend lacks it`);
  return kernel.kernelFunc(args as never) as tf.TensorInfo;
}
