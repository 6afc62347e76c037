import * as tf from '@tensorflow/tfjs-core';
import type { StartedBackend } from './backend-info.js';
import { repairCpuKernels } from './cpu-kernels/repair.js';
import type { CpuPackage } from './load-packages.js';
import { startRegistered } from './start-registered.js';

/** Starts the plain JavaScript backend. */
export async function startCpu(load: () => Promise<CpuPackage>): Promise<StartedBackend> {
  const { version_cpu } = await load();
  await startRegistered('cpu');
  repairCpuKernels();
  // In Node its first tensor prints an advertisement for tfjs-node.
  (tf.backend() as unknown as { firstUse: boolean }).firstUse = false;
  return { device: 'CPU', simd: false, relaxedSimd: false, threads: 1, version: version_cpu };
}
