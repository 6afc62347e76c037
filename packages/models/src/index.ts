/**
 * The networks of micro-expression recognition, and weights from their authors.
 *
 * @module @mer/models
 */

export * from './afn.js';
export * from './backbones/densenet121.js';
export * from './backbones/efficientnet-b0.js';
export { createResNet18, createResNet50, type ResNetOptions } from './backbones/resnet.js';
export * from './backbones/vgg19.js';
export * from './backbones/vit-b16.js';
export * from './create-model.js';
export * from './dianet.js';
export type { ColormapName } from './explain/colormaps.js';
export * from './explain/fusion-weights.js';
export * from './explain/grad-cam.js';
export * from './explain/overlay-heat-map.js';
export * from './fdp.js';
export * from './fmanet.js';
export * from './htnet.js';
export * from './layer-table.js';
export * from './layers/activation.js';
export * from './layers/adaptive-fusion.js';
export * from './layers/batch-normalization.js';
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
export * from './layers/layer-normalization.js';
export type { BatchRows, LayerPass } from './layers/layer-pass.js';
export { Linear, type LinearArgs } from './layers/linear.js';
export { LocalFeatureBlock, type LocalFeatureBlockArgs } from './layers/local-feature-block.js';
export * from './layers/magnitude-modulation.js';
export * from './layers/max-unpool2d.js';
export * from './layers/motion-attention.js';
export {
  type KernelStart,
  type LayerParameter,
  NetworkLayer,
  type NetworkLayerArgs,
  type ParameterSpec,
  type ParameterStart,
} from './layers/network-layer.js';
export * from './layers/parallel-conv-norm.js';
export * from './layers/pooling.js';
export * from './layers/rank-pooling.js';
export * from './layers/recurrent-conv.js';
export * from './layers/register-layers.js';
export {
  AdaptiveAvgPool2d,
  type Resample2dArgs,
  ResizeBilinear2d,
  type ResizeBilinear2dArgs,
} from './layers/resample2d.js';
export * from './layers/retention.js';
export * from './layers/retention-block.js';
export { heldMasks, SeededDropout, type SeededDropoutArgs, setDropoutStep } from './layers/seeded-dropout.js';
export * from './layers/self-attention.js';
export * from './layers/squeeze-excitation.js';
export * from './layers/transformer-block.js';
export * from './learnet.js';
export * from './load-model.js';
export * from './meganet.js';
export * from './mmnet.js';
export type { ModelEntry, ModelInput, PublishedResult } from './model-entry.js';
export * from './off-apex-net.js';
export * from './random.js';
export * from './rcn-a.js';
export * from './registry.js';
export * from './run/plan-segments.js';
export * from './run/run-model.js';
export * from './small-cnn.js';
export * from './stst-net.js';
export * from './tsfmicro.js';
export * from './weights/export-weights.js';
export type { ParameterLayout } from './weights/layouts.js';
export * from './weights/load-backbone.js';
export * from './weights/load-weights.js';
export * from './weights/model-parameters.js';
export * from './weights/save-weights.js';
