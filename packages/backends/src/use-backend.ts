import type { BackendInfo, SkippedBackend, StartedBackend, UseBackendOptions } from './backend-info.js';
import { type BackendName, backendNames } from './backend-traits.js';
import { loadCpu, loadWasm, loadWebgl, loadWebgpu } from './load-packages.js';
import { startNode } from './node.js';
import { isNode } from './platform.js';
import { inTurn, startChecked, startNamed } from './start-checked.js';
import { startCpu } from './start-cpu.js';
import { startWasm } from './start-wasm.js';
import { startWebgl } from './start-webgl.js';
import { startWebgpu } from './start-webgpu.js';

const starters = Object.freeze({
  cpu: () => startCpu(loadCpu),
  wasm: (options) => startWasm(loadWasm, options),
  webgl: () => startWebgl(loadWebgl),
  webgpu: () => startWebgpu(loadWebgpu),
  node: () => startNode('node'),
  'node-gpu': () => startNode('node-gpu'),
}) satisfies Record<BackendName, (options: UseBackendOptions) => Promise<StartedBackend>>;

/** Fastest first. */
const order: readonly BackendName[] = isNode
  ? ['node-gpu', 'webgpu', 'node', 'wasm', 'cpu']
  : ['webgpu', 'webgl', 'wasm', 'cpu'];

/**
 * Loads a TensorFlow.js backend, makes it the current one and tells what runs.
 *
 * `cpu` is plain JavaScript, `wasm` WebAssembly with training kernels of this package, `webgl` and `webgpu` the graphics
 * card (`webgl` in browsers only, `webgpu` in Node through the npm package `webgpu`), `node` and `node-gpu` TensorFlow's
 * C library. `auto` takes the fastest that works here, passes over graphics adapters that are emulated on the processor,
 * and lists in `skipped` what it did not use and why.
 *
 * Each package is loaded when it is asked for; `useWasm` of `@mer/backends/wasm`, and so on, have theirs built in, for bundles that cannot be split.
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
  if (name === 'auto') return inTurn(() => startFastest(options));
  if (backendNames.includes(name)) return startNamed(name, () => starters[name](options));
  const valid = [...backendNames, 'auto'].join(', ');
  return Promise.reject(
    new RangeError(`Cannot use backend as name must be one of ${valid}: current value is ${String(name)}`),
  );
}

async function startFastest(options: UseBackendOptions): Promise<BackendInfo> {
  const skipped: SkippedBackend[] = [];
  const causes: unknown[] = [];
  for (const candidate of order) {
    try {
      const { isSoftware, ...started } = await startChecked(candidate, () => starters[candidate](options));
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
