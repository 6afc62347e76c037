import * as tf from '@tensorflow/tfjs-core';
import { canReadNow } from '../host.js';

/** What is under way; each waits for the one before, as a process has one active backend. */
let turn: Promise<unknown> | undefined;

/**
 * Runs work that reads values of tensors at once. Where the active backend cannot (webgpu: not at all in Node, and in browsers through a canvas, from which other values may come), `wasm` or else `cpu` is made the active one until the work is done;
 * tensors of the backend before must not be used in it.
 *
 * @throws {Error} where neither is there; `task` begins the message.
 */
export function onReadableBackend<T>(task: string, work: () => Promise<T>): Promise<T> {
  const result = (turn ?? Promise.resolve()).then(async () => {
    const before = tf.getBackend();
    if (canReadNow()) return work();
    await makeReadable(task, before);
    try {
      return await work();
    } finally {
      await tf.setBackend(before);
    }
  });
  turn = result.catch(() => undefined);
  return result;
}

async function makeReadable(task: string, before: string): Promise<void> {
  for (const name of ['wasm', 'cpu']) {
    if (tf.findBackendFactory(name) !== null && (await tf.setBackend(name).catch(() => false))) return;
  }
  await tf.setBackend(before);
  throw new Error(
    `Cannot ${task} on the backend '${before}' as values must be read at once, which it cannot here: import @tensorflow/tfjs-backend-wasm or @tensorflow/tfjs-backend-cpu, which are used instead for as long as it takes`,
  );
}
