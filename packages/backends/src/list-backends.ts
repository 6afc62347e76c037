import { type BackendName, backendNames } from './backend-info.js';
import { nodeObstacle, nodePackages } from './node.js';
import { isInstalled, isNode } from './platform.js';
import { probeWebgl } from './webgl.js';
import { probeWebgpu } from './webgpu.js';

/** Whether a backend can run here. */
export type BackendReport = {
  /** Name of the backend. */
  name: BackendName;
  /** Whether `useBackend` is expected to start it. */
  available: boolean;
  /** What it would compute on: `'CPU'`, `'GPU'` or the name of the graphics adapter; undefined when not available. */
  device?: string;
  /** The cause and the cure when it is not available. */
  reason?: string;
};

/** The tfjs package behind each backend. */
const packages = Object.freeze({
  cpu: '@tensorflow/tfjs-backend-cpu',
  wasm: '@tensorflow/tfjs-backend-wasm',
  webgl: '@tensorflow/tfjs-backend-webgl',
  webgpu: '@tensorflow/tfjs-backend-webgpu',
  ...nodePackages,
}) satisfies Record<BackendName, string>;

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
        return { name, available: true, device: await probe(name) };
      } catch (error) {
        return { name, available: false, reason: error instanceof Error ? error.message : String(error) };
      }
    }),
  );
}

/** The device of a backend, or an error with cause and cure. */
async function probe(name: BackendName): Promise<string> {
  if (name === 'node' || name === 'node-gpu') {
    const obstacle = nodeObstacle(name);
    if (obstacle !== undefined) throw new Error(obstacle);
  }
  if (name === 'webgl' && isNode) throw new Error('Cannot use backend webgl as Node has no WebGL');
  if (isNode && !isInstalled(packages[name])) {
    throw new Error(`Cannot use backend ${name} as its package must be installed: run "npm install ${packages[name]}"`);
  }
  if (name === 'wasm' && typeof WebAssembly === 'undefined') {
    throw new Error('Cannot use backend wasm as there is no WebAssembly here');
  }
  if (name === 'webgpu') return (await probeWebgpu()).device;
  if (name === 'webgl') {
    const renderer = probeWebgl();
    if (renderer === undefined) throw new Error('Cannot use backend webgl as this browser gives no WebGL context');
    return renderer;
  }
  return name === 'node-gpu' ? 'GPU' : 'CPU';
}
