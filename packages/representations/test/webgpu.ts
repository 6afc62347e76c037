import * as tf from '@tensorflow/tfjs-core';
import { softwareVulkan } from '../../../tools/software-vulkan.js';

/** Starts tfjs's webgpu backend in Node and selects it; the name of the adapter, or null where there is none. */
export async function startWebgpu(): Promise<string | null> {
  if (!process.env['MER_GPU']) softwareVulkan();
  try {
    const { create, globals } = await import('webgpu');
    Object.assign(globalThis, globals);
    const gpu = create([]);
    const adapter = await gpu.requestAdapter();
    if (!adapter) return null;
    Object.defineProperty(globalThis, 'navigator', { value: { gpu }, configurable: true });
    await import('@tensorflow/tfjs-backend-webgpu');
    if (!(await tf.setBackend('webgpu'))) return null;
    await tf.ready();
    return adapter.info.description || adapter.info.vendor || 'unnamed';
  } catch {
    return null;
  }
}
