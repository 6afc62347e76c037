import type { BackendName } from './backend-traits.js';

/** A backend that `auto` passed over, and why. */
export type SkippedBackend = {
  /** Name of the backend. */
  name: BackendName;
  /** The cause and, where there is one, the cure. */
  reason: string;
};

/** What runs after `useBackend`. */
export type BackendInfo = {
  /** Name of the running backend. */
  name: BackendName;
  /** What computes: `'CPU'`, or the name of the graphics adapter. */
  device: string;
  /** Whether SIMD instructions of WebAssembly are used. */
  simd: boolean;
  /** Whether the wasm training kernels use fused multiply-add (relaxed SIMD). */
  relaxedSimd: boolean;
  /** Number of threads that JavaScript knows of; native backends have their own. */
  threads: number;
  /** Version of the tfjs backend package. */
  version: string;
  /** Faster backends that `auto` tried first and did not use; empty otherwise. */
  skipped: readonly SkippedBackend[];
};

/** What a backend's own file tells about it once it runs. */
export type StartedBackend = Omit<BackendInfo, 'name' | 'skipped'> & {
  /** Whether a graphics adapter is emulated on the processor. */
  isSoftware?: boolean;
};

/** Options of `useBackend`. */
export type UseBackendOptions = {
  /**
   * Where the `.wasm` files of tfjs-backend-wasm are: a folder, ending in `/`, or one address for each file name. There is no need of it with the version
   * of tfjs-backend-wasm that this package was built with and one thread: that file comes inside.
   */
  wasmPaths?: string | Readonly<Record<string, string>>;
  /**
   * Threads of the wasm backend in a cross-origin isolated page. By default one with tfjs 4.22.0, whose threaded build
   * computes with one whatever it is told (tfjs issue 8513), and what tfjs chooses with others.
   */
  threads?: number;
  /**
   * Whether the wasm training kernels may use fused multiply-add where the engine has it: true by default. Its sums differ
   * in the last digit between processors with and without it.
   */
  relaxedSimd?: boolean;
};
