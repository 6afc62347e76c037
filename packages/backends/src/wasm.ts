import * as tf from '@tensorflow/tfjs-core';
import type { BackendInfo } from './backend-info.js';
import { optionalPackage } from './optional-package.js';
import { startRegistered } from './start-registered.js';
import { compileKernels } from './wasm-kernels/kernels.js';
import { registerWasmKernels } from './wasm-kernels/register.js';
import { attachKernels, hasKernels, type WasmBackend } from './wasm-kernels/wasm-backend.js';
import { withoutExitHandlers } from './without-exit-handlers.js';

/** Starts the WebAssembly backend and registers the training kernels that it lacks or has wrong. */
export async function startWasm(): Promise<Omit<BackendInfo, 'skipped'>> {
  const wasm = await optionalPackage('@tensorflow/tfjs-backend-wasm', () => import('@tensorflow/tfjs-backend-wasm'));
  await withoutExitHandlers(() => startRegistered('wasm'));
  const backend = tf.backend() as WasmBackend;
  if (!hasKernels(backend)) {
    const memory = backend.wasm.asm?.memory;
    if (memory === undefined) throw new Error('Cannot use backend wasm as its memory cannot be reached');
    attachKernels(backend, (await compileKernels(memory, true)).kernels);
  }
  registerWasmKernels();
  const simd = await tf.env().getAsync('WASM_HAS_SIMD_SUPPORT');
  const threaded = await tf.env().getAsync('WASM_HAS_MULTITHREAD_SUPPORT');
  const threads = simd && threaded ? wasm.getThreadsCount() : 1;
  return { name: 'wasm', device: 'CPU', simd: Boolean(simd), threads, version: wasm.version_wasm };
}
