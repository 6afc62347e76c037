import * as tf from '@tensorflow/tfjs-core';
import type { BackendInfo, StartedBackend } from './backend-info.js';
import type { BackendName } from './backend-traits.js';
import { registerComposedBatchNorm } from './composed-batch-norm.js';
import { repairGradients } from './repair-gradients.js';

let queue: Promise<unknown> = Promise.resolve();

/** Runs one start after the other: tfjs holds one backend per process. */
export function inTurn<T>(start: () => Promise<T>): Promise<T> {
  const result = queue.then(start);
  queue = result.catch(() => undefined);
  return result;
}

/** Starts a backend and has it compute something: some fail only then. The one before it stays when that fails. */
export async function startChecked(name: BackendName, start: () => Promise<StartedBackend>): Promise<StartedBackend> {
  const before = tf.engine().backendName;
  try {
    const started = await start();
    repairGradients();
    registerComposedBatchNorm(tf.getBackend());
    const sum = tf.tidy(() => tf.add(tf.tensor1d([1]), tf.tensor1d([2])));
    const [value] = await sum.data();
    sum.dispose();
    if (value !== 3) throw new Error(`Cannot use backend ${name} as it computes 1 + 2 = ${value}`);
    return started;
  } catch (error) {
    if (before && before !== tf.engine().backendName) await tf.setBackend(before);
    throw error;
  }
}

/** What `useBackend` tells of the one backend that was asked for. */
export function startNamed(name: BackendName, start: () => Promise<StartedBackend>): Promise<BackendInfo> {
  return inTurn(async () => {
    const { isSoftware: _unused, ...started } = await startChecked(name, start);
    return { name, ...started, skipped: [] };
  });
}
