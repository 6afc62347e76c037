import type * as tf from '@tensorflow/tfjs-core';
import type { LayerPass } from './layer-pass.js';

/** What a layer gave, and how often it will be asked for it again. */
interface Given {
  inputs: readonly tf.Tensor[];
  outputs: tf.Tensor[];
  left: number;
}

/**
 * Remembers the outputs of a layer that has several while a model of tfjs-layers that trains asks for each of them.
 *
 * One run of a model gives all its layers the same arguments, one object. So a layer that is called twice on purpose is called twice.
 */
export class OutputsOnce {
  private readonly byRun = new WeakMap<object, Given[]>();

  give<T extends object>(inputs: readonly tf.Tensor[], run: LayerPass | undefined, call: () => T): T {
    if (run === undefined) return call();
    const given = this.byRun.get(run) ?? [];
    const same = given.find((entry) => entry.left > 0 && isThere(entry) && isOf(entry, inputs));
    if (same) {
      same.left -= 1;
      return same.outputs as unknown as T;
    }
    const outputs = call();
    if (Array.isArray(outputs) && outputs.length > 1) {
      this.byRun.set(run, [...given, { inputs, outputs, left: outputs.length - 1 }]);
    }
    return outputs;
  }
}

function isThere({ outputs }: Given): boolean {
  return outputs.every(({ isDisposed }) => !isDisposed);
}

function isOf(given: Given, inputs: readonly tf.Tensor[]): boolean {
  return given.inputs.every((input, i) => input === inputs[i]);
}
