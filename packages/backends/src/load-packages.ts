import { optionalPackageError } from './optional-package.js';

// Each import stands in a `try` of its own, which is what bundlers look for: see optional-package.ts.

/** The package of the backend `cpu`. */
export type CpuPackage = typeof import('@tensorflow/tfjs-backend-cpu');

/** The package of the backend `webgl`. */
export type WebglPackage = typeof import('@tensorflow/tfjs-backend-webgl');

/** The package of the backend `webgpu`, which does not export its version so far. */
export type WebgpuPackage = { version_webgpu?: string };

/** The package of the backend `wasm`, and its WebAssembly module. */
export type WasmPackage = typeof import('@tensorflow/tfjs-backend-wasm') & typeof import('./tfjs-wasm.generated.js');

/** @throws Error naming the package when it is not installed. */
export async function loadCpu(): Promise<CpuPackage> {
  try {
    return await import('@tensorflow/tfjs-backend-cpu');
  } catch (cause) {
    throw optionalPackageError('@tensorflow/tfjs-backend-cpu', cause);
  }
}

/** @throws Error naming the package when it is not installed. */
export async function loadWebgl(): Promise<WebglPackage> {
  try {
    return await import('@tensorflow/tfjs-backend-webgl');
  } catch (cause) {
    throw optionalPackageError('@tensorflow/tfjs-backend-webgl', cause);
  }
}

/** @throws Error naming the package when it is not installed. */
export async function loadWebgpu(): Promise<WebgpuPackage> {
  try {
    return (await import('@tensorflow/tfjs-backend-webgpu')) as WebgpuPackage;
  } catch (cause) {
    throw optionalPackageError('@tensorflow/tfjs-backend-webgpu', cause);
  }
}

/** @throws Error naming the package when it is not installed. */
export async function loadWasm(): Promise<WasmPackage> {
  try {
    const wasm = await import('@tensorflow/tfjs-backend-wasm');
    return { ...wasm, ...(await import('./tfjs-wasm.generated.js')) };
  } catch (cause) {
    throw optionalPackageError('@tensorflow/tfjs-backend-wasm', cause);
  }
}
