/** The backends this package can start. */
export const backendNames = Object.freeze(['cpu', 'wasm'] as const);

/** Name of a backend. */
export type BackendName = (typeof backendNames)[number];

/** A backend that `auto` passed over, and why. */
export type SkippedBackend = {
  /** Name of the backend. */
  name: BackendName;
  /** One sentence: the cause and the cure. */
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
  /** Number of threads the backend computes with. */
  threads: number;
  /** Version of the tfjs backend package. */
  version: string;
  /** Faster backends that `auto` tried first and could not use; empty otherwise. */
  skipped: readonly SkippedBackend[];
};
