import * as tf from '@tensorflow/tfjs-core';
import { accumulate, isOnlyReference } from './accumulate.js';
import { spending } from './spendable.js';
import type { Tape, TapeNode, TensorPlace } from './tape.js';
import { tensorOf } from './value.js';

/** Options of {@link reversePass}. */
export interface ReversePassOptions {
  /** Ends of the forward pass, and the gradients that flow into them; these are disposed of. */
  from: ReadonlyArray<{ output: TensorPlace; dy: tf.Tensor }>;
  /** Tensors whose gradients are wanted. */
  to: readonly TensorPlace[];
  /**
   * Called with each gradient as soon as nothing can be added to it, in the order in which that happens; the gradient is the callee's to dispose of.
   * Tensors that no gradient reaches are left out.
   */
  onGradient(of: TensorPlace, gradient: tf.Tensor): void;
}

/**
 * Runs a tape backward. Each saved tensor, and each gradient, is freed as soon as the last operation that wants it has run; the tape is empty afterwards.
 */
export function reversePass(tape: Tape, { from, to, onGradient }: ReversePassOptions): void {
  const nodes = pathsTo(tape, new Set(from.map(({ output }) => output.id)));
  const wanted = new Map(to.map((place) => [place.id, place]));
  const gradients = new Map<number, tf.Tensor>();
  const add = ({ id }: TensorPlace, gradient: tf.Tensor) => {
    gradients.set(id, accumulate(gradients.get(id), gradient));
  };
  for (const { output, dy } of from) add(output, dy);
  const usesLeft = new Map<number, number>();
  for (const { inputs } of nodes) {
    for (const { id } of Object.values(inputs)) if (wanted.has(id)) usesLeft.set(id, (usesLeft.get(id) ?? 0) + 1);
  }
  const finish = (id: number) => {
    const gradient = gradients.get(id);
    const place = wanted.get(id)!;
    gradients.delete(id);
    if (gradient) onGradient(place, gradient);
  };
  let made: ReadonlyMap<string, tf.Tensor> = new Map();
  try {
    while (nodes.length > 0) {
      const node = nodes.at(-1)!;
      // a gradient that turned out to be none leads no further
      if (node.outputs.some(({ id }) => gradients.has(id))) made = gradientsOf(node, gradients);
      nodes.pop();
      for (const { id } of node.outputs) {
        if (wanted.has(id)) continue;
        gradients.get(id)?.dispose();
        gradients.delete(id);
      }
      for (const { value } of node.saved) value.release();
      for (const [name, gradient] of made) add(node.inputs[name]!, gradient);
      made = new Map();
      for (const place of Object.values(node.inputs)) {
        const left = usesLeft.get(place.id);
        if (left === undefined) continue;
        usesLeft.set(place.id, left - 1);
        if (left === 1) finish(place.id);
      }
    }
    for (const id of wanted.keys()) if (gradients.has(id)) finish(id);
  } catch (error) {
    // nothing stays behind
    for (const { saved } of nodes) for (const { value } of saved) value.release();
    tf.dispose([...made.values()]);
    throw error;
  } finally {
    tf.dispose([...gradients.values()]);
  }
}

/** Gradients of a node's inputs; what else it makes is freed. */
function gradientsOf(node: TapeNode, gradients: ReadonlyMap<number, tf.Tensor>): Map<string, tf.Tensor> {
  const made = new Map<string, tf.Tensor>();
  const make = () => {
    const dys = node.outputs.map(({ id, shape }) => gradients.get(id) ?? tf.zeros(shape));
    const saved = node.saved.map((view) => tensorOf(view));
    const seen = new Set<tf.Tensor>([...dys, ...saved]);
    const own = dys.filter(isOnlyReference).map(({ dataId }) => dataId);
    spending(own, () => {
      const byInput = node.gradient(dys, saved);
      for (const name of Object.keys(node.inputs)) {
        const derive = byInput[name];
        if (derive === undefined) {
          throw new Error(`Cannot compute a gradient as that of ${node.kernelName} by ${name} is missing`);
        }
        const gradient = tf.tidy(derive as () => tf.Tensor) as tf.Tensor | undefined;
        if (gradient === undefined) continue;
        // a gradient may be handed through, or be the same for two inputs: a reference each
        made.set(name, tf.keep(seen.has(gradient) ? tf.clone(gradient) : gradient));
        seen.add(made.get(name)!);
      }
    });
  };
  try {
    tf.tidy(make);
  } catch (error) {
    tf.dispose([...made.values()]);
    throw error;
  }
  return made;
}

/** Takes the nodes that lead to some tensors from a tape; the others give up what they saved. */
function pathsTo(tape: Tape, ends: Set<number>): TapeNode[] {
  const found: TapeNode[] = [];
  for (const node of tape.nodes.splice(0).reverse()) {
    if (node.outputs.some(({ id }) => ends.has(id))) {
      for (const { id } of Object.values(node.inputs)) ends.add(id);
      found.push(node);
    } else {
      for (const { value } of node.saved) value.release();
    }
  }
  return found.reverse();
}
