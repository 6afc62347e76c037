/**
 * The WebGPU backend alone, built into what imports this entry: for bundles that cannot be split, such as workers in Vite's default format.
 *
 * @module @mer/backends/webgpu
 */

import * as its from '@tensorflow/tfjs-backend-webgpu';
import type { BackendInfo } from './backend-info.js';
import { startNamed } from './start-checked.js';
import { startWebgpu } from './start-webgpu.js';

/**
 * Makes the WebGPU backend of a browser the current one and tells what runs, as `useBackend('webgpu')` does; its package is built in, not loaded when it is
 * asked for. In Node use that: there the package must not be loaded before its graphics interface is.
 *
 * @throws Error with cause and cure when it cannot run here; the backend before it stays.
 */
export function useWebgpu(): Promise<BackendInfo> {
  return startNamed('webgpu', () => startWebgpu(async () => its as { version_webgpu?: string }));
}
