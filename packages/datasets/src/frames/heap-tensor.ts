import { checkTensorBytes } from '@mer/io';
import { backend, engine, memory, type Tensor4D, type TensorInfo } from '@tensorflow/tfjs-core';
import type { Heap } from './resize.js';

/** The parts of tfjs's wasm backend that make a tensor and tell where it lies, which no other backend has. */
interface WasmBackend {
  makeOutput?(shape: number[], dtype: 'float32'): TensorInfo;
  dataIdMap?: { get(id: object): { memoryOffset?: number | null } | undefined };
  wasm?: {
    HEAPU8?: Uint8Array;
    asm?: { memory?: WebAssembly.Memory };
    _malloc?(bytes: number): number;
    _free?(address: number): void;
  };
}

/** Bytes that WebAssembly can address. */
const ADDRESSABLE = 2 ** 32;

/** A tensor whose values are put in place. */
export interface HeapTensor {
  readonly tensor: Tensor4D;
  /** Its values now; another call on the backend may move them. */
  values(): Float32Array;
  /** Where its values begin, in bytes. */
  readonly address: number;
  /** The memory that holds it, where others may work in that. */
  readonly heap?: Heap;
}

/**
 * A tensor with values yet to come in the heap of tfjs's wasm backend, so that frames are written where they are used and not
 * collected elsewhere first; undefined on other backends.
 */
export function heapTensor(shape: [number, number, number, number]): HeapTensor | undefined {
  const host = backend() as unknown as WasmBackend;
  if (!host.makeOutput || !host.dataIdMap || !host.wasm?.HEAPU8) return undefined;
  checkTensorBytes('hold frames', shape);
  const tensor = engine().makeTensorFromTensorInfo(host.makeOutput(shape, 'float32')) as Tensor4D;
  const offset = host.dataIdMap.get(tensor.dataId)?.memoryOffset;
  if (typeof offset !== 'number' || offset === 0) {
    tensor.dispose();
    // an address of 0 is how its allocator says no
    if (offset === undefined || offset === null) return undefined;
    const bytes = 4 * shape.reduce((product, size) => product * size);
    throw new RangeError(
      `Cannot hold frames as [${shape.join(', ')}] must fit into the heap of the wasm backend: ${bytes} bytes of at most ${ADDRESSABLE}, of which tensors hold ${memory().numBytes}; use fewer or smaller frames, frames that are read when they are needed, or another backend`,
    );
  }
  const heap = heapOf(host.wasm);
  return {
    tensor,
    values: () => new Float32Array(host.wasm!.HEAPU8!.buffer, offset, tensor.size),
    address: offset,
    ...(heap && { heap }),
  };
}

/** The backend's memory with its allocator; undefined for the threaded build, which keeps its memory to itself. */
function heapOf(wasm: NonNullable<WasmBackend['wasm']>): Heap | undefined {
  const shared = wasm.asm?.memory;
  if (!shared || !wasm._malloc || !wasm._free) return undefined;
  if (typeof SharedArrayBuffer !== 'undefined' && shared.buffer instanceof SharedArrayBuffer) return undefined;
  return {
    memory: shared,
    // the allocator wraps at 32 bits, or says no by throwing; addresses above 2 GiB come as negative numbers
    take(bytes) {
      if (!(bytes < ADDRESSABLE)) return 0;
      try {
        return wasm._malloc!(bytes) >>> 0;
      } catch (error) {
        if (error instanceof RangeError) return 0;
        throw error;
      }
    },
    giveBack: (address) => wasm._free!(address),
  };
}
