import * as layers from './all.js';
import { type LayerClass, registerLayer } from './register-layer.js';

/** Makes all layers of this package known to `tf.loadLayersModel`: a stored model may have any of them. */
export function registerLayers(): void {
  for (const value of Object.values<unknown>(layers)) {
    if (typeof value === 'function' && Object.hasOwn(value, 'className')) registerLayer(value as unknown as LayerClass);
  }
}
