/**
 * The motion pictures of micro-expression recognition: dynamic images, optical flow, strain.
 *
 * @module @mer/representations
 */

export { atMarks } from './at-marks.js';
export type { Blocks } from './blocks.js';
export type { CheckOption } from './check-option.js';
export { checkedAs } from './check-values.js';
export {
  type Clip,
  type FrameLandmarks,
  type FrameReader,
  type FrameSource,
  isLongClip,
  type Landmarks,
  type LongClip,
  type Span,
} from './clip.js';
export { clipToApex } from './clip-to-apex.js';
export { type ClipWindowsOptions, clipWindows } from './clip-windows.js';
export { type CofOptions, cof } from './cof.js';
export { type ContactSheetOptions, contactSheet, displayImage, type SheetTile } from './contact-sheet.js';
export { createRepresentation, createStep } from './create-step.js';
export type {
  AnyRepresentationDefinition,
  AnyStepDefinition,
  EitherStepDefinition,
  RepresentationDeclaration,
  RepresentationDefinition,
  StepDeclaration,
  StepDefinition,
  StepFacts,
} from './declare-step.js';
export { defineRepresentation } from './define-representation.js';
export { defineStep } from './define-step.js';
export {
  type DualPhaseOptions,
  dualPhase,
  type PhaseImage,
  type Phases,
  phaseAugmentation,
  phasesOf,
} from './dual-phase.js';
export { type DynamicImageOptions, dynamicImage } from './dynamic-image.js';
export { type AlignOptions, align } from './face/align.js';
export type { GraphNetwork } from './face/blaze-face.js';
export { createFaceDetector, type FaceDetectorName, faceDetectors } from './face/create-face-detector.js';
export type { Face, FaceBox, FaceDetector, FoundFace } from './face/face.js';
export {
  createFaceApiDetector,
  type FaceApi,
  type FaceApiNet,
  type FaceApiOptions,
  type FaceApiTask,
} from './face/face-api.js';
export { FaceError, type FaceFault } from './face/face-error.js';
export { createFaceMeshDetector, type FaceMeshOptions } from './face/face-mesh.js';
export { type FaceQuality, type FaceTrack, faceNotes, type TrackedFrame } from './face/face-track.js';
export { type HeadAngles, headAngles } from './face/head-angles.js';
export { type ParseLandmarksOptions, parseLandmarks } from './face/landmark-files.js';
export { type LandmarkPointsOptions, landmarkPoints } from './face/landmark-points.js';
export { type DetectLandmarksOptions, detectLandmarks } from './face/landmarks.js';
export { meshLandmarks } from './face/mesh-points.js';
export type { LoadGraphNetwork } from './face/model-files.js';
export { type TrackFacesOptions, type TrackFacesWatch, trackFaces, trackFacesOptions } from './face/track-faces.js';
export { type FaceTransformOptions, faceTransform, type Transform } from './face/transform.js';
export { type WarpFramesOptions, warpFrames } from './face/warp-frames.js';
export { allSteps, findRepresentation, findStep, type WithParts } from './find-step.js';
export { type BiWoofOptions, biWoof } from './flow/bi-woof.js';
export { type FarnebackOptions, farnebackFlow } from './flow/farneback.js';
export { type FlowOptions, flow } from './flow/flow.js';
export { type FlowColorOptions, flowColor } from './flow/flow-color.js';
export { type FlowToColorOptions, flowToColor } from './flow/flow-to-color.js';
export { type FourPartFlowOptions, fourPartFlow } from './flow/four-part-flow.js';
export { type HoofOptions, hoof } from './flow/hoof.js';
export { type HornSchunckOptions, hornSchunckFlow } from './flow/horn-schunck.js';
export { type LongTermFlowOptions, longTermFlow } from './flow/long-term-flow.js';
export { type NeighborFlowOptions, neighborFlow } from './flow/neighbor-flow.js';
export {
  type FlowChoice,
  type FlowMethod,
  type FlowSequenceOptions,
  flowOption,
  flowSequence,
  opticalFlow,
} from './flow/optical-flow.js';
export { type OrientedHistogramOptions, orientedHistogram } from './flow/oriented-histogram.js';
export type { FlowImage } from './flow/pair.js';
export { flowMagnitude, flowOrientation, type OpticalStrainOptions, opticalStrain } from './flow/strain.js';
export { subtractHeadMotion } from './flow/subtract-head-motion.js';
export { type Tvl1Options, tvl1Flow } from './flow/tvl1.js';
export { type UvStrainOptions, uvStrain } from './flow/uv-strain.js';
export { type FourPartsOptions, fourParts } from './four-parts.js';
export { type FrameOptions, frame } from './frame.js';
export { frameByFrame } from './frame-by-frame.js';
export { type FrameDifferenceOptions, frameDifference } from './frame-difference.js';
export { type FrameIntensitiesOptions, frameIntensities } from './frame-intensities.js';
export { frameReader } from './frame-reader.js';
export { gray } from './gray.js';
export { imagenet } from './imagenet.js';
export { type LbpTopOptions, lbpTop } from './lbp-top.js';
export { holdClip } from './long-clip.js';
export type { Mark } from './marks.js';
export { type MestiOptions, mesti } from './mesti.js';
export { type MidiOptions, midi } from './midi.js';
export { type MmCofOptions, mmCof } from './mm-cof.js';
export { type MultiplyOptions, multiply } from './multiply.js';
export { type NormalizeOptions, normalize } from './normalize.js';
export { type Pipe, type PipeInput, type PipeOutput, pipe } from './pipe.js';
export { type RankPoolingOptions, rankPooling } from './rank-pooling.js';
export { type RankWeightsOptions, rankWeights } from './rank-weights.js';
export type { Region } from './region.js';
export { type RegionsOptions, regions } from './regions.js';
export { type RepresentationName, representations, type StepName, steps } from './registry.js';
export { type ResizeOptions, resize } from './resize.js';
export { type ResizeMethod, type ResizeTapsOptions, resizeTaps, type Taps } from './resize-taps.js';
export { reverseChannels } from './reverse-channels.js';
export { rgb } from './rgb.js';
export { type ScaleMotionOptions, scaleMotion } from './scale-motion.js';
export {
  DynamicImageStream,
  type DynamicImageStreamOptions,
  type SlidingDynamicImagesOptions,
  slidingDynamicImages,
} from './sliding-dynamic-images.js';
export type {
  AnyStep,
  ClipOrImage,
  EitherStep,
  ImageShape,
  MaybeLong,
  Step,
  StepData,
  StepInfo,
  StepKind,
  StepTraits,
  WrittenStep,
} from './step.js';
export { stretch } from './stretch.js';
export { evenLight } from './temporal/even-light.js';
export { type InterpolateOptions, interpolate } from './temporal/interpolate.js';
export { type MagnifyOptions, magnify } from './temporal/magnify.js';
export { type SampleOptions, sample } from './temporal/sample.js';
export { type SpotApexOptions, spotApex } from './temporal/spot-apex.js';
export { headTrack, type StabilizeOptions, stabilize } from './temporal/stabilize.js';
export { type TrdiOptions, trdi } from './trdi.js';
export { type WatchFramesOptions, watchFrames } from './watch-frames.js';
