/**
 * The WebAssembly backend alone, built into what imports this entry: for bundles that cannot be split, such as workers in Vite's default format.
 *
 * @module @mer/backends/wasm
 */

import * as its from '@tensorflow/tfjs-backend-wasm';
import type { BackendInfo, UseBackendOptions } from './backend-info.js';
import { startNamed } from './start-checked.js';
import { startWasm } from './start-wasm.js';
import { embeddedWasm } from './tfjs-wasm.generated.js';

/**
 * Makes the WebAssembly backend the current one and tells what runs, as `useBackend('wasm')` does; its package is built in, not loaded when it is asked for.
 *
 * @throws Error with cause and cure when it cannot run here; the backend before it stays.
 *
 * @example
 * ```ts
 * import { useWasm } from '@mer/backends/wasm';
 *
 * const { name, simd } = await useWasm();
 * console.log(name, simd); // wasm true
 * ```
 */
export function useWasm(options: UseBackendOptions = {}): Promise<BackendInfo> {
  return startNamed('wasm', () => startWasm(async () => ({ ...its, embeddedWasm }), options));
}
