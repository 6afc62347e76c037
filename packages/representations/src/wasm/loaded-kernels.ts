import type { SharedKernels } from './kernels.generated.js';

const loaded = /* @__PURE__ */ new WeakMap<WebAssembly.Memory, SharedKernels>();

/**
 * The kernels inside `memory` where something has loaded them, undefined before: for what is quicker with them, but no reason for a page to load them.
 */
export const loadedKernels = (memory: WebAssembly.Memory): SharedKernels | undefined => loaded.get(memory);

/** Keeps the kernels inside `memory`; gives them. */
export function keepLoaded(memory: WebAssembly.Memory, kernels: SharedKernels): SharedKernels {
  loaded.set(memory, kernels);
  return kernels;
}
