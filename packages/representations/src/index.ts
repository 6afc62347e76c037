/**
 * The motion pictures of micro-expression recognition: dynamic images, optical flow, strain.
 *
 * @module @mer/representations
 */

export { gaussianBlur } from './blur.js';
export type { Clip, FrameLandmarks, FrameSource, Landmarks, Span } from './clip.js';
export { type ClipWindowsOptions, clipWindows } from './clip-windows.js';
export {
  type CombinedFlowOptions,
  combinedFlow,
  type MagnitudeModulatedFlowOptions,
  magnitudeModulatedFlow,
} from './combined-flow.js';
export {
  type ContactSheetOptions,
  contactSheet,
  contactSheetAsync,
  displayImage,
  displayImageAsync,
  type SheetTile,
} from './contact-sheet.js';
export {
  type DualPhaseOptions,
  dualPhaseDynamicImage,
  type PhaseImage,
  type Phases,
  phaseAugmentation,
  phasesOf,
} from './dual-phase.js';
export { type DynamicImageOptions, dynamicImage } from './dynamic-image.js';
export { type AlignOptions, align, alignClip } from './face/align.js';
export {
  createFaceApiDetector,
  type FaceApi,
  type FaceApiNet,
  type FaceApiOptions,
  type FaceApiTask,
} from './face/face-api.js';
export {
  type DetectLandmarksOptions,
  detectLandmarks,
  type LandmarkDetector,
  parseLandmarks,
} from './face/landmarks.js';
export {
  eyeCentres,
  type FaceLayout,
  type FaceTransformOptions,
  faceLayouts,
  faceTransform,
  type Transform,
} from './face/transform.js';
export { type WarpFramesOptions, warpFrames } from './face/warp-frames.js';
export { type FlowColorOptions, flowToColor } from './flow/color.js';
export { type FarnebackOptions, farnebackFlow } from './flow/farneback.js';
export {
  type FlowColorImageOptions,
  type FlowImageOptions,
  flowColorImage,
  flowImage,
  type Mark,
  subtractHeadMotion,
  type UvStrainOptions,
  uvStrainImage,
} from './flow/flow-image.js';
export { type HornSchunckOptions, hornSchunckFlow } from './flow/horn-schunck.js';
export {
  type FlowChoice,
  type FlowMethod,
  type FlowSequenceOptions,
  flowMethods,
  flowSequence,
  opticalFlow,
} from './flow/optical-flow.js';
export {
  type BiWoofOptions,
  biWoof,
  type HoofOptions,
  hoof,
  type OrientedHistogramOptions,
  orientedHistogram,
} from './flow/oriented-histogram.js';
export type { FlowImage } from './flow/pair.js';
export {
  flowMagnitude,
  flowOrientation,
  type OpticalStrainOptions,
  opticalStrain,
  type StrainDifferences,
} from './flow/strain.js';
export { type Tvl1Options, tvl1Flow, tvl1Presets } from './flow/tvl1.js';
export {
  type FrameDifferenceOptions,
  type FrameImageOptions,
  frameDifference,
  frameImage,
} from './frame-images.js';
export { toGrey } from './grey.js';
export {
  grey,
  type MultiplyOptions,
  multiply,
  type NormalizeOptions,
  normalize,
  type ResizeStepOptions,
  resize,
  reverseChannels,
  rgb,
} from './image-steps.js';
export {
  type FrameIntensitiesOptions,
  frameIntensities,
  type IntensityMeasure,
  intensityMeasures,
  type Region,
} from './intensity.js';
export { type Blocks, type LbpTopOptions, lbpTop, lbpTopAsync } from './lbp-top.js';
export { type MestiOptions, mesti } from './mesti.js';
export {
  type IntensityWeights,
  intensityWeights,
  type MotionIntensityOptions,
  motionIntensityDynamicImage,
} from './motion-intensity.js';
export { type Pipe, type PipeInput, type PipeOutput, pipe } from './pipe.js';
export { type RankPoolingOptions, rankPooling, rankPoolingAsync } from './rank-pooling.js';
export { type RankVariant, type RankWeightsOptions, rankVariants, rankWeights } from './rank-weights.js';
export {
  createRepresentation,
  type Representation,
  type RepresentationName,
  representationEntry,
  representations,
} from './registry.js';
export { type ResizeMethod, type ResizeOptions, resizeImages } from './resize.js';
export { type ScaleMotionOptions, type Scaling, scaleMotion, scalings } from './scaling.js';
export {
  DynamicImageStream,
  type DynamicImageStreamOptions,
  type SlidingDynamicImagesOptions,
  slidingDynamicImages,
} from './sliding-window.js';
export type {
  AnyStep,
  ClipOrImage,
  EitherStep,
  ImageShape,
  Step,
  StepData,
  StepEntry,
  StepInfo,
  StepKind,
} from './step.js';
export {
  cof,
  createStep,
  dualPhase,
  flowColor,
  mestiImage,
  midi,
  mmCof,
  type StepName,
  steps,
  trdi,
  uvStrain,
} from './steps.js';
export { evenLight, evenLightClip } from './temporal/even-light.js';
export {
  type InterpolateOptions,
  type InterpolationMethod,
  interpolate,
  interpolateClip,
  interpolationMethods,
  timWeights,
} from './temporal/interpolate.js';
export { type MagnifyOptions, magnify, magnifyClip } from './temporal/magnify.js';
export { type SampleOptions, sample, sampleClip } from './temporal/sample.js';
export { type SpotApexOptions, type SpotOptions, spot, spotApex, spotApexAsync } from './temporal/spot-apex.js';
export { type StabilizeOptions, stabilize, stabilizeClip, stabilizeClipAsync } from './temporal/stabilize.js';
export { type TemporalRankedOptions, temporalRankedDynamicImage } from './temporal-ranked.js';
