/**
 * Scores, statistics and leak-free split protocols for micro-expression recognition.
 *
 * @module @mer/metrics
 */

export type { AbsentOptions } from './absent.js';
export { accuracy } from './accuracy.js';
export { balancedAccuracy } from './balanced-accuracy.js';
export {
  type BootstrapMethod,
  type BootstrapOptions,
  bootstrapConfidenceInterval,
  type ConfidenceInterval,
} from './bootstrap-confidence-interval.js';
export { cohensKappa } from './cohens-kappa.js';
export { confusionMatrix } from './confusion-matrix.js';
export { type HolmOptions, holmCorrection } from './holm-correction.js';
export type { ImagePair } from './images/image-pair.js';
export { psnr } from './images/psnr.js';
export { type ShapedImagePair, ssim } from './images/ssim.js';
export type { Classes, Label } from './labels.js';
export { macroPrecision } from './macro-precision.js';
export { matthewsCorrelation } from './matthews-correlation.js';
export { type McNemarResult, mcNemarTest, type PairedPredictions } from './mc-nemar-test.js';
export { hammingLoss } from './multi-label/hamming-loss.js';
export {
  type LabelTally,
  labelTally,
  type MultiLabelOutcome,
  type MultiLabelPredictions,
} from './multi-label/label-tally.js';
export { type AveragedScores, macroScores } from './multi-label/macro-scores.js';
export { microScores } from './multi-label/micro-scores.js';
export { type MultiLabelScores, multiLabelScores } from './multi-label/multi-label-scores.js';
export { perLabel } from './multi-label/per-label.js';
export { samplesF1 } from './multi-label/samples-f1.js';
export { subsetAccuracy } from './multi-label/subset-accuracy.js';
export type { Confusion, Outcome } from './outcome.js';
export { type PermutationOptions, type PermutationResult, pairedPermutationTest } from './paired-permutation-test.js';
export { type ClassScores, perClass } from './per-class.js';
export type { PerScore, ScoreValues } from './per-score.js';
export type { Predictions } from './predictions.js';
export { assertNoLeak } from './protocols/assert-no-leak.js';
export { defineProtocol, type ProtocolDefinition } from './protocols/define-protocol.js';
export { leaveOneDatasetOut } from './protocols/leave-one-dataset-out.js';
export { leaveOneSubjectOut } from './protocols/leave-one-subject-out.js';
export { protocols } from './protocols/protocols.js';
export { type Fold, type LabeledSample, type SubjectSample, subjectKey } from './protocols/samples.js';
export { type StratifiedGroupKFoldOptions, stratifiedGroupKFold } from './protocols/stratified-group-k-fold.js';
export { type SubjectHoldOutOptions, subjectHoldOut } from './protocols/subject-hold-out.js';
export { ScoreAccumulator } from './score-accumulator.js';
export { type Scores, scores } from './scores.js';
export { type PredictionsBy, scoresBy } from './scores-by.js';
export { type ApexScores, apexScores, type SpottedApex } from './spotting/apex-scores.js';
export { type ExpressionKind, type Interval, intervalOverlap, type SpottedVideo } from './spotting/interval.js';
export { type IntervalPair, matchIntervals } from './spotting/match-intervals.js';
export {
  type RecognizedInterval,
  type SpotThenRecognizeScores,
  spotThenRecognizeScores,
} from './spotting/spot-then-recognize-scores.js';
export { pooledSpotting, type SpottingCounts, type SpottingScore } from './spotting/spotting-counts.js';
export {
  type MatchingRule,
  type SpottingOptions,
  type SpottingScores,
  spottingScores,
} from './spotting/spotting-scores.js';
export { type Metric, type SubjectPredictions, subjectConfidenceInterval } from './subject-confidence-interval.js';
export { type PairedSubjectPredictions, subjectPermutationTest } from './subject-permutation-test.js';
export { uar } from './uar.js';
export { uf1 } from './uf1.js';
export type { Units } from './units.js';
export { weightedF1 } from './weighted-f1.js';
