import { Activation } from './activation.js';
import { AdaptiveFusion } from './adaptive-fusion.js';
import { BatchNormalization } from './batch-normalization.js';
import { BlockTransformer } from './block-transformer.js';
import { ClassMapAttention } from './class-map-attention.js';
import { ChannelSlice, Difference, Regroup } from './combine.js';
import { ContinuousAttention } from './continuous-attention.js';
import { Conv2d } from './conv2d.js';
import { Conv2dTranspose } from './conv2d-transpose.js';
import { CrossAttention } from './cross-attention.js';
import { DepthwiseConv2d } from './depthwise-conv2d.js';
import { DropPath } from './drop-path.js';
import { ClassToken, PositionEmbedding, TakeToken } from './embedding.js';
import { FeedForward } from './feed-forward.js';
import { FlattenChannelsFirst } from './flatten-channels-first.js';
import { GatedFusion } from './gated-fusion.js';
import { GlobalFeatureBlock } from './global-feature-block.js';
import { GradientAttention } from './gradient-attention.js';
import { Gru } from './gru.js';
import { LayerNormalization } from './layer-normalization.js';
import { Linear } from './linear.js';
import { ConvMlp, LocalFeatureBlock, PatchProjection } from './local-feature-block.js';
import { MagnitudeModulation } from './magnitude-modulation.js';
import { MaxPoolWithPlaces, MaxUnpool2d } from './max-unpool2d.js';
import { MotionAttention } from './motion-attention.js';
import { ParallelConvNorm } from './parallel-conv-norm.js';
import { AvgPool2d, GlobalAveragePool, MaxPool2d } from './pooling.js';
import { RankPooling } from './rank-pooling.js';
import { RecurrentConv } from './recurrent-conv.js';
import { type LayerClass, registerLayer } from './register-layer.js';
import { AdaptiveAvgPool2d, ResizeBilinear2d } from './resample2d.js';
import { Retention } from './retention.js';
import { RetentionBlock } from './retention-block.js';
import { SeededDropout } from './seeded-dropout.js';
import { SelfAttention } from './self-attention.js';
import { SqueezeExcitation } from './squeeze-excitation.js';
import { TransformerBlock } from './transformer-block.js';

/** Makes all layers of this package known to `tf.loadLayersModel`: a stored model may have any of them. */
export function registerLayers(): void {
  const classes: readonly LayerClass[] = [
    RecurrentConv,
    ClassMapAttention,
    BlockTransformer,
    MotionAttention,
    FeedForward,
    Activation,
    AdaptiveAvgPool2d,
    AdaptiveFusion,
    AvgPool2d,
    BatchNormalization,
    ChannelSlice,
    ClassToken,
    ContinuousAttention,
    Conv2d,
    Conv2dTranspose,
    ConvMlp,
    CrossAttention,
    DepthwiseConv2d,
    Difference,
    DropPath,
    FlattenChannelsFirst,
    GatedFusion,
    GlobalAveragePool,
    GlobalFeatureBlock,
    GradientAttention,
    Gru,
    LayerNormalization,
    Linear,
    LocalFeatureBlock,
    MagnitudeModulation,
    MaxPool2d,
    MaxPoolWithPlaces,
    MaxUnpool2d,
    PatchProjection,
    ParallelConvNorm,
    PositionEmbedding,
    RankPooling,
    Regroup,
    ResizeBilinear2d,
    Retention,
    RetentionBlock,
    SeededDropout,
    SelfAttention,
    SqueezeExcitation,
    TakeToken,
    TransformerBlock,
  ];
  for (const layer of classes) registerLayer(layer);
}
