import { ratio } from '../absent.js';
import { checkVideos, type Interval, type SpottedVideo } from './interval.js';
import { matchIntervals } from './match-intervals.js';
import { pooledSpotting, type SpottingScore } from './spotting-counts.js';

/** An interval with the class that it is, or was recognized as. */
export interface RecognizedInterval extends Interval {
  /** Name of its class. */
  readonly label: string;
}

/** What {@link spotThenRecognizeScores} gives. */
export interface SpotThenRecognizeScores {
  /** F1 of spotting times F1 of recognition. */
  readonly strs: number;
  /** How the intervals were found. */
  readonly spotting: SpottingScore;
  /** How those that were found were recognized. */
  readonly recognition: {
    /** Mean of the classes' precision. */
    readonly precision: number;
    /** Mean of the classes' recall: the UAR. */
    readonly recall: number;
    /** Harmonic mean of these two; not the UF1. */
    readonly f1: number;
    /** Mean of the classes' F1. */
    readonly uf1: number;
    /** How many intervals it is of. */
    readonly samples: number;
  };
}

/**
 * The spot-then-recognize score (STRS) of the MEGC challenges: F1 of spotting times F1 of recognition, the latter of the intervals that were spotted.
 *
 * Intervals that have kinds are scored as far as they are micro-expressions. Recognition is of the pairs of {@link matchIntervals} whose truth is one of
 * `classes`; another predicted label (neutral, say) is an error. Its F1 is 2PR / (P + R) of the mean precision P and the mean recall R of the classes; a class
 * that does not occur counts as 0.
 *
 * @param videos truths and predictions of each video, with labels; `classes` are names fixed before, never those that happen to occur
 * @throws RangeError if an interval is none, some have kinds and others none, or there is no class
 *
 * @example
 * ```ts
 * import { spotThenRecognizeScores } from '@mer/metrics';
 *
 * const videos = [
 *   { truth: [{ onset: 10, offset: 25, label: 'negative' }], predicted: [{ onset: 11, offset: 26, label: 'negative' }] },
 *   { truth: [{ onset: 30, offset: 44, label: 'surprise' }], predicted: [{ onset: 70, offset: 80, label: 'surprise' }] },
 * ];
 * const { strs, spotting } = spotThenRecognizeScores(videos, { classes: ['negative', 'surprise'] });
 * console.log(strs, spotting.f1); // 0.25 0.5
 * ```
 *
 * Reference: Liong et al., "Spot-then-recognize", 2023, and the authors' STRS-Metric; that pairs are those of a maximum matching is this project's choice.
 */
export function spotThenRecognizeScores(
  videos: readonly SpottedVideo<RecognizedInterval>[],
  { classes }: { classes: readonly string[] },
): SpotThenRecognizeScores {
  const task = 'score spotting and recognition';
  if (!Array.isArray(classes) || classes.length === 0) {
    throw new RangeError(`Cannot ${task} as classes must be a list of names: current value is ${String(classes)}`);
  }
  checkVideos(videos, task);
  const isScored = ({ kind }: Interval) => kind !== 'macro';
  const pairs: [truth: string, predicted: string][] = [];
  const counts = videos.map((video) => {
    const truth = labeled(video.truth.filter(isScored), task);
    const predicted = labeled(video.predicted.filter(isScored), task);
    const matched = matchIntervals(truth, predicted);
    for (const pair of matched) pairs.push([truth[pair.truth]!.label, predicted[pair.predicted]!.label]);
    const tp = matched.length;
    return { tp, fp: predicted.length - tp, fn: truth.length - tp };
  });
  const spotting = pooledSpotting(counts);
  const recognition = recognitionOf(
    pairs.filter(([truth]) => classes.includes(truth)),
    classes,
  );
  return { strs: spotting.f1 * recognition.f1, spotting, recognition };
}

/** Intervals in an order that does not depend on that of their rows. */
function labeled(intervals: RecognizedInterval[], task: string): RecognizedInterval[] {
  for (const { onset, offset, label } of intervals) {
    if (typeof label !== 'string') {
      throw new TypeError(
        `Cannot ${task} as each interval must have a label: that of ${onset}..${offset} is ${String(label)}`,
      );
    }
  }
  return intervals.sort((a, b) => (a.label < b.label ? -1 : a.label > b.label ? 1 : 0));
}

function recognitionOf(
  pairs: readonly (readonly [truth: string, predicted: string])[],
  classes: readonly string[],
): SpotThenRecognizeScores['recognition'] {
  const mean = (score: (name: string) => number) =>
    classes.reduce((total, name) => total + score(name), 0) / classes.length;
  const right = (name: string) => pairs.filter(([truth, predicted]) => truth === name && predicted === name).length;
  const inTruth = (name: string) => pairs.filter(([truth]) => truth === name).length;
  const inPredicted = (name: string) => pairs.filter(([, predicted]) => predicted === name).length;
  const precision = mean((name) => ratio(right(name), inPredicted(name)));
  const recall = mean((name) => ratio(right(name), inTruth(name)));
  return {
    precision,
    recall,
    f1: ratio(2 * precision * recall, precision + recall),
    uf1: mean((name) => ratio(2 * right(name), inTruth(name) + inPredicted(name))),
    samples: pairs.length,
  };
}
