import type * as tfl from '@tensorflow/tfjs-layers';
import { modelParameters, type WeightArray } from '../src/index.js';
import { streamState, uniform } from '../src/random.js';
import { torchShape } from '../src/weights/layouts.js';

/**
 * The made-up state dict that `tools/models/fill.py` draws too: every parameter from the stream of its PyTorch name.
 *
 * Running variances in 0.5..1.5, running means in -0.2..0.2, other 1-D weights in 0.5..1.5, biases in -0.1..0.1, all else
 * in +-sqrt(gain * 3 / fan in), where fan in is the product of all axes but the first.
 */
export function madeUpStateDict(model: tfl.LayersModel, { seed = 1, gain = 2 } = {}): Record<string, WeightArray> {
  return Object.fromEntries(
    modelParameters(model)
      .filter((entry) => !entry.computed)
      .map((entry) => {
        const shape = torchShape(entry.shape, entry.layout);
        return [entry.torchName, { shape, data: madeUpValues(entry.torchName, shape, { seed, gain }) }];
      }),
  );
}

/** The values of one parameter of {@link madeUpStateDict}. */
export function madeUpValues(name: string, shape: readonly number[], { seed = 1, gain = 2 } = {}): Float32Array {
  const size = shape.reduce((product, length) => product * length, 1);
  const state = streamState(seed, name);
  if (name.endsWith('running_var')) return uniform(size, { state, low: 0.5, high: 1.5 });
  if (name.endsWith('running_mean')) return uniform(size, { state, low: -0.2, high: 0.2 });
  if (shape.length <= 1 && name.endsWith('weight')) return uniform(size, { state, low: 0.5, high: 1.5 });
  if (shape.length <= 1) return uniform(size, { state, low: -0.1, high: 0.1 });
  const bound = Math.sqrt((gain * 3) / (size / shape[0]!));
  return uniform(size, { state, low: -bound, high: bound });
}

/** Values in -1..1 from the stream of a name: the inputs of the reference files. */
export function madeUpInput(name: string, size: number, { seed = 1 } = {}): Float32Array {
  return uniform(size, { state: streamState(seed, name), low: -1, high: 1 });
}
