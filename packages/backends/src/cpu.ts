import * as tf from '@tensorflow/tfjs-core';
import type { StartedBackend } from './backend-info.js';
import { repairCpuKernels } from './cpu-kernels.js';
import { optionalPackage } from './optional-package.js';
import { startRegistered } from './start-registered.js';

/** Starts the plain JavaScript backend. */
export async function startCpu(): Promise<StartedBackend> {
  const { version_cpu } = await optionalPackage(
    '@tensorflow/tfjs-backend-cpu',
    () => import('@tensorflow/tfjs-backend-cpu'),
  );
  await startRegistered('cpu');
  repairCpuKernels();
  // In Node its first tensor prints an advertisement for tfjs-node.
  (tf.backend() as unknown as { firstUse: boolean }).firstUse = false;
  return { device: 'CPU', simd: false, relaxedSimd: false, threads: 1, version: version_cpu };
}
