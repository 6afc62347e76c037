import type * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';

/** The one tensor among the inputs of a layer. */
export function oneTensor(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
  if (!Array.isArray(inputs)) return inputs;
  if (inputs.length !== 1) {
    throw new TypeError(
      `Cannot call the layer as inputs must be one tensor: current value is a list of ${inputs.length}`,
    );
  }
  return inputs[0]!;
}

/** The one shape among the input shapes of a layer. */
export function oneShape(inputShape: tfl.Shape | tfl.Shape[]): tfl.Shape {
  return Array.isArray(inputShape[0]) ? (inputShape as tfl.Shape[])[0]! : (inputShape as tfl.Shape);
}

/** Throws unless the shape has the rank, and known sizes along the named axes. */
export function checkLayerInput(layer: tfl.layers.Layer, shape: tfl.Shape, form: string): void {
  const rank = form.split(',').length;
  if (shape.length !== rank) {
    throw new TypeError(
      `Cannot build layer ${layer.name} as its input must be ${form}: current value is [${shape.join(', ')}]`,
    );
  }
}
