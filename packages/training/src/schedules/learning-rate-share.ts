import { findPart, type Part } from '@mer/options';
import type { ScheduleSettings } from '../settings.js';
import { schedulesWith } from './schedules.js';
import { shareWith } from './share-with.js';

/**
 * The share of the learning rate that an epoch trains with.
 *
 * With epoch e from 1: `step` factor^floor((e - 1) / every); `exponential` factor^min(e - 1, until); `cosine`
 * m + (1 - m)(1 + cos(pi (e - 1) / epochs)) / 2 with m the minimum. A warm-up of W epochs multiplies epoch e <= W by e / (W + 1).
 *
 * @param settings - name and settings of the schedule
 * @param epoch - 1 for the first
 * @param epochs - planned in all
 * @param parts - schedules beside ours
 * @returns what the optimizer's learning rate is multiplied by
 *
 * @example
 * ```ts
 * import { learningRateShare } from '@mer/training';
 *
 * console.log(learningRateShare({ name: 'step', every: 10, factor: 0.5, warmup: 0 }, 21, 40)); // 0.25
 * ```
 *
 * Reference: StepLR, ExponentialLR and CosineAnnealingLR of PyTorch, stepped once an epoch; the warm-up is this project's choice.
 */
export function learningRateShare(
  settings: ScheduleSettings,
  epoch: number,
  epochs: number,
  parts?: readonly Part[],
): number {
  return shareWith(findPart('schedule', schedulesWith(parts), settings.name), settings, epoch, epochs);
}
