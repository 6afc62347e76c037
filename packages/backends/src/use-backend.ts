import * as tf from '@tensorflow/tfjs-core';
import type { BackendInfo, SkippedBackend, StartedBackend, UseBackendOptions } from './backend-info.js';
import { type BackendName, backendNames } from './backend-traits.js';
import { registerComposedBatchNorm } from './composed-batch-norm.js';
import { startCpu } from './cpu.js';
import { startNode } from './node.js';
import { isNode } from './platform.js';
import { repairGradients } from './repair-gradients.js';
import { startWasm } from './wasm.js';
import { startWebgl } from './webgl.js';
import { startWebgpu } from './webgpu.js';

const starters = Object.freeze({
  cpu: startCpu,
  wasm: startWasm,
  webgl: startWebgl,
  webgpu: startWebgpu,
  node: () => startNode('node'),
  'node-gpu': () => startNode('node-gpu'),
}) satisfies Record<BackendName, (options: UseBackendOptions) => Promise<StartedBackend>>;

/** Fastest first. */
const order: readonly BackendName[] = isNode
  ? ['node-gpu', 'webgpu', 'node', 'wasm', 'cpu']
  : ['webgpu', 'webgl', 'wasm', 'cpu'];

let queue: Promise<unknown> = Promise.resolve();

/**
 * Loads a TensorFlow.js backend, makes it the current one and tells what runs.
 *
 * `cpu` is plain JavaScript, `wasm` WebAssembly with training kernels of this package, `webgl` and `webgpu` the graphics
 * card (`webgl` in browsers only, `webgpu` in Node through the npm package `webgpu`), `node` and `node-gpu` TensorFlow's
 * C library. `auto` takes the fastest that works here, passes over graphics adapters that are emulated on the processor,
 * and lists in `skipped` what it did not use and why.
 *
 * The backend is global per process. Where gradients are wanted, load tfjs-layers first: it registers them, and a few of
 * them are repaired here.
 *
 * @throws RangeError for an unknown name.
 * @throws Error with cause and cure when the named backend cannot run here; the backend before it stays.
 *
 * @example
 * ```ts
 * import { useBackend } from '@mer/backends';
 *
 * const { name, device, threads } = await useBackend('cpu');
 * console.log(name, device, threads); // cpu CPU 1
 * ```
 */
export function useBackend(name: BackendName | 'auto', options: UseBackendOptions = {}): Promise<BackendInfo> {
  const result = queue.then(() => start(name, options));
  queue = result.catch(() => undefined);
  return result;
}

async function start(name: BackendName | 'auto', options: UseBackendOptions): Promise<BackendInfo> {
  if (name !== 'auto') {
    if (!backendNames.includes(name)) {
      const valid = [...backendNames, 'auto'].join(', ');
      throw new RangeError(`Cannot use backend as name must be one of ${valid}: current value is ${String(name)}`);
    }
    const { isSoftware: _unused, ...started } = await startChecked(name, options);
    return { name, ...started, skipped: [] };
  }
  const skipped: SkippedBackend[] = [];
  const causes: unknown[] = [];
  for (const candidate of order) {
    try {
      const { isSoftware, ...started } = await startChecked(candidate, options);
      if (!isSoftware) return { name: candidate, ...started, skipped };
      skipped.push({ name: candidate, reason: `${started.device} is emulated on the processor: wasm is faster` });
    } catch (cause) {
      causes.push(cause);
      skipped.push({ name: candidate, reason: cause instanceof Error ? cause.message : String(cause) });
    }
  }
  const reasons = skipped.map((entry) => `${entry.name}: ${entry.reason}`).join('; ');
  throw new AggregateError(causes, `Cannot use backend auto as none can run here: ${reasons}`);
}

/** Starts a backend and has it compute something: some fail only then. */
async function startChecked(name: BackendName, options: UseBackendOptions): Promise<StartedBackend> {
  const before = tf.engine().backendName;
  try {
    const started = await starters[name](options);
    repairGradients();
    registerComposedBatchNorm(tf.getBackend());
    const sum = tf.tidy(() => tf.add(tf.tensor1d([1]), tf.tensor1d([2])));
    const [value] = await sum.data();
    sum.dispose();
    if (value !== 3) throw new Error(`Cannot use backend ${name} as it computes 1 + 2 = ${value}`);
    return started;
  } catch (error) {
    if (before && before !== tf.engine().backendName) await tf.setBackend(before);
    throw error;
  }
}
