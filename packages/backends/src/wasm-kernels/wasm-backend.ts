import * as tf from '@tensorflow/tfjs-core';
import type { Kernels } from './kernels.generated.js';
import type { CompiledKernels } from './kernels.js';

/** What the kernels use of tfjs's BackendWasm. */
export interface WasmBackend extends tf.KernelBackend {
  readonly wasm: {
    readonly HEAPU8: Uint8Array;
    readonly asm?: { readonly memory?: WebAssembly.Memory };
    _malloc(bytes: number): number;
    _free(address: number): void;
  };
  readonly dataIdMap: { get(dataId: object): { memoryOffset: number; refCount: number } };
  makeOutput(shape: number[], dtype: tf.DataType): tf.TensorInfo;
  typedArrayFromHeap(info: tf.TensorInfo): Float32Array | Int32Array | Uint8Array;
}

/** What a kernel function is given. */
export type KernelArgs = {
  inputs: tf.NamedTensorInfoMap;
  attrs?: tf.NamedAttrMap;
  backend: WasmBackend;
};

/** A kernel function: bare tensor infos in and out; it neither tracks nor frees what it is given. */
export type KernelFunction = (args: KernelArgs) => tf.TensorInfo | tf.TensorInfo[];

const compiled = new WeakMap<tf.KernelBackend, CompiledKernels>();

/** Says which kernels work on the heap of a backend. */
export function attachKernels(backend: tf.KernelBackend, kernels: CompiledKernels): void {
  compiled.set(backend, kernels);
}

/** The kernels of a backend, if it has any. */
export function compiledOf(backend: tf.KernelBackend): CompiledKernels | undefined {
  return compiled.get(backend);
}

/** Whether the kernels of a backend use relaxed SIMD; undefined while it has none. */
export function relaxedSimdOf(backend: tf.KernelBackend): boolean | undefined {
  return compiled.get(backend)?.relaxedSimd;
}

/** Kernels over the heap of a backend. */
export function kernelsOf(backend: WasmBackend): Kernels {
  const kernels = compiled.get(backend)?.kernels;
  if (kernels === undefined) {
    throw new Error("Cannot run a kernel as its wasm backend was started by other means: call useBackend('wasm')");
  }
  return kernels;
}

/** Address of a tensor's data. */
export function address(backend: WasmBackend, info: tf.TensorInfo): number {
  return backend.dataIdMap.get(info.dataId).memoryOffset;
}

/** View of a float32 tensor on the heap; any allocation can make it stale. */
export function floats(backend: WasmBackend, info: tf.TensorInfo): Float32Array {
  return backend.typedArrayFromHeap(info) as Float32Array;
}

/** Lends scratch memory of `count` floats to `use`. */
export function withScratch<T>(backend: WasmBackend, count: number, use: (address: number) => T): T {
  if (!(count >= 0)) throw new RangeError(`Cannot lend memory as count must be at least 0: current value is ${count}`);
  const scratch = backend.wasm._malloc(count * 4);
  try {
    return use(scratch);
  } finally {
    backend.wasm._free(scratch);
  }
}

/** Runs another kernel of the backend on bare tensor infos: no tensors are made, nothing is tracked or freed. */
export function runKernel(name: string, args: KernelArgs): tf.TensorInfo {
  const kernel = tf.getKernel(name, 'wasm');
  if (kernel === undefined || kernel === null) {
    throw new Error(`Cannot run kernel ${name} as the wasm backend lacks it`);
  }
  return kernel.kernelFunc(args as never) as tf.TensorInfo;
}
