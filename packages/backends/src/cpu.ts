/**
 * The plain JavaScript backend alone, built into what imports this entry: for bundles that cannot be split, such as workers in Vite's default format.
 *
 * @module @mer/backends/cpu
 */

import * as its from '@tensorflow/tfjs-backend-cpu';
import type { BackendInfo } from './backend-info.js';
import { startNamed } from './start-checked.js';
import { startCpu } from './start-cpu.js';

/**
 * Makes the plain JavaScript backend the current one and tells what runs, as `useBackend('cpu')` does; its package is built in, not loaded when it is asked for.
 *
 * @throws Error with cause and cure when it cannot run here; the backend before it stays.
 */
export function useCpu(): Promise<BackendInfo> {
  return startNamed('cpu', () => startCpu(async () => its));
}
