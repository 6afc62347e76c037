import { asKernels, type Kernels, relaxedSimdKernels, simdKernels } from './kernels.generated.js';

/** Compiled kernels and which instructions they use. */
export type CompiledKernels = {
  /** Exports of the module. */
  kernels: Kernels;
  /** Whether they use fused multiply-add. */
  relaxedSimd: boolean;
};

/** Lets a module import a memory that is shared between threads. */
function shareMemory(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  bytes[memoryFlags(bytes)] = 3;
  return bytes;
}

/** Place of the byte that says how the imported memory is limited (1) and whether it is shared (2). */
function memoryFlags(bytes: Uint8Array): number {
  // "env" "memory", kind 2: the flags follow. It is the module's only import.
  const pattern = [3, 0x65, 0x6e, 0x76, 6, 0x6d, 0x65, 0x6d, 0x6f, 0x72, 0x79, 2];
  for (let at = 8; at + pattern.length < bytes.length; at++) {
    if (pattern.every((value, i) => bytes[at + i] === value)) return at + pattern.length;
  }
  throw new Error('Cannot share the memory of the wasm kernels as they import none');
}

/** Node 20 has relaxed SIMD behind a flag of V8; it is read when a module is compiled, so it need not stay on. */
const relaxedFlag = 'experimental-wasm-relaxed-simd';

async function compileRelaxed(bytes: Uint8Array<ArrayBuffer>): Promise<WebAssembly.Module | undefined> {
  if (WebAssembly.validate(bytes)) return WebAssembly.compile(bytes);
  const node = typeof process === 'undefined' ? undefined : process.versions?.node;
  if (node === undefined || !node.startsWith('20.')) return undefined;
  const v8 = process.getBuiltinModule?.('node:v8');
  if (v8 === undefined) return undefined;
  v8.setFlagsFromString(`--${relaxedFlag}`);
  try {
    return WebAssembly.validate(bytes) ? new WebAssembly.Module(bytes) : undefined;
  } finally {
    v8.setFlagsFromString(`--no-${relaxedFlag}`);
  }
}

/** Compiles the kernels over a memory, with relaxed SIMD where the engine has it and it is wanted. */
export async function compileKernels(memory: WebAssembly.Memory, relaxedSimd: boolean): Promise<CompiledKernels> {
  const shared = typeof SharedArrayBuffer !== 'undefined' && memory.buffer instanceof SharedArrayBuffer;
  const own = (bytes: Uint8Array<ArrayBuffer>) => (shared ? shareMemory(bytes) : bytes);
  const relaxed = relaxedSimd ? await compileRelaxed(own(relaxedSimdKernels())) : undefined;
  const module = relaxed ?? (await WebAssembly.compile(own(simdKernels())));
  const instance = await WebAssembly.instantiate(module, { env: { memory } });
  return { kernels: asKernels(instance), relaxedSimd: relaxed !== undefined };
}
