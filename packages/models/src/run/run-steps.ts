import type * as tf from '@tensorflow/tfjs-core';
import type { LayerPass } from '../layers/layer-pass.js';
import type { GraphStep } from './graph.js';
import { isStill } from './still-layers.js';

/** Runs calls one after the other; values are freed after their last reader here, unless they are to stay. */
export function runSteps(
  steps: readonly GraphStep[],
  values: Map<number, tf.Tensor>,
  staying: ReadonlySet<number>,
  pass: LayerPass,
): void {
  const readers = new Map<number, number>();
  for (const { inputs } of steps) for (const place of inputs) readers.set(place, (readers.get(place) ?? 0) + 1);
  for (const { layer, inputs, outputs, callArgs, rectified } of steps) {
    const given = inputs.map((place) => values.get(place)!);
    const own = isStill(layer) ? { ...pass, training: false } : pass;
    const made = layer.apply(given.length === 1 ? given[0]! : given, { ...callArgs, ...own, rectified } as never);
    [made].flat().forEach((tensor, i) => {
      values.set(outputs[i]!, tensor as tf.Tensor);
    });
    for (const place of inputs) {
      const left = readers.get(place)! - 1;
      readers.set(place, left);
      if (left === 0 && !staying.has(place)) values.get(place)!.dispose();
    }
  }
}
