/** What the code that uses a backend may need to know about it, beside its name. */
export interface BackendTraits {
  /** The tfjs package behind it. */
  package: string;
  /** Whether its tensors lie in a heap of WebAssembly, which holds 4 GiB whatever the machine has. */
  inHeap: boolean;
  /** Whether its tensors lie in the memory of a graphics card, of which nothing is known but the largest buffer, and results may come later. */
  onDevice: boolean;
  /** Whether it computes with one thread, so that several processes use several processors. */
  oneThread: boolean;
  /** Whether it computes by compiled code; one that does not is slower by far than all others. */
  compiled: boolean;
}

const processor = { inHeap: false, onDevice: false, oneThread: true, compiled: true };
const graphics = { inHeap: false, onDevice: true, oneThread: false, compiled: true };

const traits = Object.freeze({
  cpu: { ...processor, package: '@tensorflow/tfjs-backend-cpu', compiled: false },
  wasm: { ...processor, package: '@tensorflow/tfjs-backend-wasm', inHeap: true },
  webgl: { ...graphics, package: '@tensorflow/tfjs-backend-webgl' },
  webgpu: { ...graphics, package: '@tensorflow/tfjs-backend-webgpu' },
  node: { ...processor, package: '@tensorflow/tfjs-node', oneThread: false },
  'node-gpu': { ...graphics, package: '@tensorflow/tfjs-node-gpu' },
}) satisfies Readonly<Record<string, BackendTraits>>;

/** Name of a backend. */
export type BackendName = keyof typeof traits;

/** The backends this package can start. */
export const backendNames = /* @__PURE__ */ Object.freeze(
  /* @__PURE__ */ Object.keys(traits) as ['cpu', 'wasm', 'webgl', 'webgpu', 'node', 'node-gpu'],
);

/**
 * What is to be known about a backend.
 *
 * @param name - as {@link useBackend} takes and gives it; `tf.getBackend()` says `tensorflow` of node and node-gpu
 * @throws RangeError for an unknown name
 *
 * @example
 * ```ts
 * import { backendTraits } from '@mer/backends';
 *
 * console.log(backendTraits('wasm').inHeap, backendTraits('webgpu').onDevice); // true true
 * ```
 */
export function backendTraits(name: BackendName): Readonly<BackendTraits> {
  if (!Object.hasOwn(traits, name)) {
    const valid = backendNames.join(', ');
    throw new RangeError(
      `Cannot tell the traits of a backend as name must be one of ${valid}: current value is ${String(name)}`,
    );
  }
  return traits[name];
}
