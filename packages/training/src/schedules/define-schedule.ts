import { integer, type OptionEntries, type Resolved } from '@mer/options';
import { define, type TrainingPart } from '../define.js';

/** How the learning rate changes; see {@link defineSchedule}. */
export interface ScheduleDefinition<
  Name extends string = string,
  // biome-ignore lint/suspicious/noExplicitAny: a list of definitions holds schedules of any options
  Entries extends OptionEntries = any,
> extends TrainingPart<'schedule', Name, Entries> {
  /** The share of the learning rate after `before` of `epochs` epochs. */
  share(settings: Resolved<Entries>, before: number, epochs: number): number;
}

const warmup = {
  warmup: /* @__PURE__ */ integer('Epochs over which the rate rises linearly from a share of itself.', {
    min: 0,
    default: 0,
  }),
};

/** A schedule of this package: as {@link defineSchedule}, but that tests check it and not the page that takes it. */
// @__NO_SIDE_EFFECTS__
export function declareSchedule<const Name extends string, const Entries extends OptionEntries>(
  declaration: Omit<ScheduleDefinition<Name, Entries>, 'kind'>,
): ScheduleDefinition<Name, Entries & typeof warmup> {
  const options = { ...declaration.options, ...warmup };
  return Object.freeze({ kind: 'schedule', ...declaration, options }) as never;
}

/**
 * Defines a schedule of the learning rate; every schedule also has a `warmup`.
 *
 * @throws TypeError where the declaration lacks something
 *
 * @example
 * ```ts
 * import { defineSchedule, learningRateShare } from '@mer/training';
 *
 * const linear = defineSchedule({
 *   name: 'linear',
 *   title: 'Falls on a line',
 *   paper: null,
 *   options: {},
 *   share: (_settings, before, epochs) => 1 - before / epochs,
 * });
 * console.log(learningRateShare({ name: 'linear', warmup: 0 }, 6, 10, [linear])); // 0.5
 * ```
 */
export function defineSchedule<const Name extends string, const Entries extends OptionEntries>(
  declaration: Omit<ScheduleDefinition<Name, Entries>, 'kind'>,
): ScheduleDefinition<Name, Entries & typeof warmup> {
  return define(declareSchedule(declaration), ['share']);
}
