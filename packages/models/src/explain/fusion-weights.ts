import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { AdaptiveFusion } from '../layers/adaptive-fusion.js';
import { GatedFusion } from '../layers/gated-fusion.js';
import { evaluate, inputValues } from './evaluate.js';

/**
 * How much of each branch a network takes, per sample: the gates of its fusion layers, by `<layer>/<gate>`.
 *
 * | layer | gates |
 * | --- | --- |
 * | {@link AdaptiveFusion} (AFN) | `stream` `[batch, 2]`: the weight of each stream, which sum to 1; `channel` `[batch, features]`: share of the first stream per channel |
 * | {@link GatedFusion} (FMANet) | `gate` `[batch, height, width, channels]`: share of the first map per pixel and channel |
 *
 * Inputs as for `model.predict`. The tensors belong to the caller. A network without such layers gives an empty record.
 *
 * @throws {TypeError} when the inputs do not fit, for example a sample without batch axis.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { createModel, fusionWeights } from '@mer/models';
 *
 * const model = createModel('afn', { classes: 5, preset: 'small' });
 * const weights = fusionWeights(model, [tf.ones([2, 48, 48, 3]), tf.ones([2, 48, 48, 3])]);
 * console.log(Object.keys(weights)); // [ 'fusion/stream', 'fusion/channel' ]
 * console.log(weights['fusion/stream']!.shape); // [ 2, 2 ]
 * ```
 */
export function fusionWeights(
  model: tfl.LayersModel,
  inputs: tf.Tensor | readonly tf.Tensor[],
): Record<string, tf.Tensor> {
  const given = inputValues(`read the fusion weights of ${model.name}`, model, inputs);
  const layers = model.layers.filter(
    (layer): layer is AdaptiveFusion | GatedFusion => layer instanceof AdaptiveFusion || layer instanceof GatedFusion,
  );
  return tf.tidy(() => {
    const branches = layers.flatMap((layer) => layer.inboundNodes[0]!.inputTensors);
    const values = evaluate(branches, given);
    const weights: Record<string, tf.Tensor> = {};
    layers.forEach((layer, index) => {
      const [first, second] = [values[2 * index]!, values[2 * index + 1]!];
      if (layer instanceof GatedFusion) {
        weights[`${layer.name}/gate`] = layer.gates(first, second);
        return;
      }
      const { stream, channel } = layer.gates(first, second);
      weights[`${layer.name}/stream`] = stream;
      weights[`${layer.name}/channel`] = channel;
    });
    return weights;
  });
}
