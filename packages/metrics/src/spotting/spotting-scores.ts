import { checkVideos, type ExpressionKind, type Interval, type SpottedVideo } from './interval.js';
import { matchingRules } from './matching-rules.js';
import { pooledSpotting, type SpottingScore } from './spotting-counts.js';

/** What {@link spottingScores} gives. */
export interface SpottingScores {
  /** All intervals: the counts of the kinds added up. */
  readonly all: SpottingScore;
  /** Micro-expressions alone; where intervals have kinds. */
  readonly micro?: SpottingScore;
  /** Macro-expressions alone; where intervals have kinds. */
  readonly macro?: SpottingScore;
  /** How many videos were scored. */
  readonly videos: number;
  /** How many of them have no truth. */
  readonly quietVideos: number;
}

/** A rule by which the intervals of a video are counted. */
export type MatchingRule = keyof typeof matchingRules;

/** Options of {@link spottingScores}. */
export interface SpottingOptions {
  /**
   * How intervals are matched: `'one-to-one'` by default, the only one to report. The others count as published code does, to reproduce its numbers, and
   * must not stand in one table with it:
   *
   * | rule                | code               | what it does otherwise                                                             |
   * | ------------------- | ------------------ | ---------------------------------------------------------------------------------- |
   * | `'best-truth-once'` | SOFTNet, MEAN      | depends on the order of rows; a video without predictions has a false alarm          |
   * | `'many-to-many'`    | MTSN, SFAMNet      | a truth counts once for each prediction; misses may be negative                      |
   * | `'found-truths'`    | MEGC2020 baseline  | a prediction counts once for each truth; intervals of one frame match nothing         |
   * | `'all-free-truths'` | STRS-Metric        | depends on the order of rows; false alarms of quiet videos are left out               |
   * | `'exclusive-first'` | flow line of 2022  | ends are not counted as frames; a weak prediction that comes first hides a good one   |
   */
  match?: MatchingRule;
  /** Matches intervals of any kind; false by default. */
  ignoreKind?: boolean;
}

/**
 * Scores of a spotter: how many of the expressions in long videos it found.
 *
 * A prediction is a hit if it overlaps a truth of its kind by a half at least (intersection over union of frames, both ends included), each with one partner
 * at most. Counts are added up over all videos, those without a truth or a prediction too, and then divided: F1 of videos or data sets are never averaged.
 *
 * @param videos truths and predictions of each video, in frames of one base (0 or 1); clip predictions to the video before
 * @throws RangeError if an interval is none, or some have kinds and others none
 *
 * @example
 * ```ts
 * import { spottingScores } from '@mer/metrics';
 *
 * const videos = [
 *   { truth: [{ onset: 10, offset: 25 }, { onset: 60, offset: 75 }], predicted: [{ onset: 12, offset: 26 }] },
 *   { truth: [], predicted: [{ onset: 5, offset: 15 }] },
 * ];
 * const { all, quietVideos } = spottingScores(videos);
 * console.log(all.tp, all.fp, all.fn, all.f1, quietVideos); // 1 1 1 0.5 1
 * ```
 *
 * Reference: the MEGC challenges (See et al., FG 2019; Li et al., FG 2020).
 */
export function spottingScores(videos: readonly SpottedVideo[], options: SpottingOptions = {}): SpottingScores {
  const task = 'score spotted intervals';
  const { match = 'one-to-one', ignoreKind = false } = options;
  if (!Object.hasOwn(matchingRules, match)) {
    throw new RangeError(
      `Cannot ${task} as match must be one of ${Object.keys(matchingRules).join(', ')}: current value is ${match}`,
    );
  }
  const seen = ignoreKind ? videos.map(withoutKinds) : videos;
  checkVideos(seen, task);
  const typed = seen.some(({ truth, predicted }) => (truth[0] ?? predicted[0])?.kind !== undefined);
  const count = (kind: ExpressionKind | undefined) =>
    pooledSpotting(
      seen.map(({ truth, predicted }) => {
        const ofKind = (intervals: readonly Interval[]) => intervals.filter((interval) => interval.kind === kind);
        return matchingRules[match](ofKind(truth), ofKind(predicted));
      }),
    );
  const facts = { videos: videos.length, quietVideos: videos.filter(({ truth }) => truth.length === 0).length };
  if (!typed) return { all: count(undefined), ...facts };
  const [micro, macro] = [count('micro'), count('macro')];
  return { all: pooledSpotting([micro, macro]), micro, macro, ...facts };
}

const withoutKinds = ({ truth, predicted }: SpottedVideo): SpottedVideo => ({
  truth: truth?.map(({ onset, offset }) => ({ onset, offset })),
  predicted: predicted?.map(({ onset, offset }) => ({ onset, offset })),
});
