import { asKernels, type Kernels, kernelBytes } from './kernels.generated.js';

/** Undefined until the first use, null where the platform refuses. */
let compiled: WebAssembly.Module | null | undefined;
const instances = new WeakMap<WebAssembly.Memory, Kernels>();

/** The kernels over a memory that is not shared between threads; null where the platform refuses WebAssembly. */
export function kernelsOver(memory: WebAssembly.Memory): Kernels | null {
  if (compiled === undefined) compiled = compile();
  if (compiled === null) return null;
  const known = instances.get(memory);
  if (known) return known;
  const kernels = asKernels(new WebAssembly.Instance(compiled, { env: { memory } }));
  instances.set(memory, kernels);
  return kernels;
}

function compile(): WebAssembly.Module | null {
  try {
    return new WebAssembly.Module(kernelBytes());
  } catch {
    // A page may forbid WebAssembly (content security policy): the plain way gives the same numbers, slower.
    return null;
  }
}
