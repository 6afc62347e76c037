import { kernelBytes } from './kernel-bytes.js';

/** What the WebAssembly module exports; addresses are byte offsets into the memory. */
export interface Kernels {
  toUnit(source: number, count: number, target: number): void;
  greyToUnit(source: number, count: number, target: number): void;
  colourToUnit(source: number, count: number, target: number): void;
  resample(
    source: number,
    width: number,
    channels: number,
    newHeight: number,
    newWidth: number,
    newChannels: number,
    firstDown: number,
    weightsDown: number,
    wideDown: number,
    firstAcross: number,
    weightsAcross: number,
    wideAcross: number,
    line: number,
    target: number,
  ): void;
}

/** Undefined until the first use, null where the platform refuses. */
let compiled: WebAssembly.Module | null | undefined;
const instances = new WeakMap<WebAssembly.Memory, Kernels>();

/** The kernels over a memory that is not shared between threads; null where the platform refuses WebAssembly. */
export function kernelsOver(memory: WebAssembly.Memory): Kernels | null {
  if (compiled === undefined) compiled = compile();
  if (compiled === null) return null;
  const known = instances.get(memory);
  if (known) return known;
  const kernels = new WebAssembly.Instance(compiled, { env: { memory } }).exports as unknown as Kernels;
  instances.set(memory, kernels);
  return kernels;
}

function compile(): WebAssembly.Module | null {
  try {
    return new WebAssembly.Module(Uint8Array.from(atob(kernelBytes), (letter) => letter.charCodeAt(0)));
  } catch {
    // A page may forbid WebAssembly (content security policy): the plain way gives the same numbers, slower.
    return null;
  }
}
