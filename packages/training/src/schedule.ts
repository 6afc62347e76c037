import type { ScheduleSettings } from './experiment/schema.js';

/**
 * The share of the learning rate that an epoch trains with.
 *
 * With epoch e from 1: `step` factor^floor((e - 1) / every); `exponential` factor^min(e - 1, until); `cosine`
 * m + (1 - m)(1 + cos(pi (e - 1) / epochs)) / 2 with m the minimum. A warm-up of W epochs multiplies epoch e <= W by e / (W + 1).
 *
 * @param settings - `schedule` of an experiment's training
 * @param epoch - 1 for the first
 * @param epochs - planned in all
 * @returns what the optimiser's learning rate is multiplied by
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
export function learningRateShare(settings: ScheduleSettings, epoch: number, epochs: number): number {
  const before = epoch - 1;
  const warm = epoch <= settings.warmup ? epoch / (settings.warmup + 1) : 1;
  switch (settings.name) {
    case 'constant':
      return warm;
    case 'step':
      return warm * settings.factor ** Math.floor(before / settings.every);
    case 'exponential':
      return warm * settings.factor ** Math.min(before, settings.until ?? before);
    case 'cosine':
      return warm * (settings.minimum + ((1 - settings.minimum) * (1 + Math.cos((Math.PI * before) / epochs))) / 2);
  }
}
