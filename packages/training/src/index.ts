/**
 * Training on tensors: fit, predict, losses, optimizers, schedules, augmentation. Node and browsers.
 *
 * @module @mer/training
 */

export type { FlowChannels, Warp } from './augment/affine.js';
export {
  allClipAugmentations,
  type ClipAugmentation,
  clipAugmentationOption,
} from './augment/clip-augmentation-option.js';
export { clipViews, viewPlan } from './augment/clips.js';
export {
  type ClipAugmentationDefinition,
  type ClipChange,
  defineClipAugmentation,
  defineImageAugmentation,
  type ImageAugmentationDefinition,
  type ImageChange,
  type Patch,
} from './augment/define-augmentation.js';
export type { Mix } from './augment/mixup.js';
export type { TrainingPart } from './define.js';
export { type DrawnImage, type DrawnImagesOptions, drawnImages } from './drawn-images.js';
export { type EpochRecord, type FitOptions, type FitResult, fit } from './fit.js';
export { type GradientStepOptions, gradientStep } from './gradient-step.js';
export { classesOf, type LabelKind, labelErrors, type SampleLabel, sameLabel } from './label-kind.js';
export { type BatchLossOptions, batchLoss } from './losses/batch-loss.js';
export { classWeights } from './losses/class-weights.js';
export { type BatchTargets, defineLoss, type LossContext, type LossDefinition } from './losses/define-loss.js';
export * from './memory-plan.js';
export { MEMORY_STRATEGIES, type MemoryStrategy, memoryStrategyText } from './memory-strategy.js';
export { createUpdate } from './optimizers/create-update.js';
export {
  defineOptimizer,
  type OptimizerDefinition,
  type OptimizerRule,
  type UpdateKernel,
} from './optimizers/define-optimizer.js';
export type { Update } from './optimizers/update-with.js';
export { type PredictLogitsOptions, predictLogits } from './predict.js';
export { predictedLabel, probabilitiesOf, type ReadLogitsOptions, softmax } from './predicted-label.js';
export {
  copyRows,
  ONE_VIEW,
  type PreparedData,
  type PreparedInput,
  sizeOf,
  takeBatch,
  type ViewPlan,
} from './prepared-data.js';
export { type RandomStream, randomOrder, randomStream, seedOf, uniform, uniformBelow } from './random.js';
export { defineSchedule, type ScheduleDefinition } from './schedules/define-schedule.js';
export { learningRateShare } from './schedules/learning-rate-share.js';
export type {
  ImageAugmentation,
  LossSettings,
  OptimizerSettings,
  OtherSettings,
  ScheduleSettings,
  TrainingOptions,
  TrainingSettings,
} from './settings.js';
export type { SettingsFault } from './settings-faults.js';
export {
  type FrozenPart,
  type FrozenRows,
  type ThroughFrozenOptions,
  throughFrozen,
} from './through-frozen.js';
export { imageAugmentationOption, settingsFaults, trainingOptions } from './training-options.js';
export * from './training-parts.js';
