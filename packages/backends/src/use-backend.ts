import { type BackendInfo, type BackendName, backendNames, type SkippedBackend } from './backend-info.js';
import { startCpu } from './cpu.js';
import { startWasm } from './wasm.js';

const starters = Object.freeze({ cpu: startCpu, wasm: startWasm }) satisfies Record<
  BackendName,
  () => Promise<Omit<BackendInfo, 'skipped'>>
>;

/** Fastest first. */
const order: readonly BackendName[] = ['wasm', 'cpu'];

let queue: Promise<unknown> = Promise.resolve();

/**
 * Loads a TensorFlow.js backend, makes it the current one and tells what runs.
 *
 * The backend is global per process. `'auto'` takes the fastest that works here and lists what it skipped.
 *
 * @throws RangeError for an unknown name.
 * @throws Error with cause and cure when the named backend cannot run here.
 *
 * @example
 * ```ts
 * import { useBackend } from '@mer/backends';
 *
 * const { name, threads } = await useBackend('cpu');
 * console.log(name, threads); // cpu 1
 * ```
 */
export function useBackend(name: BackendName | 'auto'): Promise<BackendInfo> {
  const result = queue.then(() => start(name));
  queue = result.catch(() => undefined);
  return result;
}

async function start(name: BackendName | 'auto'): Promise<BackendInfo> {
  if (name !== 'auto') {
    if (!backendNames.includes(name)) {
      const valid = [...backendNames, 'auto'].join(', ');
      throw new RangeError(`Cannot use backend as name must be one of ${valid}: current value is ${String(name)}`);
    }
    return { ...(await starters[name]()), skipped: [] };
  }
  const skipped: SkippedBackend[] = [];
  const causes: unknown[] = [];
  for (const candidate of order) {
    try {
      return { ...(await starters[candidate]()), skipped };
    } catch (cause) {
      causes.push(cause);
      skipped.push({ name: candidate, reason: cause instanceof Error ? cause.message : String(cause) });
    }
  }
  const reasons = skipped.map((entry) => `${entry.name}: ${entry.reason}`).join('; ');
  throw new AggregateError(causes, `Cannot use backend auto as none can run here: ${reasons}`);
}
