import * as tf from '@tensorflow/tfjs-core';

/** A class of layers that tfjs can make again from a stored configuration. */
export type LayerClass = tf.serialization.SerializableConstructor<tf.serialization.Serializable>;

const registered = new WeakSet<object>();

/**
 * Makes a class of layers known to `tf.loadLayersModel`, once.
 *
 * @throws {TypeError} where the class has no `className` of its own, by which a stored model finds it
 */
export function registerLayer(layer: LayerClass): void {
  if (registered.has(layer)) return;
  if (!Object.hasOwn(layer, 'className')) {
    throw new TypeError(
      `Cannot make a layer of class ${layer.name} as the class must have a className of its own: write static className = '${layer.name}'`,
    );
  }
  tf.serialization.registerClass(layer, 'Mer');
  registered.add(layer);
}
