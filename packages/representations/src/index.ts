export type { Clip, FrameSource, Span } from './clip.js';
export { type DynamicImageOptions, dynamicImage } from './dynamic-image.js';
export { type FarnebackOptions, farnebackFlow } from './flow/farneback.js';
export { type HornSchunckOptions, hornSchunckFlow } from './flow/horn-schunck.js';
export {
  type FlowChoice,
  type FlowMethod,
  type FlowSequenceOptions,
  flowMethods,
  flowSequence,
  opticalFlow,
} from './flow/optical-flow.js';
export type { FlowImage } from './flow/pair.js';
export { type Tvl1Options, tvl1Flow, tvl1Presets } from './flow/tvl1.js';
export { toGrey } from './grey.js';
export { type RankVariant, type RankWeightsOptions, rankVariants, rankWeights } from './rank-weights.js';
export {
  createRepresentation,
  type ImageShape,
  type Representation,
  type RepresentationName,
  representationEntry,
  representations,
} from './registry.js';
export { type ScaleMotionOptions, type Scaling, scaleMotion, scalings } from './scaling.js';
