export * from './create-model.js';
export * from './layers/activation.js';
export { BatchNormalization, type BatchNormalizationArgs } from './layers/batch-normalization.js';
export * from './layers/conv2d.js';
export * from './layers/drop-path.js';
export * from './layers/flatten-channels-first.js';
export * from './layers/linear.js';
export {
  type LayerParameter,
  NetworkLayer,
  type NetworkLayerArgs,
  type ParameterSpec,
  type ParameterStart,
} from './layers/network-layer.js';
export { AvgPool2d, GlobalAveragePool, MaxPool2d, type Pool2dArgs } from './layers/pooling.js';
export * from './layers/register-layers.js';
export { SeededDropout, type SeededDropoutArgs, setDropoutStep } from './layers/seeded-dropout.js';
export * from './load-model.js';
export * from './random.js';
export * from './registry.js';
export * from './small-cnn.js';
export * from './stst-net.js';
export * from './weights/export-weights.js';
export type { ParameterLayout } from './weights/layouts.js';
export * from './weights/load-weights.js';
export * from './weights/model-parameters.js';
