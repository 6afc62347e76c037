import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { type LayerClass, registerLayer } from './layers/register-layer.js';
import { registerLayers } from './layers/register-layers.js';

/** Options of {@link loadModel}. */
export interface LoadModelOptions {
  /** Own classes of layers in the model; those of which a layer was made before are known already. */
  layers?: readonly LayerClass[];
}

/**
 * Loads a model that was stored with `model.save(…)`, with this package's layers known to tfjs.
 *
 * @param source - A URL, or an io handler such as `tf.io.fromMemory(…)`.
 * @param options - own layers
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { createStstNet, loadModel } from '@mer/models';
 *
 * let stored: tf.io.ModelArtifacts | undefined;
 * await createStstNet({ classes: 3 }).save(
 *   tf.io.withSaveHandler(async (artifacts) => {
 *     stored = artifacts;
 *     return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' } };
 *   }),
 * );
 * const model = await loadModel(tf.io.fromMemory(stored!));
 * console.log(model.name); // ststnet
 * ```
 */
export async function loadModel(
  source: string | tf.io.IOHandler,
  { layers = [] }: LoadModelOptions = {},
): Promise<tfl.LayersModel> {
  if (!(tfl.layers.Layer.prototype instanceof tf.serialization.Serializable)) {
    throw new Error(
      'Cannot load a model as @tensorflow/tfjs-core must be installed once: @tensorflow/tfjs-layers has a copy of its own, which does not know the layers of @mer/models; ' +
        'run "npm ls @tensorflow/tfjs-core", and give every package of tfjs the same version',
    );
  }
  registerLayers();
  for (const layer of layers) registerLayer(layer);
  return tfl.loadLayersModel(source);
}
