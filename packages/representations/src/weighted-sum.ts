import * as tf from '@tensorflow/tfjs-core';
import { hostValues, isHostBackend, wasmAddress, wasmMemory } from './host.js';
import { floats, sharedKernels, withImageKernels } from './wasm/kernels.js';

/** Floats that the kernel works on at a time; six such blocks stay in the processor's second-level cache. */
const block = 8192;

/** Floats from one slot to the next: no multiple of a page, or the slots would evict one another from the first-level cache. */
const slotStride = block + 48;

/** Whether the weights keep what all frames have in common: their sum, or 0 if it is nothing but rounding. */
function totalOf(weights: ArrayLike<number>): number {
  let total = 0;
  let size = 0;
  for (let t = 0; t < weights.length; t++) {
    total += weights[t]!;
    size = Math.max(size, Math.abs(weights[t]!));
  }
  return Math.abs(total) > 1e-9 * weights.length * size ? total : 0;
}

/** On the wasm backend: in place, without copying a frame. Undefined where that is not possible. */
function inHeap(frames: tf.Tensor4D, weights: ArrayLike<number>, first: number): tf.Tensor3D | undefined {
  const memory = wasmMemory();
  if (!memory) return undefined;
  const [, ...shape] = frames.shape;
  const size = shape[0] * shape[1] * shape[2];
  const result = tf.fill(shape, 0) as tf.Tensor3D; // allocated in the heap, without a detour
  const row = tf.tensor1d(Float32Array.from(weights));
  const [from, by, to] = [wasmAddress(frames), wasmAddress(row), wasmAddress(result)];
  if (from === undefined || by === undefined || to === undefined) {
    tf.dispose([row, result]);
    return undefined;
  }
  sharedKernels(memory).weightedSum({
    frames: from + 4 * first * size,
    size,
    count: weights.length,
    weights: by,
    total: totalOf(weights),
    target: to,
  });
  row.dispose();
  return result;
}

/**
 * In main memory: frames are copied block by block into the kernel's memory. Two thirds of the time is this copy, which other
 * sizes of blocks or more frames at a time do not change; loops in plain JavaScript take three times as long in all.
 */
function onHost(frames: tf.Tensor4D, weights: ArrayLike<number>, first: number): tf.Tensor3D {
  const [, ...shape] = frames.shape;
  const size = shape[0] * shape[1] * shape[2];
  const count = weights.length;
  const task = 'add weighted frames';
  const total = totalOf(weights);
  const values = hostValues(frames, task);
  const result = new Float32Array(size);
  withImageKernels(task, (kernels) => {
    const slots = kernels.take(slotStride * 4 * 4);
    const base = kernels.take(slotStride * 4);
    const target = kernels.take(block * 4);
    const heap = floats(kernels, 0, kernels.memory.buffer.byteLength / 4);
    for (let from = 0; from < size; from += block) {
      const to = Math.min(size, from + block);
      const length = to - from;
      const padded = (length + 3) & ~3;
      const start = first * size;
      heap.set(values.subarray(start + from, start + to), base / 4);
      if (total === 0) heap.fill(0, target / 4, target / 4 + padded);
      else for (let i = 0; i < padded; i++) heap[target / 4 + i] = total * heap[base / 4 + i]!;
      for (let t = 1; t < count; t += 4) {
        for (let k = 0; k < 4; k++) {
          // past the last frame the weight is 0 and the slot a copy of the base
          const frame = Math.min(t + k, count - 1);
          heap.set(values.subarray(start + frame * size + from, start + frame * size + to), slots / 4 + k * slotStride);
        }
        const weight = (k: number) => (t + k < count ? weights[t + k]! : 0);
        kernels.addWeighted4({
          target,
          frames: slots,
          stride: slotStride * 4,
          base,
          count: padded,
          w0: weight(0),
          w1: weight(1),
          w2: weight(2),
          w3: weight(3),
        });
      }
      result.set(heap.subarray(target / 4, target / 4 + length), from);
    }
  });
  return tf.tensor3d(result, shape);
}

/**
 * The weighted sum of the frames `first`, `first + 1`, … (one per weight): `sum_t w_t I_t`, computed as
 * `(sum_t w_t) I_1 + sum_t w_t (I_t - I_1)`.
 *
 * With weights of zero sum the first term is left out, so that what stands still cancels exactly and not up to rounding.
 * Weights may be a tensor where they were computed on the backend; then they must have zero sum.
 */
export function weightedSum(frames: tf.Tensor4D, weights: ArrayLike<number> | tf.Tensor1D, first = 0): tf.Tensor3D {
  const [, ...shape] = frames.shape;
  const given = weights instanceof tf.Tensor ? undefined : weights;
  const count = given ? given.length : (weights as tf.Tensor1D).size;
  if (isHostBackend()) {
    const numbers = given ?? hostValues(weights as tf.Tensor1D, 'add weighted frames').slice();
    return inHeap(frames, numbers, first) ?? onHost(frames, numbers, first);
  }
  return tf.tidy(() => {
    const flat = tf.reshape(frames, [frames.shape[0], -1]) as tf.Tensor2D;
    const base = tf.slice(flat, [first, 0], [1, -1]);
    const change = tf.sub(tf.slice(flat, [first + 1, 0], [count - 1, -1]), base) as tf.Tensor2D;
    const row = given
      ? tf.tensor2d(Float32Array.from(given).slice(1), [1, count - 1])
      : tf.reshape(tf.slice(weights as tf.Tensor1D, [1], [count - 1]), [1, count - 1]);
    const sum = tf.matMul(row as tf.Tensor2D, change);
    const total = given ? totalOf(given) : 0;
    return tf.reshape(total === 0 ? sum : tf.add(sum, tf.mul(base, total)), shape);
  });
}
