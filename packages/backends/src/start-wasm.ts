import * as tf from '@tensorflow/tfjs-core';
import type { StartedBackend, UseBackendOptions } from './backend-info.js';
import type { WasmPackage } from './load-packages.js';
import { startRegistered } from './start-registered.js';
import { wasmBinary } from './wasm-binary.js';
import { guardAllocations } from './wasm-kernels/allocations.js';
import { compileKernels } from './wasm-kernels/kernels.js';
import { registerWasmKernels } from './wasm-kernels/register.js';
import { attachKernels, relaxedSimdOf, type WasmBackend } from './wasm-kernels/wasm-backend.js';
import { withWasmBinary } from './with-wasm-binary.js';
import { withoutExitHandlers } from './without-exit-handlers.js';

/** Starts the WebAssembly backend and registers the training kernels that it lacks or has wrong. */
export async function startWasm(load: () => Promise<WasmPackage>, options: UseBackendOptions): Promise<StartedBackend> {
  if (typeof WebAssembly === 'undefined') throw new Error('Cannot use backend wasm as there is no WebAssembly here');
  const wasm = await load();
  if (!(await tf.env().getAsync('WASM_HAS_SIMD_SUPPORT'))) {
    throw new Error('Cannot use backend wasm as this engine has no SIMD instructions: update it, or use cpu');
  }
  const { wasmPaths, threads, relaxedSimd = true } = options;
  const canThread = Boolean(await tf.env().getAsync('WASM_HAS_MULTITHREAD_SUPPORT'));
  const threaded = canThread && (threads === undefined ? threadsWork(wasm.version_wasm) : threads > 1);
  let memory: WebAssembly.Memory | undefined;
  if (!('wasm' in tf.engine().registry)) {
    const binary = await wasmBinary(wasm, threaded, wasmPaths);
    if (!threaded) tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
    if (threads !== undefined) wasm.setThreadsCount(threads);
    const start = () => withWasmBinary(wasm, binary, () => startRegistered('wasm'));
    memory = await withSharedMemory(() => withoutExitHandlers(start));
  } else {
    await startRegistered('wasm');
  }
  const backend = tf.backend() as WasmBackend;
  if (relaxedSimdOf(backend) === undefined) {
    memory ??= backend.wasm.asm?.memory;
    if (memory === undefined) {
      throw new Error(
        'Cannot use backend wasm as it was started before with threads: call useBackend before tf.setBackend',
      );
    }
    const compiled = await compileKernels(memory, relaxedSimd);
    attachKernels(backend, compiled);
    guardAllocations(backend);
  }
  registerWasmKernels(backend);
  return {
    device: 'CPU',
    simd: true,
    relaxedSimd: relaxedSimdOf(backend) === true,
    threads: wasm.getThreadsCount(),
    version: wasm.version_wasm,
  };
}

/** Whether the threaded build has threads: that of 4.22.0 keeps eight idle workers (tfjs issue 8513). */
function threadsWork(version: string): boolean {
  return version !== '4.22.0';
}

/** Runs `start` and returns the shared memory that Emscripten's glue makes meanwhile; it keeps it to itself. */
async function withSharedMemory(start: () => Promise<void>): Promise<WebAssembly.Memory | undefined> {
  const Memory = WebAssembly.Memory;
  let made: WebAssembly.Memory | undefined;
  WebAssembly.Memory = new Proxy(Memory, {
    construct(target, args) {
      const memory = Reflect.construct(target, args) as WebAssembly.Memory;
      if ((args[0] as { shared?: boolean } | undefined)?.shared) made = memory;
      return memory;
    },
  });
  try {
    await start();
  } finally {
    WebAssembly.Memory = Memory;
  }
  return made;
}
