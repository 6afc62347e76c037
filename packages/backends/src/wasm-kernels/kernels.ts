import { relaxedSimdKernels, simdKernels } from './kernels.generated.js';

/** Exports of assembly/index.ts: addresses are bytes in the heap of the wasm backend, sizes are elements. */
export interface Kernels {
  adamUpdate(...numbers: number[]): void;
  avgPoolGradient(...numbers: number[]): void;
  batchNorm(...numbers: number[]): void;
  batchNormGradient(...numbers: number[]): void;
  batchNormInput(...numbers: number[]): void;
  batchNormSums(...numbers: number[]): void;
  batchNormTrainingScratch(columns: number): number;
  columnVariance(x: number, rows: number, columns: number, mean: number, variance: number, scratch: number): void;
  binary(operation: number, a: number, b: number, size: number, out: number): void;
  binaryRows(
    operation: number,
    swapped: number,
    x: number,
    rows: number,
    columns: number,
    v: number,
    out: number,
    scratch: number,
  ): void;
  copyBlocks(...numbers: number[]): void;
  depthToSpace(...numbers: number[]): void;
  depthwise(...numbers: number[]): void;
  depthwiseInputGradient(...numbers: number[]): void;
  depthwiseFilterGradient(...numbers: number[]): void;
  fill(to: number, size: number, value: number): void;
  gelu(x: number, size: number, y: number): void;
  geluGradient(dy: number, x: number, size: number, dx: number): void;
  layerNorm(...numbers: number[]): void;
  layerNormGradient(...numbers: number[]): void;
  maxPool(...numbers: number[]): void;
  maxPoolGradient(...numbers: number[]): void;
  patternSize(columns: number): number;
  reluGradient(dy: number, x: number, ceiling: number, size: number, out: number): void;
  sgdUpdate(...numbers: number[]): void;
  scaledProduct(factor: number, a: number, b: number, size: number, out: number): void;
  softmaxGradient(dy: number, y: number, rows: number, columns: number, dx: number): void;
  spaceToDepth(...numbers: number[]): void;
  sumMiddle(
    x: number,
    outer: number,
    middle: number,
    inner: number,
    factor: number,
    out: number,
    scratch: number,
  ): void;
  sumScratch(columns: number): number;
  swish(x: number, size: number, y: number): void;
  swishGradient(dy: number, x: number, size: number, dx: number): void;
  matMul(
    m: number,
    n: number,
    k: number,
    a: number,
    transposeA: number,
    b: number,
    transposeB: number,
    c: number,
    bias: number,
    activation: number,
    scratch: number,
  ): void;
  matMulScratch(m: number, n: number, k: number, transposeA: number): number;
  transpose(rows: number, columns: number, from: number, rowBytes: number, to: number, toRowBytes: number): void;
  conv(...numbers: number[]): void;
  convFilterGradient(...numbers: number[]): void;
  convRows(...numbers: number[]): void;
  convRowsFilterGradient(...numbers: number[]): void;
  convRowsScratch(outW: number, channels: number, filterH: number, filterW: number, outChannels: number): number;
  convScratch(channels: number, taps: number, outChannels: number): number;
  convFilterGradientScratch(channels: number, taps: number, outChannels: number): number;
  packFilter(taps: number, channels: number, outChannels: number, filter: number, panels: number): void;
  winogradConv2d(...numbers: number[]): void;
  winogradFilter(
    side: number,
    channels: number,
    outChannels: number,
    filter: number,
    to: number,
    scratch: number,
  ): void;
  winogradFilterGradient(...numbers: number[]): void;
  winogradFilterSums(...numbers: number[]): void;
  winogradSumsSize(channels: number, outChannels: number): number;
  winogradFilterSize(channels: number, outChannels: number): number;
  winogradScratch(channels: number, outChannels: number, block: number): number;
  winogradGradientScratch(channels: number, outChannels: number, block: number): number;
}

/** Compiled kernels and which instructions they use. */
export type CompiledKernels = {
  /** Exports of the module. */
  kernels: Kernels;
  /** Whether they use fused multiply-add. */
  relaxedSimd: boolean;
};

function decode(base64: string, shared: boolean): Uint8Array<ArrayBuffer> {
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  if (shared) bytes[memoryFlags(bytes)] = 3;
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
  const relaxed = relaxedSimd ? await compileRelaxed(decode(relaxedSimdKernels, shared)) : undefined;
  const module = relaxed ?? (await WebAssembly.compile(decode(simdKernels, shared)));
  const instance = await WebAssembly.instantiate(module, { env: { memory } });
  return { kernels: instance.exports as unknown as Kernels, relaxedSimd: relaxed !== undefined };
}
