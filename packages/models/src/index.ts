/**
 * The networks of micro-expression recognition, anybody's own beside them, and weights from their authors.
 *
 * @module @mer/models
 */

export { createModel, presetOption } from './create-model.js';
export * from './define-model.js';
export type { ColormapName } from './explain/colormaps.js';
export * from './explain/fusion-weights.js';
export * from './explain/grad-cam.js';
export * from './explain/overlay-heat-map.js';
export * from './fdp-loss.js';
export * from './find-model.js';
export * from './layer-table.js';
export { Activation, type ActivationArgs, type ActivationName } from './layers/activation.js';
export * from './layers/adaptive-fusion.js';
export {
  BatchNormalization,
  type BatchNormalizationArgs,
} from './layers/batch-normalization.js';
export * from './layers/block-transformer.js';
export * from './layers/class-map-attention.js';
export { ChannelSlice, type ChannelSliceArgs, Difference, Regroup, type RegroupArgs } from './layers/combine.js';
export * from './layers/continuous-attention.js';
export * from './layers/conv2d.js';
export * from './layers/conv2d-transpose.js';
export * from './layers/cross-attention.js';
export * from './layers/depthwise-conv2d.js';
export * from './layers/drop-path.js';
export * from './layers/embedding.js';
export * from './layers/feed-forward.js';
export * from './layers/flatten-channels-first.js';
export * from './layers/gated-fusion.js';
export * from './layers/global-feature-block.js';
export { GradientAttention, type GradientAttentionArgs } from './layers/gradient-attention.js';
export * from './layers/gru.js';
export type { KernelStart } from './layers/kernel-start.js';
export * from './layers/layer-normalization.js';
export type { BatchRows, LayerPass } from './layers/layer-pass.js';
export type { LayerTraits } from './layers/layer-traits.js';
export { Linear, type LinearArgs } from './layers/linear.js';
export { LocalFeatureBlock, type LocalFeatureBlockArgs } from './layers/local-feature-block.js';
export * from './layers/magnitude-modulation.js';
export * from './layers/max-unpool2d.js';
export * from './layers/motion-attention.js';
export {
  type LayerArgs,
  type LayerParameter,
  NetworkLayer,
  type NetworkLayerArgs,
  type ParameterSpec,
} from './layers/network-layer.js';
export * from './layers/parallel-conv-norm.js';
export type { ParameterStart } from './layers/parameter-start.js';
export * from './layers/pooling.js';
export * from './layers/rank-pooling.js';
export * from './layers/recurrent-conv.js';
export type { LayerClass } from './layers/register-layer.js';
export {
  AdaptiveAvgPool2d,
  type Resample2dArgs,
  ResizeBilinear2d,
  type ResizeBilinear2dArgs,
} from './layers/resample2d.js';
export { Retention, type RetentionArgs } from './layers/retention.js';
export * from './layers/retention-block.js';
export { heldMasks, SeededDropout, type SeededDropoutArgs, setDropoutStep } from './layers/seeded-dropout.js';
export * from './layers/self-attention.js';
export * from './layers/squeeze-excitation.js';
export * from './layers/transformer-block.js';
export * from './load-model.js';
export * from './network-options.js';
export * from './networks.js';
export * from './registry.js';
export * from './run/plan-segments.js';
export * from './run/run-model.js';
export * from './weights/export-weights.js';
export type { ParameterLayout } from './weights/layouts.js';
export * from './weights/load-backbone.js';
export * from './weights/load-weights.js';
export * from './weights/model-parameters.js';
export * from './weights/save-weights.js';
