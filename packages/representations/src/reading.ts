import type * as tf from '@tensorflow/tfjs-core';
import { hostValues } from './host.js';

/**
 * Work that needs values of tensors on its way: it yields a tensor of its own and is given the values.
 *
 * Written once, it runs at once ({@link readNow}) or asynchronously ({@link readLater}), as some backends must. The tensor is
 * disposed when the work goes on to its next one; the values are only to be read, and before anything else is computed.
 */
export type Reading<T> = Generator<tf.Tensor, T, Float32Array>;

/** Runs work at once; `task` begins the message where the backend cannot. */
export function readNow<T>(work: Reading<T>, task: string): T {
  try {
    let next = work.next();
    while (!next.done) {
      const tensor: tf.Tensor = next.value;
      try {
        next = work.next(hostValues(tensor, task));
      } finally {
        tensor.dispose();
      }
    }
    return next.value;
  } finally {
    // where reading failed the work's own tensors go
    work.return(undefined as never);
  }
}

/** Runs work on any backend. */
export async function readLater<T>(work: Reading<T>): Promise<T> {
  try {
    let next = work.next();
    while (!next.done) {
      const tensor: tf.Tensor = next.value;
      try {
        next = work.next(await tensor.data<'float32'>());
      } finally {
        tensor.dispose();
      }
    }
    return next.value;
  } finally {
    work.return(undefined as never);
  }
}
