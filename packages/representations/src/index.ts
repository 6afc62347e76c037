export { gaussianBlur } from './blur.js';
export type { Clip, FrameSource, Span } from './clip.js';
export {
  type DualPhaseOptions,
  dualPhaseDynamicImage,
  type PhaseImage,
  type Phases,
  phaseAugmentation,
  phasesOf,
} from './dual-phase.js';
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
export {
  type FrameIntensitiesOptions,
  frameIntensities,
  type IntensityMeasure,
  intensityMeasures,
  type Region,
} from './intensity.js';
export {
  type IntensityWeights,
  intensityWeights,
  type MotionIntensityOptions,
  motionIntensityDynamicImage,
} from './motion-intensity.js';
export { type RankPoolingOptions, rankPooling } from './rank-pooling.js';
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
export {
  DynamicImageStream,
  type DynamicImageStreamOptions,
  type SlidingDynamicImagesOptions,
  slidingDynamicImages,
} from './sliding-window.js';
export { type TemporalRankedOptions, temporalRankedDynamicImage } from './temporal-ranked.js';
