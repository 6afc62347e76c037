import type * as tfl from '@tensorflow/tfjs-layers';

/** Layers that run as in evaluation in training too, and how many have asked for it. */
const still = new WeakMap<tfl.layers.Layer, number>();

/** Whether a layer runs as in evaluation whatever the pass is. */
export function isStill(layer: tfl.layers.Layer): boolean {
  return (still.get(layer) ?? 0) > 0;
}

/** Lets layers run as in evaluation until the function that is given back is called. */
export function holdStill(layers: readonly tfl.layers.Layer[]): () => void {
  const change = (by: number) => {
    for (const layer of layers) still.set(layer, (still.get(layer) ?? 0) + by);
  };
  change(1);
  let held = true;
  return () => {
    if (held) change(-1);
    held = false;
  };
}
