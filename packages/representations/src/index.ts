export type { Clip, FrameSource, Span } from './clip.js';
export { type DynamicImageOptions, dynamicImage } from './dynamic-image.js';
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
