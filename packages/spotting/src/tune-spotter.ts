import { type ExpressionKind, type Interval, type SpottingScores, spottingScores } from '@mer/metrics';
import { checkOptions, type OptionEntries, type OptionsOf, type Resolved } from '@mer/options';
import type { SpotterDefinition } from './define-spotter.js';

/** A recording that was measured, with what is annotated in it. */
export interface MeasuredRecording<Measured> {
  readonly measured: Measured;
  readonly truth: readonly Interval[];
}

/** What {@link tuneSpotter} gives. */
export interface TunedSpotter<Entries extends OptionEntries> {
  /** The options of the best score. */
  readonly options: Resolved<Entries>;
  /** Their scores on the recordings given: better than on others. */
  readonly scores: SpottingScores;
}

/**
 * Chooses options of a spotter that need no new measurement, by the F1 that they reach on some recordings.
 *
 * Give it the recordings of training subjects alone: thresholds that saw the test subjects are what makes published numbers too good.
 *
 * @param spotter one of {@link spotters}, or anybody's own
 * @param recordings what its `measure` gave, and the annotated intervals
 * @param candidates the options to try; of equal ones the first is taken
 * @param kind what the F1 is of; `'all'` by default
 * @throws RangeError if there is no candidate; TypeError for an option that would need a new measurement
 *
 * @example
 * ```ts
 * import { flowPeaks, tuneSpotter } from '@mer/spotting';
 *
 * const course = { reach: 2, values: Float32Array.of(0, 0, 0, 0, 9, 9, 0, 0, 0, 6, 6, 0, 0, 0, 0) };
 * const measured = { rate: 30, stride: 1, frames: 17, courses: { micro: course, macro: { reach: 2, values: new Float32Array(15) } } };
 * const training = [{ measured, truth: [{ onset: 3, offset: 7, kind: 'micro' as const }] }];
 * const { options, scores } = tuneSpotter(flowPeaks, training, [{ threshold: 0 }, { threshold: 0.6 }], 'micro');
 * console.log(options.threshold, scores.micro?.f1); // 0.6 1
 * ```
 */
export function tuneSpotter<Entries extends OptionEntries, Measured>(
  spotter: SpotterDefinition<string, Entries, Measured>,
  recordings: readonly MeasuredRecording<Measured>[],
  candidates: readonly OptionsOf<Entries>[],
  kind: ExpressionKind | 'all' = 'all',
): TunedSpotter<Entries> {
  const task = `choose options of ${spotter.name}`;
  if (candidates.length === 0) throw new RangeError(`Cannot ${task} as there must be candidates: there are none`);
  let best: TunedSpotter<Entries> | undefined;
  for (const candidate of candidates) {
    const fixed = Object.keys(candidate).find((name) => !spotter.decides.includes(name as never));
    if (fixed !== undefined) {
      throw new TypeError(
        `Cannot ${task} as a candidate may give ${spotter.decides.join(', ')} alone: '${fixed}' needs a new measurement`,
      );
    }
    const options = checkOptions(task, spotter.options, candidate) as Resolved<Entries>;
    const scores = spottingScores(
      recordings.map(({ measured, truth }) => ({ truth, predicted: spotter.decide(measured, options) })),
    );
    if (best === undefined || (scores[kind]?.f1 ?? 0) > (best.scores[kind]?.f1 ?? 0)) best = { options, scores };
  }
  return best!;
}
