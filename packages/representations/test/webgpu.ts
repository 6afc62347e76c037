import { existsSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs-core';

/** Debian's Chromium brings a software renderer that Dawn accepts. */
const swiftShader = '/usr/lib/chromium/vk_swiftshader_icd.json';

/** Starts tfjs's webgpu backend in Node and selects it; the name of the adapter, or null where there is none. */
export async function startWebgpu(): Promise<string | null> {
  if (!process.env['VK_ICD_FILENAMES'] && !process.env['MER_GPU'] && existsSync(swiftShader)) {
    process.env['VK_ICD_FILENAMES'] = swiftShader;
  }
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
