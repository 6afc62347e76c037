import * as tf from '@tensorflow/tfjs-core';
import { AllocationError, LARGE_BLOCK, LONGEST_HEAP, SPARE } from '../wasm-kernels/allocations.js';
import { BlockAllocator } from '../wasm-kernels/block-allocator.js';
import type { Kernels } from '../wasm-kernels/kernels.generated.js';
import { attachKernels, compiledOf, type WasmBackend } from '../wasm-kernels/wasm-backend.js';

/** Bytes at one moment of a {@link rehearse rehearsal}. */
export interface MemoryMoment {
  /** Of tensors. */
  tensors: number;
  /** Of what kernels work in. */
  scratch: number;
}

/** What a {@link rehearse rehearsal} shows of itself while it goes on. */
export interface Rehearsal {
  /** What is held now. */
  now(): MemoryMoment;
  /** What was held when most was held, since the last call; begins anew. */
  takePeak(): MemoryMoment;
  /** Bytes of the largest tensor so far. */
  largest(): number;
  /** Bytes that {@link reserveMemory} must be asked for so that everything has its place, since the last `settle`. */
  blocks(): number;
  /** Bytes to which the heap of the wasm backend grows if these are reserved. */
  heap(): number;
  /** Begins anew with what is held now, one block after the other. */
  settle(): void;
}

/**
 * Runs something on a stand-in of the wasm backend whose kernels compute nothing and whose tensors take no memory, to see how much memory it would take: byte
 * for byte what tensors and scratch would take on wasm, and an estimate of its heap. Numbers that are read back are zeros.
 *
 * Nothing that existed before may be used in it, and nothing that it makes afterwards. It takes as long as the calls alone: a tenth of a second for a
 * training step. The backend says `isStandIn` meanwhile, so that nobody need make numbers for it.
 *
 * @param run - makes everything that it uses, and may look at what is held
 * @returns what it gives
 * @throws {@link AllocationError} where a tensor is larger than WebAssembly can address
 * @throws Error where the current backend is not wasm as started by {@link useBackend}
 *
 * @example
 * ```ts
 * import { rehearse, useBackend } from '@mer/backends';
 * import * as tf from '@tensorflow/tfjs-core';
 *
 * await useBackend('wasm');
 * const bytes = rehearse((memory) => {
 *   tf.zeros([1000, 1000, 1000]);
 *   return memory.now().tensors;
 * });
 * console.log(bytes); // 4000000000
 * ```
 */
export function rehearse<T>(run: (memory: Rehearsal) => T): T {
  const engine = tf.engine() as unknown as {
    registry: Record<string, tf.KernelBackend>;
    backendInstance: tf.KernelBackend;
  };
  const real = tf.backend() as WasmBackend;
  const compiled = compiledOf(real);
  if (compiled === undefined) {
    throw new Error("Cannot rehearse as the current backend must be wasm: call useBackend('wasm') before");
  }
  const stage = new Stage(real);
  const double = new (real.constructor as new (wasm: unknown) => WasmBackend)(stage.wasm);
  stage.watch(double);
  Object.assign(double, { isStandIn: true });
  attachKernels(double, { ...compiled, kernels: withoutWork(compiled.kernels) });
  const act = (backend: WasmBackend) => {
    for (const { setupFunc } of tf.getKernelsForBackend('wasm')) setupFunc?.(backend);
    engine.registry['wasm'] = backend;
    engine.backendInstance = backend;
  };
  act(double);
  try {
    return tf.tidy(() => run(stage) as never) as T;
  } finally {
    act(real);
  }
}

/** The kernels as they are, where they say how much they need; doing nothing otherwise. */
function withoutWork(kernels: Kernels): Kernels {
  return Object.fromEntries(
    Object.entries(kernels).map(([name, kernel]) => [name, /(Scratch|Size)$/.test(name) ? kernel : () => {}]),
  ) as unknown as Kernels;
}

/** A wasm module without memory. */
class Stage implements Rehearsal {
  private readonly held = new Map<number, { bytes: number; place: number | undefined; isTensor: boolean }>();
  private readonly free: number[] = [];
  private places = endless();
  private end = 0;
  private small = 0;
  private mostSmall = 0;
  private sum: MemoryMoment = { tensors: 0, scratch: 0 };
  private peak: MemoryMoment = { tensors: 0, scratch: 0 };
  private most = 0;
  private isTensor = false;
  /** What is written and read is one piece of memory: no more than the largest block. */
  private buffer = new ArrayBuffer(2 ** 20);

  /** What the backend and the kernels use of Emscripten's module. */
  readonly wasm: object;

  constructor(real: WasmBackend) {
    const stage = this;
    const none = () => 0;
    this.wasm = {
      get HEAPU8() {
        return stage.heapView();
      },
      asm: real.wasm.asm,
      _malloc: (bytes: number) => this.take(bytes),
      _free: (address: number) => this.give(address),
      cwrap: () => none,
      tfjs: new Proxy({}, { get: () => none }),
    };
  }

  /** Tells apart the memory of tensors. */
  watch(backend: WasmBackend): void {
    const host = backend as unknown as { move(...args: unknown[]): void };
    const move = host.move.bind(backend);
    host.move = (dataId, _values, ...rest) => {
      this.isTensor = true;
      try {
        move(dataId, null, ...rest);
      } finally {
        this.isTensor = false;
      }
    };
  }

  now(): MemoryMoment {
    return { ...this.sum };
  }

  takePeak(): MemoryMoment {
    const { peak } = this;
    this.peak = this.now();
    return peak;
  }

  largest(): number {
    return this.most;
  }

  blocks(): number {
    return this.end;
  }

  heap(): number {
    return CODE + SPARE + Math.max(0, this.mostSmall - SPARE) + this.end;
  }

  settle(): void {
    this.places = endless();
    this.end = 0;
    this.mostSmall = this.small;
    for (const block of this.held.values()) block.place = this.placeOf(block.bytes);
  }

  private take(bytes: number): number {
    const { isTensor, sum } = this;
    if (!(bytes < LONGEST_HEAP)) throw new AllocationError(bytes, sum.tensors + sum.scratch, LONGEST_HEAP);
    // places of 64 bytes each: a view needs a start, and the address says which block it is
    const address = this.free.pop() ?? 64 * (this.held.size + 1);
    this.held.set(address, { bytes, place: this.placeOf(bytes), isTensor });
    sum[isTensor ? 'tensors' : 'scratch'] += bytes;
    if (bytes < LARGE_BLOCK) this.small += bytes;
    this.mostSmall = Math.max(this.mostSmall, this.small);
    if (isTensor) this.most = Math.max(this.most, bytes);
    if (sum.tensors + sum.scratch > this.peak.tensors + this.peak.scratch) this.peak = this.now();
    if (address + bytes > this.buffer.byteLength) this.buffer = new ArrayBuffer(2 * (address + bytes));
    return address;
  }

  private give(address: number): void {
    const block = this.held.get(address);
    if (block === undefined) return;
    const { bytes, place, isTensor } = block;
    this.held.delete(address);
    this.free.push(address);
    if (place !== undefined) this.places.give(place);
    if (bytes < LARGE_BLOCK) this.small -= bytes;
    this.sum[isTensor ? 'tensors' : 'scratch'] -= bytes;
  }

  /** Where a large block would lie. */
  private placeOf(bytes: number): number | undefined {
    if (bytes < LARGE_BLOCK) return undefined;
    const place = this.places.take(bytes);
    this.end = Math.max(this.end, place + bytes);
    return place;
  }

  /** Views of the one buffer; whole copies are of zeros. */
  private heapView() {
    const { buffer } = this;
    return { buffer, set() {}, slice: (start: number, end: number) => new Uint8Array(end - start), copyWithin() {} };
  }
}

/** What the wasm backend's code holds beside blocks. */
const CODE = 2 ** 24;

/** Blocks in a stretch without end. */
function endless(): BlockAllocator {
  const allocator = new BlockAllocator(() => {});
  allocator.addStretch(0, Number.MAX_SAFE_INTEGER / 2);
  return allocator;
}
