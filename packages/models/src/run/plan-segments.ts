import type * as tfl from '@tensorflow/tfjs-layers';
import { ownLayer } from '../layers/own-layer.js';
import { graphOf } from './graph.js';

/** A layer made of others keeps several times its output inside. */
const INSIDE = 8;

/** Options of {@link planSegments}. */
export interface PlanSegmentsOptions {
  /** Where the network begins, as in {@link runModel}. */
  from?: number | undefined;
}

/**
 * Where to cut a network into about so many stretches that are run again one by one in the reverse pass: where little crosses, such that no stretch holds
 * much more than its share.
 *
 * @param model - any model of layers
 * @param count - how many stretches are wanted; fewer where the network has no more places
 * @param options - where the network begins
 * @returns `cuts` for {@link runModel}
 *
 * @example
 * ```ts
 * import { createModel, planSegments } from '@mer/models';
 *
 * console.log(planSegments(createModel('ststnet', { classes: 3 }), 1)); // []
 * ```
 *
 * Reference: Chen, Xu, Zhang, Guestrin 2016, arXiv 1604.06174; the choice of places is this project's.
 */
export function planSegments(model: tfl.LayersModel, count: number, { from = 0 }: PlanSegmentsOptions = {}): number[] {
  const { steps: all, inputs, outputs, count: values } = graphOf(model);
  const steps = all.slice(from);
  const lastReader = new Array<number>(values).fill(-1);
  steps.forEach((step, i) => {
    for (const place of step.inputs) lastReader[place] = i;
  });
  for (const place of outputs) lastReader[place] = steps.length;
  const inside = steps.map(({ layer, sizes }) => {
    const own = sizes.reduce((sum, size) => sum + size, 0);
    return (ownLayer(layer)?.parts.length ?? 0) > 1 ? INSIDE * own : own;
  });
  const crossing = steps.map((_step, i) =>
    steps.slice(0, i + 1).reduce((sum, step) => {
      const live = step.outputs.map((place, k) =>
        lastReader[place]! > i && !inputs.includes(place) ? step.sizes[k]! : 0,
      );
      return sum + live.reduce((total, size) => total + size, 0);
    }, 0),
  );
  const share = inside.reduce((sum, size) => sum + size, 0) / count;
  const cuts: number[] = [];
  let start = 0;
  while (start < steps.length) {
    let held = 0;
    let best = -1;
    for (let i = start; i < steps.length - 1; i++) {
      held += inside[i]!;
      if (best >= 0 && held > 1.5 * share) break;
      if (held >= share / 2 && (best < 0 || crossing[i]! <= crossing[best]!)) best = i;
    }
    const rest = inside.slice(start).reduce((sum, size) => sum + size, 0);
    if (best < 0 || rest <= share) break;
    start = best + 1;
    cuts.push(from + start);
  }
  return cuts;
}
