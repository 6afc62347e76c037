import {
  asKernels,
  asSharedKernels,
  type Kernels,
  kernelBytes,
  type SharedKernels,
  sharedKernelBytes,
} from './kernels.generated.js';

let instance: Kernels | undefined;
const shared = new WeakMap<WebAssembly.Memory, SharedKernels>();

/** The kernels, compiled on first use. */
function kernels(): Kernels {
  instance ??= asKernels(new WebAssembly.Instance(new WebAssembly.Module(kernelBytes())));
  return instance;
}

/** The kernels inside `memory`, compiled on first use. */
export function sharedKernels(memory: WebAssembly.Memory): SharedKernels {
  let found = shared.get(memory);
  if (!found) {
    const module = new WebAssembly.Module(sharedKernelBytes());
    found = asSharedKernels(new WebAssembly.Instance(module, { env: { memory } }));
    shared.set(memory, found);
  }
  return found;
}

/**
 * Runs `work` with the kernels; scratch memory it takes is given back afterwards.
 *
 * @throws RangeError if the memory of the kernels (4 GiB at most) does not suffice; `task` begins the message.
 */
export function withKernels<T>(task: string, work: (kernels: Kernels) => T): T {
  const module = kernels();
  const height = module.mark();
  try {
    return work(module);
  } catch (cause) {
    if (cause instanceof WebAssembly.RuntimeError && cause.message.includes('unreachable')) {
      throw new RangeError(`Cannot ${task} as the image must fit into the memory of the kernels: not enough memory`, {
        cause,
      });
    }
    throw cause;
  } finally {
    module.release(height);
  }
}

/** A view of `length` floats in the kernels' memory; valid until the next call of a kernel or of `take`. */
export function floats(module: Kernels, address: number, length: number): Float32Array {
  return new Float32Array(module.memory.buffer, address, length);
}
