import { backend, engine, type Tensor4D, type TensorInfo } from '@tensorflow/tfjs-core';
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
  const tensor = engine().makeTensorFromTensorInfo(host.makeOutput(shape, 'float32')) as Tensor4D;
  const offset = host.dataIdMap.get(tensor.dataId)?.memoryOffset;
  if (typeof offset !== 'number' || offset === 0) {
    tensor.dispose();
    // an address of 0 is how its allocator says no
    if (offset === undefined || offset === null) return undefined;
    throw new RangeError(
      `Cannot hold frames [${shape.join(', ')}] as the memory of the wasm backend must have room for them: read fewer frames or a smaller size`,
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
  const memory = wasm.asm?.memory;
  if (!memory || !wasm._malloc || !wasm._free) return undefined;
  if (typeof SharedArrayBuffer !== 'undefined' && memory.buffer instanceof SharedArrayBuffer) return undefined;
  return {
    memory,
    // addresses above 2 GiB come as negative numbers
    take: (bytes) => wasm._malloc!(bytes) >>> 0,
    giveBack: (address) => wasm._free!(address),
  };
}
