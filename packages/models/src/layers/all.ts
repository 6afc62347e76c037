/**
 * Every layer that the package exports. A layer is its file and its line here.
 */

export { Activation, type ActivationArgs, type ActivationName } from './activation.js';
export * from './adaptive-fusion.js';
export {
  BatchNormalization,
  type BatchNormalizationArgs,
} from './batch-normalization.js';
export * from './block-transformer.js';
export * from './causal-relations.js';
export * from './channel-gated-fusion.js';
export { ChannelGraphConv, type ChannelGraphConvArgs } from './channel-graph-conv.js';
export * from './class-map-attention.js';
export { ChannelSlice, type ChannelSliceArgs, Difference, Regroup, type RegroupArgs } from './combine.js';
export * from './continuous-attention.js';
export * from './conv2d.js';
export * from './conv2d-transpose.js';
export * from './convolutional-attention.js';
export * from './correlation.js';
export * from './cross-attention.js';
export * from './depthwise-conv2d.js';
export * from './drop-path.js';
export * from './efficient-channel-attention.js';
export * from './embedding.js';
export * from './expression-proposal.js';
export * from './feed-forward.js';
export * from './flatten-channels-first.js';
export * from './full-context-conv.js';
export * from './gated-fusion.js';
export * from './global-feature-block.js';
export { GradientAttention, type GradientAttentionArgs } from './gradient-attention.js';
export * from './gru.js';
export { heldMasks, setDropoutStep } from './held-masks.js';
export type { KernelStart } from './kernel-start.js';
export * from './layer-normalization.js';
export type { BatchRows, LayerPass } from './layer-pass.js';
export type { LayerTraits } from './layer-traits.js';
export { Linear, type LinearArgs } from './linear.js';
export { LocalFeatureBlock, type LocalFeatureBlockArgs } from './local-feature-block.js';
export * from './lstm.js';
export * from './magnitude-modulation.js';
export * from './max-unpool2d.js';
export * from './motion-attention.js';
export * from './motion-magnification.js';
export * from './multi-scale-attention.js';
export {
  type LayerArgs,
  type LayerParameter,
  NetworkLayer,
  type NetworkLayerArgs,
  type ParameterSpec,
} from './network-layer.js';
export * from './parallel-conv-norm.js';
export type { ParameterStart } from './parameter-start.js';
export * from './pooling.js';
export * from './rank-pooling.js';
export * from './recurrent-conv.js';
export type { LayerClass } from './register-layer.js';
export {
  AdaptiveAvgPool2d,
  type Resample2dArgs,
  ResizeBilinear2d,
  type ResizeBilinear2dArgs,
} from './resample2d.js';
export { Retention, type RetentionArgs } from './retention.js';
export * from './retention-block.js';
export { SeededDropout, type SeededDropoutArgs } from './seeded-dropout.js';
export * from './self-attention.js';
export * from './space-time-conv.js';
export * from './squeeze-excitation.js';
export * from './stored-weights.js';
export { TakeFrames, type TakeFramesArgs } from './take-frames.js';
export * from './temporal-shift.js';
export * from './transformer-block.js';
export * from './vit-block.js';
