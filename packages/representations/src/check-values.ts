import * as tf from '@tensorflow/tfjs-core';
import type { Clip } from './clip.js';
import { canReadNow, hostValues, isHostBackend, liesInMainMemory, wasmAddress, wasmMemory } from './host.js';
import { type Reading, readLater, readNow } from './reading.js';
import { loadedKernels } from './wasm/loaded-kernels.js';

/** How far beyond 0..1 rounding may lead. */
const slack = 1e-3;

/** Bits of the greatest float that needs no second look: those of 1. */
const bitsOfOne = 0x3f800000;

/** The data of tensors that were checked, or made of such: values never change, so that one look is enough. */
const checked = /* @__PURE__ */ new WeakSet<object>();

/** Frames or images whose values are to lie in 0..1. */
export interface Values {
  /** What they are called in a message. */
  name: string;
  tensor: tf.Tensor;
  /** Which frame of all the first of these is; 0 if not given. */
  first?: number;
}

const isInside = (value: number) => value >= -slack && value <= 1 + slack;

/** Whether the values of a tensor are known to lie in 0..1. */
export function isChecked(tensor: tf.Tensor): boolean {
  return checked.has(tensor.dataId);
}

/**
 * Says that frames made of others lie in 0..1 where those do, up to what light and interpolation bring: they count as checked where those were.
 *
 * @returns the frames that were made.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { checkedAs, dynamicImage, evenLight } from '@mer/representations';
 *
 * const frames = tf.tensor4d([0.8, 1, 0.4, 0.9], [2, 1, 2, 1]);
 * const even = evenLight({ frames, onset: 0, apex: null, offset: 1 }); // makes 0.9 more than 1
 * const mirrored = checkedAs(tf.reverse(even.frames, 2), even.frames);
 * console.log(dynamicImage({ ...even, frames: mirrored }).shape); // [ 1, 2, 1 ]
 * ```
 *
 * Reference: this project's own.
 */
export function checkedAs<T extends tf.Tensor>(made: T, from: tf.Tensor): T {
  if (isChecked(from)) checked.add(made.dataId);
  return made;
}

/** Says that a tensor needs no look. */
export function markChecked<T extends tf.Tensor>(tensor: T): T {
  checked.add(tensor.dataId);
  return tensor;
}

/** The place of the first value outside of 0..1, or -1. */
function firstOutside(values: Float32Array): number {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  for (let i = 0; i < bits.length; i++) {
    // as whole numbers these are greater: all below 0, above 1, infinite and NaN
    if (bits[i]! > bitsOfOne && !isInside(values[i]!)) return i;
  }
  return -1;
}

function onHost(tensor: tf.Tensor, task: string): number {
  const memory = wasmMemory();
  const kernels = memory && loadedKernels(memory);
  const address = kernels && wasmAddress(tensor);
  if (address !== undefined) return kernels!.firstOutside({ values: address, count: tensor.size, slack });
  return firstOutside(hostValues(tensor, task));
}

/** Where a value stands, in words: frame, row, column and channel as far as there are such. */
function placeOf(index: number, shape: readonly number[], first: number): string {
  const names = ['frame', 'row', 'column', 'channel'].slice(shape.length === 4 ? 0 : 1);
  const places: string[] = [];
  let rest = index;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    places.unshift(`${names[axis]} ${(rest % shape[axis]!) + (axis === 0 ? first : 0)}`);
    rest = Math.floor(rest / shape[axis]!);
  }
  return places.join(', ');
}

function cureOf(value: number, name: string): string {
  if (!Number.isFinite(value)) return 'look for a division by 0, or numbers that are no picture, where it comes from';
  if (value > 1 && value <= 2) return `tf.clipByValue(${name}, 0, 1) cuts off what is too bright`;
  if (value > 1) {
    return `bytes? readImage(path, { range: 'unit' }) reads them as 0..1, and tf.div(${name}, 255) makes them so`;
  }
  return `tf.div(tf.add(${name}, 1), 2) makes 0..1 of -1..1`;
}

function outside(index: number, value: number, { name, tensor, first = 0 }: Values, task: string): RangeError {
  return new RangeError(
    `Cannot ${task} as ${name} must hold finite numbers in 0..1: current value is ${value} at ${placeOf(index, tensor.shape, first)} (${cureOf(value, name.replaceAll("'", ''))}; 'check: false' takes what is there)`,
  );
}

function* checking(all: readonly Values[], task: string): Reading<void> {
  for (const values of all) {
    const { tensor } = values;
    if (isChecked(tensor)) continue;
    if (isHostBackend() || liesInMainMemory(tensor)) {
      const at = onHost(tensor, task);
      if (at >= 0) throw outside(at, hostValues(tensor, task)[at]!, values, task);
    } else {
      // NaN is both least and greatest on every backend
      const [least, greatest] = yield tf.tidy(() => tf.stack([tf.min(tensor), tf.max(tensor)]));
      if (!(isInside(least!) && isInside(greatest!))) {
        const found = yield tf.clone(tensor);
        const at = firstOutside(found);
        throw outside(at, found[at]!, values, task);
      }
    }
    checked.add(tensor.dataId);
  }
}

/**
 * Computes from values that were checked. Where the backend cannot read them at once, what is computed becomes NaN if one is outside of 0..1.
 *
 * @throws {RangeError} that names the first value outside of 0..1; `task` begins the message
 */
export function fromChecked<Out>(all: readonly Values[], task: string, compute: () => Out): Out {
  if (!canReadNow() && !all.every(({ tensor }) => isChecked(tensor) || liesInMainMemory(tensor))) {
    return spoiled(compute(), all);
  }
  readNow(checking(all, task), task);
  return compute();
}

/** {@link fromChecked} on any backend. */
export async function fromCheckedLater<Out>(
  all: readonly Values[],
  task: string,
  compute: () => Out | Promise<Out>,
): Promise<Out> {
  await readLater(checking(all, task));
  return compute();
}

/** The same, or NaN where one of the values is outside of 0..1; takes what was made. */
function spoiled<Out>(made: Out, all: readonly Values[]): Out {
  if (!(made instanceof tf.Tensor)) {
    const { frames } = made as unknown as Clip; // what is no image is a clip
    // frames that are the ones given are checked when they are used
    if (all.some(({ tensor }) => tensor === frames)) return made;
    return { ...made, frames: spoiled(frames, all) };
  }
  const result = tf.tidy(() => {
    const inside = all.map(({ tensor }) =>
      tf.logicalAnd(tf.greaterEqual(tf.min(tensor), -slack), tf.lessEqual(tf.max(tensor), 1 + slack)),
    );
    const every = inside.reduce((both, one) => tf.logicalAnd(both, one));
    return tf.add(made, tf.where(every, tf.scalar(0), tf.scalar(Number.NaN)));
  });
  made.dispose();
  return result as unknown as Out;
}
