import { kernelBytes, sharedKernelBytes } from './kernel-bytes.js';

/** What the WebAssembly module exports; addresses are byte offsets into `memory`. */
export interface Kernels {
  readonly memory: WebAssembly.Memory;
  mark(): number;
  release(height: number): void;
  take(bytes: number): number;
  tvl1(
    from: number,
    to: number,
    flow: number,
    width: number,
    height: number,
    tau: number,
    lambda: number,
    theta: number,
    scales: number,
    scaleStep: number,
    warps: number,
    epsilon: number,
    inner: number,
    outer: number,
    median: number,
    presmooth: number,
    pyramidSmooth: number,
  ): number;
  farneback(
    from: number,
    to: number,
    flow: number,
    width: number,
    height: number,
    scale: number,
    levels: number,
    window: number,
    iterations: number,
    polyRadius: number,
    polySigma: number,
  ): void;
  hornSchunck(
    from: number,
    to: number,
    flow: number,
    width: number,
    height: number,
    alpha: number,
    scales: number,
    scaleStep: number,
    warps: number,
    iterations: number,
    epsilon: number,
    presmooth: number,
    pyramidSmooth: number,
  ): number;
  blurImage(image: number, width: number, height: number, channels: number, radius: number, sigma: number): void;
  greyChange(
    frame: number,
    reference: number,
    width: number,
    height: number,
    channels: number,
    radius: number,
    sigma: number,
    left: number,
    top: number,
    right: number,
    bottom: number,
  ): number;
  addWeighted4(
    target: number,
    frames: number,
    stride: number,
    base: number,
    count: number,
    w0: number,
    w1: number,
    w2: number,
    w3: number,
  ): void;
}

/** The kernels that run inside the memory of tfjs's wasm backend. */
export interface SharedKernels {
  weightedSum(frames: number, size: number, count: number, weights: number, total: number, target: number): void;
}

function instantiate(base64: string, imports?: WebAssembly.Imports): WebAssembly.Exports {
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  return new WebAssembly.Instance(new WebAssembly.Module(bytes), imports).exports;
}

let instance: Kernels | undefined;
const shared = new WeakMap<WebAssembly.Memory, SharedKernels>();

/** The kernels, compiled on first use. */
function kernels(): Kernels {
  instance ??= instantiate(kernelBytes) as unknown as Kernels;
  return instance;
}

/** The kernels inside `memory`, compiled on first use. */
export function sharedKernels(memory: WebAssembly.Memory): SharedKernels {
  let found = shared.get(memory);
  if (!found) {
    found = instantiate(sharedKernelBytes, { env: { memory } }) as unknown as SharedKernels;
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
