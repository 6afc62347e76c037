import type * as tfl from '@tensorflow/tfjs-layers';
import { type OwnLayer, withParts } from './own-layer.js';

/** Layers that draw masks, one after the other, and how many each has drawn. */
function dropsOf(layers: readonly unknown[]): (OwnLayer & { step: number })[] {
  return layers
    .flatMap(withParts)
    .filter((layer): layer is OwnLayer & { step: number } => layer.traits.drawsMasks === true);
}

/**
 * Sets the next mask of every dropout layer of a model: with 0, a second run draws the masks of the first.
 *
 * Returns how many layers were set.
 */
export function setDropoutStep(model: tfl.LayersModel, step = 0): number {
  const layers = dropsOf(model.layers);
  for (const layer of layers) layer.step = step;
  return layers.length;
}

/**
 * Notes which masks a model's dropout layers draw next.
 *
 * @param model - any model of layers
 * @returns a function after which they draw those again, however many they have drawn
 *
 * @example
 * ```ts
 * import { createModel, heldMasks } from '@mer/models';
 *
 * const again = heldMasks(createModel('ststnet', { classes: 3 }));
 * again();
 * ```
 */
export function heldMasks(model: tfl.LayersModel): () => void {
  return holdMasks(model.layers);
}

/** The same for some layers and their parts. */
export function holdMasks(layers: readonly tfl.layers.Layer[]): () => void {
  const drops = dropsOf(layers);
  const steps = drops.map(({ step }) => step);
  return () => {
    drops.forEach((drop, i) => {
      drop.step = steps[i]!;
    });
  };
}
