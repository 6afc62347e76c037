// What the backend at work can do. These are the only tests of its name in this package, which does without a package for backends.
import * as tf from '@tensorflow/tfjs-core';

/** Whether the values of tensors lie in main memory, so that reading them costs next to nothing. */
export function isHostBackend(): boolean {
  return ['cpu', 'wasm'].includes(tf.getBackend());
}

/** Whether shaders of this package can run: tfjs's webgpu backend is active. */
export function onWebgpu(): boolean {
  return tf.getBackend() === 'webgpu';
}

/** Whether the values of a tensor are at hand although the backend computes elsewhere, as nothing was computed with it yet (webgpu). */
export function liesInMainMemory(tensor: tf.Tensor): boolean {
  const { tensorMap } = tf.backend() as unknown as {
    tensorMap?: { get(id: object): { values?: unknown } | undefined };
  };
  return tf.getBackend() === 'webgpu' && tensorMap?.get(tensor.dataId)?.values != null;
}

/** Whether values can be read synchronously at all (webgpu cannot, outside of a browser). */
export function canReadNow(): boolean {
  return !onWebgpu();
}

/** The parts of tfjs's wasm backend that tell where a tensor lies, which no other backend has. */
interface WasmBackend {
  wasm?: { HEAPU8?: Uint8Array; asm?: { memory?: unknown } };
  dataIdMap?: { get(id: object): { memoryOffset?: number | null } | undefined };
}

/** The address of a tensor in the heap of tfjs's wasm backend; undefined on other backends. */
export function wasmAddress(tensor: tf.Tensor): number | undefined {
  const { wasm, dataIdMap } = tf.backend() as unknown as WasmBackend;
  return (wasm && dataIdMap?.get(tensor.dataId)?.memoryOffset) ?? undefined;
}

/** The memory of tfjs's wasm backend where a module of ours can share it (not with threads); undefined elsewhere. */
export function wasmMemory(): WebAssembly.Memory | undefined {
  const { wasm } = tf.backend() as unknown as WasmBackend;
  const memory = wasm?.asm?.memory;
  return memory instanceof WebAssembly.Memory &&
    memory.buffer instanceof ArrayBuffer &&
    wasm?.HEAPU8?.buffer === memory.buffer
    ? memory
    : undefined;
}

/**
 * The values of a float32 tensor, without a copy on the cpu and wasm backends.
 *
 * Only to be read, and at once: on wasm it is a view of the backend's heap.
 *
 * @throws Error where the backend cannot read synchronously; `task` begins the message.
 */
export function hostValues(tensor: tf.Tensor, task: string): Float32Array {
  const address = wasmAddress(tensor);
  if (address !== undefined) {
    const heap = (tf.backend() as unknown as WasmBackend).wasm?.HEAPU8;
    if (heap) return new Float32Array(heap.buffer, address, tensor.size);
  }
  try {
    return tensor.dataSync() as Float32Array;
  } catch (cause) {
    throw new Error(
      `Cannot ${task} on the backend '${tf.getBackend()}' as it must read values at once and this backend cannot here: await applyAsync of the step`,
      { cause },
    );
  }
}
