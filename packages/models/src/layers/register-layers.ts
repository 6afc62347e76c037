import * as tf from '@tensorflow/tfjs-core';
import { Activation } from './activation.js';
import { BatchNormalization } from './batch-normalization.js';
import { Conv2d } from './conv2d.js';
import { DropPath } from './drop-path.js';
import { FlattenChannelsFirst } from './flatten-channels-first.js';
import { Linear } from './linear.js';
import { AvgPool2d, GlobalAveragePool, MaxPool2d } from './pooling.js';
import { SeededDropout } from './seeded-dropout.js';

/**
 * Makes this package's layers known to `tf.loadLayersModel`; {@link loadModel} and every network do it by themselves.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { registerLayers } from '@mer/models';
 *
 * registerLayers();
 * console.log(tf.serialization.getRegisteredName(tf.serialization.SerializationMap.getMap().classNameMap['MerConv2d']![0] as never)); // Mer>MerConv2d
 * ```
 */
export function registerLayers(): void {
  const classes = [
    Activation,
    AvgPool2d,
    BatchNormalization,
    Conv2d,
    DropPath,
    FlattenChannelsFirst,
    GlobalAveragePool,
    Linear,
    MaxPool2d,
    SeededDropout,
  ];
  for (const layer of classes) tf.serialization.registerClass(layer as never, 'Mer');
}
