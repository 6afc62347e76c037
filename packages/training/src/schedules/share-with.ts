import type { ScheduleSettings } from '../settings.js';
import type { ScheduleDefinition } from './define-schedule.js';

/** {@link learningRateShare}, by a schedule that is found already. */
export function shareWith(
  { share }: ScheduleDefinition,
  settings: ScheduleSettings,
  epoch: number,
  epochs: number,
): number {
  const warm = epoch <= settings.warmup ? epoch / (settings.warmup + 1) : 1;
  return warm * share(settings, epoch - 1, epochs);
}
