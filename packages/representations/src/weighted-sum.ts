import * as tf from '@tensorflow/tfjs-core';
import type { FrameReader } from './clip.js';
import { eachPart } from './frame-reader.js';
import { hostValues, isHostBackend, wasmAddress, wasmMemory } from './host.js';
import { floats, sharedKernels, takeBytes, withImageKernels } from './wasm/kernels.js';

/** Floats that the kernel works on at a time; six such blocks stay in the processor's second-level cache. */
const block = 8192;

/** Floats from one slot to the next: no multiple of a page, or the slots would evict one another from the first-level cache. */
const slotStride = block + 48;

const task = 'add weighted frames';

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

/** A sum that goes on: the frame that all are compared with, and what the sum has come to; it begins with `total` times that frame. */
interface Sum {
  /** Frames, and which of them. */
  readonly base: readonly [frames: tf.Tensor4D, index: number];
  readonly total: number;
  value?: tf.Tensor3D;
}

/**
 * Adds `sum_t w_t (I_t - base)` of the frames from `first` on, one for each weight. Kernels take four frames at a time: the sum of several calls is that of
 * one, to the last bit, where all but the last add a multiple of four.
 */
function addFrames(sum: Sum, frames: tf.Tensor4D, weights: ArrayLike<number> | tf.Tensor1D, first: number): void {
  const { value } = sum;
  if (isHostBackend()) {
    const numbers = weights instanceof tf.Tensor ? hostValues(weights, task).slice() : weights;
    sum.value = inHeap(sum, frames, numbers, first) ?? onHost(sum, frames, numbers, first);
  } else {
    sum.value = elsewhere(sum, frames, weights, first);
  }
  if (sum.value !== value) value?.dispose();
}

/** On the wasm backend: in place, without copying a frame. Undefined where that is not possible. */
function inHeap(
  { base, total, value }: Sum,
  frames: tf.Tensor4D,
  weights: ArrayLike<number>,
  first: number,
): tf.Tensor3D | undefined {
  const memory = wasmMemory();
  if (!memory) return undefined;
  const [, ...shape] = frames.shape;
  const size = shape[0] * shape[1] * shape[2];
  const result = value ?? (tf.fill(shape, 0) as tf.Tensor3D); // allocated in the heap, without a detour
  const row = tf.tensor1d(Float32Array.from(weights));
  try {
    const [from, still, by, to] = [frames, base[0], row, result].map(wasmAddress);
    if (from === undefined || still === undefined || by === undefined || to === undefined) {
      if (!value) result.dispose();
      return undefined;
    }
    sharedKernels(memory).weightedSum({
      frames: from + 4 * first * size,
      size,
      count: weights.length,
      weights: by,
      base: still + 4 * base[1] * size,
      begins: value === undefined,
      total,
      target: to,
    });
    return result;
  } finally {
    row.dispose();
  }
}

/**
 * In main memory: frames are copied block by block into the kernel's memory. Two thirds of the time is this copy, which other
 * sizes of blocks or more frames at a time do not change; loops in plain JavaScript take three times as long in all.
 */
function onHost(sum: Sum, frames: tf.Tensor4D, weights: ArrayLike<number>, first: number): tf.Tensor3D {
  const [, ...shape] = frames.shape;
  const size = shape[0] * shape[1] * shape[2];
  const count = weights.length;
  const values = hostValues(frames, task);
  const still = hostValues(sum.base[0], task).subarray(sum.base[1] * size, (sum.base[1] + 1) * size);
  const before = sum.value && hostValues(sum.value, task);
  const result = new Float32Array(size);
  withImageKernels(task, (kernels) => {
    const slots = takeBytes(kernels, slotStride * 4 * 4);
    const base = takeBytes(kernels, slotStride * 4);
    const target = takeBytes(kernels, block * 4);
    const heap = floats(kernels, 0, kernels.memory.buffer.byteLength / 4);
    for (let from = 0; from < size; from += block) {
      const to = Math.min(size, from + block);
      const length = to - from;
      const padded = (length + 3) & ~3;
      heap.set(still.subarray(from, to), base / 4);
      if (before) heap.set(before.subarray(from, to), target / 4);
      else if (sum.total === 0) heap.fill(0, target / 4, target / 4 + padded);
      else for (let i = 0; i < padded; i++) heap[target / 4 + i] = sum.total * heap[base / 4 + i]!;
      for (let t = 0; t < count; t += 4) {
        for (let k = 0; k < 4; k++) {
          // past the last frame the weight is 0 and the slot a copy of the last
          const at = (first + Math.min(t + k, count - 1)) * size;
          heap.set(values.subarray(at + from, at + to), slots / 4 + k * slotStride);
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

/** On other backends: a product of matrices. */
function elsewhere(
  { base, total, value }: Sum,
  frames: tf.Tensor4D,
  weights: ArrayLike<number> | tf.Tensor1D,
  first: number,
): tf.Tensor3D {
  const [, ...shape] = frames.shape;
  return tf.tidy(() => {
    const flat = (part: tf.Tensor4D) => tf.reshape(part, [part.shape[0], -1]) as tf.Tensor2D;
    const still = tf.slice(flat(base[0]), [base[1], 0], [1, -1]);
    const row = weights instanceof tf.Tensor ? weights : tf.tensor1d(Float32Array.from(weights));
    const change = tf.sub(tf.slice(flat(frames), [first, 0], [row.size, -1]), still) as tf.Tensor2D;
    const sum = tf.matMul(tf.reshape(row, [1, row.size]) as tf.Tensor2D, change);
    if (value) return tf.add(value, tf.reshape(sum, shape));
    return tf.reshape(total === 0 ? sum : tf.add(sum, tf.mul(still, total)), shape) as tf.Tensor3D;
  });
}

/**
 * The weighted sum of the frames `first`, `first + 1`, … (one per weight): `sum_t w_t I_t`, computed as
 * `(sum_t w_t) I_1 + sum_t w_t (I_t - I_1)`.
 *
 * With weights of zero sum the first term is left out, so that what stands still cancels exactly and not up to rounding.
 * Weights may be a tensor where they were computed on the backend; then they must have zero sum.
 */
export function weightedSum(frames: tf.Tensor4D, weights: ArrayLike<number> | tf.Tensor1D, first = 0): tf.Tensor3D {
  return tf.tidy(() => {
    const computed = weights instanceof tf.Tensor;
    const sum: Sum = { base: [frames, first], total: computed ? 0 : totalOf(weights) };
    const rest = computed
      ? (tf.slice(weights, [1], [weights.size - 1]) as tf.Tensor1D)
      : Float64Array.from(weights).subarray(1);
    addFrames(sum, frames, rest, first + 1);
    return sum.value!;
  });
}

/**
 * {@link weightedSum} of frames that are read a few at a time, each of them once, for several rows of weights.
 *
 * On cpu and wasm the values are those of `weightedSum` to the last bit, elsewhere up to rounding.
 *
 * @param prepare - what is made of each frame first; is called with the first frame and then with a few at a time, in order
 */
export async function weightedSums(
  frames: FrameReader,
  first: number,
  rows: readonly ArrayLike<number>[],
  prepare: (part: tf.Tensor4D) => tf.Tensor4D = (part) => tf.clone(part),
): Promise<tf.Tensor3D[]> {
  const count = rows[0]!.length;
  const start = await frames.read(first, 1);
  const base = prepare(start);
  start.dispose();
  const sums = rows.map((weights): Sum => ({ base: [base, 0], total: totalOf(weights) }));
  try {
    const add = (given: tf.Tensor4D, before: number) => {
      const part = prepare(given);
      try {
        for (const [i, sum] of sums.entries()) {
          const from = 1 + before;
          addFrames(sum, part, Float64Array.from(rows[i]!).subarray(from, from + part.shape[0]), 0);
        }
      } finally {
        part.dispose();
      }
    };
    // in fours, as the kernels take them
    await eachPart(frames, first + 1, count - 1, add, 4);
    return sums.map(({ value }) => value!);
  } catch (error) {
    for (const { value } of sums) value?.dispose();
    throw error;
  } finally {
    base.dispose();
  }
}
