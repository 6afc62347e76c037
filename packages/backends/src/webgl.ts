/**
 * The WebGL backend alone, built into what imports this entry: for bundles that cannot be split, such as workers in Vite's default format.
 *
 * @module @mer/backends/webgl
 */

import * as its from '@tensorflow/tfjs-backend-webgl';
import type { BackendInfo } from './backend-info.js';
import { startNamed } from './start-checked.js';
import { startWebgl } from './start-webgl.js';

/**
 * Makes the WebGL backend the current one and tells what runs, as `useBackend('webgl')` does; its package is built in, not loaded when it is asked for.
 *
 * @throws Error with cause and cure when it cannot run here; the backend before it stays.
 */
export function useWebgl(): Promise<BackendInfo> {
  return startNamed('webgl', () => startWebgl(async () => its));
}
