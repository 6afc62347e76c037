/**
 * Micro- and macro-expressions in long videos: signals, peaks, intervals, spotters.
 *
 * @module @mer/spotting
 */

export { defineSpotter, type SpotterDefinition, spot } from './define-spotter.js';
export {
  type ExplainMotionOptions,
  explainMotion,
  type MotionExplanation,
  type RegionExplanation,
  type SuggestedUnit,
} from './explanation/explain-motion.js';
export { type ExplanationPictureOptions, explanationPicture } from './explanation/explanation-picture.js';
export { explanationPrompt, type PromptMessage } from './explanation/explanation-prompt.js';
export { explanationRows, explanationText } from './explanation/explanation-text.js';
export { type FaceMotion, faceMotion, type MeasureFaceOptions, measureFace } from './face-motion.js';
export { encodeMegcCsv, type ListedInterval, parseMegcCsv } from './files/megc-csv.js';
export { intervalsAroundPeaks } from './intervals/intervals-around-peaks.js';
export { kindOfLength } from './intervals/kind-of-length.js';
export { mergeIntervals } from './intervals/merge-intervals.js';
export type { SpottedInterval } from './intervals/spotted-interval.js';
export { answerMoments, type MomentSource, momentSource, momentTensor } from './learning/answer-moments.js';
export { defineLearningSpotter, type LearningSpotter } from './learning/define-learning-spotter.js';
export type { MomentCounts, MomentImages, Moments } from './learning/moments.js';
export type { LearnedInterval, MomentCopy, SpotterLearning, SpotterTraining } from './learning/spotter-learning.js';
export { withNetworks } from './learning/with-networks.js';
export type { LiveInterval } from './live/live-intervals.js';
export {
  createSlidingWindow,
  type LiveAnswer,
  type SlidingWindow,
  type SlidingWindowOptions,
} from './live/sliding-window.js';
export type { Recording } from './recording.js';
export { type FindPeaksOptions, findPeaks } from './signal/find-peaks.js';
export { lowPass } from './signal/low-pass.js';
export { type MovingMeanOptions, movingMean } from './signal/moving-mean.js';
export { movingMedian } from './signal/moving-median.js';
export { peakThreshold } from './signal/peak-threshold.js';
export type { SignalTrace } from './signal/signal-trace.js';
export type { DifferenceCourse } from './spotters/difference-course.js';
export { type DirectionalDifferenceOptions, directionalDifference } from './spotters/directional-difference.js';
export type { FlowCourse } from './spotters/flow-course.js';
export { type FlowPeaksOptions, flowPeaks } from './spotters/flow-peaks.js';
export { type MomentScores, type MtsnSpotterOptions, mtsn } from './spotters/mtsn.js';
export { type RegionFlowOptions, regionFlow } from './spotters/region-flow.js';
export type { RegionMotion, WatchOptions } from './spotters/region-motion.js';
export type { SkinCourse } from './spotters/skin-course.js';
export { type SkinMotionOptions, skinMotion } from './spotters/skin-motion.js';
export { type SoftnetSpotterOptions, softnet } from './spotters/softnet.js';
export { spotters } from './spotters/spotters.js';
export { type MeasuredRecording, type TunedSpotter, tuneSpotter } from './tune-spotter.js';
