import { exportWeights, loadWeights, modelParameters } from '@mer/models';
import { decodeWeights, encodeWeights, type WeightEncoding } from '@mer/predictor';
import type { LayersModel } from '@tensorflow/tfjs-layers';

/** The weights of a model as the bytes of the file that is exported. */
export async function encodeModel(model: LayersModel, encoding: WeightEncoding): Promise<Uint8Array<ArrayBuffer>> {
  return encodeWeights(await exportWeights(model), { encoding, parameters: modelParameters(model) });
}

/** Puts the weights of a model through an encoding, so that it answers as an exported one does. */
export async function throughEncoding(model: LayersModel, encoding: WeightEncoding): Promise<void> {
  loadWeights(model, decodeWeights(await encodeModel(model, encoding)));
}
