import { type BackendName, backendNames, backendTraits } from './backend-traits.js';
import { nodeObstacle } from './node.js';
import { isInstalled, isNode } from './platform.js';
import { probeWebgl, softwareRenderer } from './start-webgl.js';
import { probeWebgpu } from './start-webgpu.js';

/** Whether a backend can run here. */
export type BackendReport = {
  /** Name of the backend. */
  name: BackendName;
  /** Whether `useBackend` is expected to start it. */
  available: boolean;
  /** What it would compute on: `'CPU'`, `'GPU'` or the name of the graphics adapter; undefined when not available. */
  device?: string;
  /** Whether that is a graphics adapter emulated on the processor, which is slower than wasm; undefined when not available. */
  isSoftware?: boolean;
  /** The cause and the cure when it is not available. */
  reason?: string;
};

/** What a backend would compute on. */
type Device = { device: string; isSoftware?: boolean };

/** Why a backend cannot be had on this platform at all. */
const obstacles: Partial<Record<BackendName, () => string | undefined>> = {
  webgl: () => (isNode ? 'Cannot use backend webgl as Node has no WebGL' : undefined),
  node: () => nodeObstacle('node'),
  'node-gpu': () => nodeObstacle('node-gpu'),
};

const probes: Readonly<Record<BackendName, () => Device | Promise<Device>>> = {
  cpu: () => ({ device: 'CPU' }),
  wasm() {
    if (typeof WebAssembly === 'undefined') throw new Error('Cannot use backend wasm as there is no WebAssembly here');
    return { device: 'CPU' };
  },
  webgl() {
    const device = probeWebgl();
    if (device === undefined) throw new Error('Cannot use backend webgl as this browser gives no WebGL context');
    return { device, isSoftware: softwareRenderer.test(device) };
  },
  webgpu: probeWebgpu,
  node: () => ({ device: 'CPU' }),
  'node-gpu': () => ({ device: 'GPU' }),
};

/**
 * Tells which backends can run here, without starting any: nothing is registered, allocated or printed.
 *
 * In a browser, whether a package is installed shows only when it is loaded; it is taken to be.
 *
 * @example
 * ```ts
 * import { listBackends } from '@mer/backends';
 *
 * const reports = await listBackends();
 * console.log(reports.map(({ name }) => name)); // [ 'cpu', 'wasm', 'webgl', 'webgpu', 'node', 'node-gpu' ]
 * ```
 */
export async function listBackends(): Promise<BackendReport[]> {
  return Promise.all(
    backendNames.map(async (name) => {
      try {
        const { device, isSoftware = false } = await probe(name);
        return { name, available: true, device, isSoftware };
      } catch (error) {
        return { name, available: false, reason: error instanceof Error ? error.message : String(error) };
      }
    }),
  );
}

/** The device of a backend, or an error with cause and cure. */
async function probe(name: BackendName): Promise<Device> {
  const obstacle = obstacles[name]?.();
  if (obstacle !== undefined) throw new Error(obstacle);
  const { package: its } = backendTraits(name);
  if (isNode && !isInstalled(its)) {
    throw new Error(`Cannot use backend ${name} as its package must be installed: run "npm install ${its}"`);
  }
  return probes[name]();
}
