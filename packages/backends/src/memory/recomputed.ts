import * as tf from '@tensorflow/tfjs-core';
import { accumulate } from './accumulate.js';
import { reversePass } from './reverse-pass.js';
import { Tape } from './tape.js';

/** A part of a batch. */
export interface Rows {
  first: number;
  count: number;
  /** Rows of the whole batch. */
  total: number;
}

/** How {@link recomputed} runs something. */
export interface RecomputedPass {
  /** True in the reverse pass: whatever the run does besides, such as running statistics, was done before. */
  again: boolean;
  /** Which rows of the batch it is given. */
  rows: Rows;
}

/** Options of {@link recomputed}. */
export interface RecomputedOptions {
  /** What it takes, the batch along the first axis: so many rows, or a multiple where a sample has several. */
  inputs: readonly tf.Tensor[];
  /** Samples of the batch; as many as the shortest input has rows by default. */
  batch?: number;
  /** Variables that it reads. */
  variables: readonly tf.Variable[];
  /** Into how many parts the batch is split; only where rows do not depend on each other. 1 by default. */
  parts?: number;
  /** Whether cheap values are made again inside too; true by default. */
  remake?: boolean;
}

/**
 * Runs something of which {@link valueAndGradients} shall keep nothing but the inputs: the reverse pass runs it once more to have what its gradients
 * need. With `parts` it runs on one part of the batch after the other, both times, so that no more than a part's inner tensors are there at once.
 *
 * Gradients of the variables are sums over the parts, so rounding differs in the last digits; with one part they are those of a plain run.
 *
 * @param run - gives tensors whose first axis is the batch's; the same each time for the same rows
 * @param options - inputs, variables, parts
 * @returns its outputs for the whole batch
 *
 * @example
 * ```ts
 * import '@tensorflow/tfjs-layers';
 * import { recomputed, useBackend, valueAndGradients } from '@mer/backends';
 * import * as tf from '@tensorflow/tfjs-core';
 *
 * await useBackend('cpu');
 * const w = tf.variable(tf.scalar(3), true, 'w2');
 * const x = tf.tensor1d([1, 2]);
 * const f = () => {
 *   const [y] = recomputed(([part]) => [tf.mul(tf.square(w), part!)], { inputs: [x], variables: [w], parts: 2 });
 *   return tf.sum(y!) as tf.Scalar;
 * };
 * console.log(valueAndGradients(f, { variables: [w] }).gradients['w2']!.dataSync()[0]); // 18
 * ```
 *
 * Reference: Chen, Xu, Zhang, Guestrin 2016, arXiv 1604.06174.
 */
export function recomputed(
  run: (inputs: tf.Tensor[], pass: RecomputedPass) => tf.Tensor[],
  {
    inputs,
    batch = Math.min(...inputs.map(({ shape }) => shape[0]!)),
    variables,
    parts = 1,
    remake = true,
  }: RecomputedOptions,
): tf.Tensor[] {
  const all = partsOf(batch, parts);
  const tape = Tape.current;
  const first = (rows: Rows) => tf.tidy(() => run(cut(inputs, rows), { again: false, rows }));
  const forward = () => tf.tidy(() => join(all.map(first)));
  if (tape === undefined) return forward();
  const outputs = Tape.pause(forward);
  const named: tf.NamedTensorMap = Object.fromEntries([...inputs, ...variables].map((tensor, i) => [`${i}`, tensor]));
  const needed = Object.keys(tape.needed(named) ?? {}).map(Number);
  tape.push({
    kernelName: 'Recomputed',
    inputs: named,
    outputs,
    saved: inputs.map((input) => tape.viewOf(input)),
    gradient(dys, saved) {
      const sums = new Map<number, tf.Tensor>();
      const pieces = new Map<number, tf.Tensor[]>();
      const derive = (rows: Rows) => {
        const given = cut(saved, rows);
        const sources = needed.map((i) => ({ i, tensor: given[i] ?? variables[i - inputs.length]! }));
        const inner = new Tape(
          sources.map(({ tensor }) => tensor),
          { remake },
        );
        const made = inner.record(() => tf.tidy(() => run(given, { again: true, rows })));
        const slopes = cut(dys, rows);
        reversePass(inner, {
          from: made.map((output, k) => ({ output, dy: slopes[k]! })),
          to: sources.map(({ tensor }) => tensor),
          onGradient({ id }, gradient) {
            const { i } = sources.find(({ tensor }) => tensor.id === id)!;
            if (i < inputs.length) pieces.set(i, [...(pieces.get(i) ?? []), gradient]);
            else sums.set(i, accumulate(sums.get(i), gradient));
          },
        });
        tf.dispose(made);
        tf.dispose(given);
      };
      const joined = (i: number): tf.Tensor | undefined => {
        const list = pieces.get(i);
        if (list === undefined) return sums.get(i);
        if (list.length === 1) return list[0]!;
        const whole = tf.concat(list, 0);
        tf.dispose(list);
        return whole;
      };
      try {
        for (const rows of all) derive(rows);
        const gradients = needed.map((i) => [`${i}`, joined(i)] as const);
        return Object.fromEntries(gradients.map(([name, gradient]) => [name, () => gradient]));
      } catch (error) {
        tf.dispose([...sums.values(), ...[...pieces.values()].flat()]);
        throw error;
      }
    },
  });
  return outputs;
}

/** Parts of nearly equal size. */
function partsOf(total: number, parts: number): Rows[] {
  const size = Math.ceil(total / Math.min(parts, total));
  return Array.from({ length: Math.ceil(total / size) }, (_, i) => ({
    first: i * size,
    count: Math.min(size, total - i * size),
    total,
  }));
}

/** The rows of each tensor; of one that has several for each row of the batch, all of them. New tensors in any case. */
function cut(tensors: readonly tf.Tensor[], { first, count, total }: Rows): tf.Tensor[] {
  return tensors.map((tensor) => {
    if (count === total) return tf.clone(tensor);
    const each = tensor.shape[0]! / total;
    const rest = tensor.shape.slice(1);
    return tf.slice(tensor, [first * each, ...rest.map(() => 0)], [count * each, ...rest]);
  });
}

/** Puts the outputs of the parts together. */
function join(parts: tf.Tensor[][]): tf.Tensor[] {
  if (parts.length === 1) return parts[0]!;
  return parts[0]!.map((_, i) =>
    tf.concat(
      parts.map((outputs) => outputs[i]!),
      0,
    ),
  );
}
