import { freezeLayers, parametersNamed } from '@mer/models';
import type * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { TrainingSettings } from './settings.js';

/** Freezes what settings name; gives a function that lets it train again. */
export function freezeFor(model: LayersModel, { freeze }: Pick<TrainingSettings, 'freeze'>): () => void {
  if (freeze === undefined) return () => {};
  const { layers, statistics } = 'layers' in freeze ? freeze : { layers: freeze, statistics: undefined };
  return freezeLayers(model, layers, statistics && { statistics });
}

/** Freezes layers and finds the learning rates of others; where something is wrong nothing is frozen. */
export function groupLayers(
  model: LayersModel,
  settings: Pick<TrainingSettings, 'freeze' | 'groups' | 'optimizer'>,
): { shares: Map<tf.Variable, number>; thaw: () => void } {
  const thaw = freezeFor(model, settings);
  try {
    return { shares: learningRateShares(model, settings), thaw };
  } catch (error) {
    thaw();
    throw error;
  }
}

/**
 * Of the weights whose learning rate is another: its ratio to that of the rest.
 *
 * @throws RangeError where a layer is in two groups, as in PyTorch, or a group has nothing that trains
 */
function learningRateShares(
  model: LayersModel,
  { groups = [], optimizer }: Pick<TrainingSettings, 'groups' | 'optimizer'>,
): Map<tf.Variable, number> {
  const shares = new Map<tf.Variable, number>();
  const trained = new Set(model.trainableWeights);
  for (const { layers, learningRate } of groups) {
    const parameters = parametersNamed(model, layers).filter(({ variable }) => trained.has(variable));
    if (parameters.length === 0) {
      throw new RangeError(
        `Cannot train as each of groups must have a layer that trains: those of ${layers.join(', ')} are frozen`,
      );
    }
    for (const { variable, torchName } of parameters) {
      const weight = variable.read() as tf.Variable;
      if (shares.has(weight)) {
        throw new RangeError(`Cannot train as a layer must be in one of groups: ${torchName} is in two`);
      }
      shares.set(weight, learningRate / optimizer.learningRate);
    }
  }
  return shares;
}
