import {
  asFlowKernels,
  asImageKernels,
  asIntensityKernels,
  asSharedKernels,
  type FlowKernels,
  flowKernelBytes,
  type ImageKernels,
  type IntensityKernels,
  imageKernelBytes,
  intensityKernelBytes,
  type SharedKernels,
  sharedKernelBytes,
} from './kernels.generated.js';
import { keepLoaded, loadedKernels } from './loaded-kernels.js';

// each module by itself, so that a bundle holds the kernels that it calls
let image: ImageKernels | undefined;
let intensity: IntensityKernels | undefined;
let flow: FlowKernels | undefined;

const instantiate = (bytes: Uint8Array<ArrayBuffer>) => new WebAssembly.Instance(new WebAssembly.Module(bytes));

/** The kernels inside `memory`, compiled on first use. */
export function sharedKernels(memory: WebAssembly.Memory): SharedKernels {
  const found = loadedKernels(memory);
  if (found) return found;
  const module = new WebAssembly.Module(sharedKernelBytes());
  return keepLoaded(memory, asSharedKernels(new WebAssembly.Instance(module, { env: { memory } })));
}

/** What every module of kernels with a memory of its own has. */
export type WithMemory = Pick<ImageKernels, 'memory' | 'mark' | 'release' | 'take'>;

/**
 * Runs `work` with the kernels for images, compiled on first use; scratch memory it takes is given back afterwards.
 *
 * @throws RangeError if the memory of the kernels (4 GiB at most) does not suffice; `task` begins the message.
 */
export function withImageKernels<T>(task: string, work: (kernels: ImageKernels) => T): T {
  image ??= asImageKernels(instantiate(imageKernelBytes()));
  return withScratch(image, task, work);
}

/** {@link withImageKernels} with the kernels for the motion of frames. */
export function withIntensityKernels<T>(task: string, work: (kernels: IntensityKernels) => T): T {
  intensity ??= asIntensityKernels(instantiate(intensityKernelBytes()));
  return withScratch(intensity, task, work);
}

/** {@link withImageKernels} with the kernels for optical flow. */
export function withFlowKernels<T>(task: string, work: (kernels: FlowKernels) => T): T {
  flow ??= asFlowKernels(instantiate(flowKernelBytes()));
  return withScratch(flow, task, work);
}

/** Bytes that WebAssembly can address. */
const ADDRESSABLE = 2 ** 32;

/** Bytes of scratch memory for an image or a few; checked before they become an address. */
export function takeBytes(module: WithMemory, bytes: number): number {
  if (!(bytes >= 0 && bytes < ADDRESSABLE - module.mark())) throw new FullError(bytes);
  return module.take(bytes);
}

/** What {@link takeBytes} throws; it becomes an error that says what was to be done. */
class FullError extends RangeError {
  constructor(bytes: number) {
    super(`${bytes} bytes were asked for`);
  }
}

function withScratch<Kernels extends WithMemory, T>(module: Kernels, task: string, work: (kernels: Kernels) => T): T {
  const height = module.mark();
  try {
    return work(module);
  } catch (cause) {
    const trapped = cause instanceof WebAssembly.RuntimeError && cause.message.includes('unreachable');
    if (trapped || cause instanceof FullError) {
      const asked = trapped
        ? `more was asked for than the ${module.memory.buffer.byteLength} bytes there are`
        : cause.message;
      throw new RangeError(
        `Cannot ${task} as images must fit into the ${ADDRESSABLE} bytes that the kernels can address: ${asked}; use smaller frames (resize them first), or the backend webgpu`,
        { cause },
      );
    }
    throw cause;
  } finally {
    module.release(height);
  }
}

/** Copies numbers into the kernels' memory; their address. */
export function placed(module: WithMemory, values: Float32Array): number {
  const address = module.take(4 * values.length);
  floats(module, address, values.length).set(values);
  return address;
}

/** A view of `length` floats in the kernels' memory; valid until the next call of a kernel or of `take`. */
export function floats(module: Pick<WithMemory, 'memory'>, address: number, length: number): Float32Array {
  return new Float32Array(module.memory.buffer, address, length);
}
