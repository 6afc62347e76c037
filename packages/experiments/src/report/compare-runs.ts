import {
  holmCorrection,
  type McNemarResult,
  mcNemarTest,
  type PermutationResult,
  pairedPermutationTest,
} from '@mer/metrics';
import { type LabelKind, sameLabel } from '@mer/training';
import { identityOf } from '../run/check-predictions.js';
import type { Run } from '../run/read-run.js';
import type { Prediction } from '../run/run-store.js';
import { ExperimentError } from '../schema/experiment-error.js';
import { type ByScore, byScore, type ScoreName } from '../summaries/score-names.js';
import { scoringOf } from '../summaries/scoring.js';
import { type SubjectCounts, scoresOf, subjectCounts } from '../summaries/subject-counts.js';
import { BOOTSTRAP, type BootstrapSettings, type Interval, subjectIntervals } from '../summaries/subject-intervals.js';
import { type Comparable, type ComparedRun, comparable } from './comparable.js';
import type { PredictionTable } from './read-predictions.js';

/** One score of two runs on the same samples. */
export interface ScoreDifference {
  /** Of the first run, the mean over the seeds. */
  first: number;
  /** Of the second. */
  second: number;
  /** second - first. */
  difference: number;
  /** Confidence interval of the difference, drawing subjects; absent with fewer than two. */
  interval?: Interval;
  /** Would the difference be as large if the runs' names were swapped per subject? */
  permutation: Pick<PermutationResult, 'pValue' | 'exact' | 'permutations' | 'differing'> & {
    /** p corrected by Holm for the number of runs that were compared with the first; absent where there is one. */
    pCorrected?: number;
  };
}

/** What {@link compareRuns} finds. */
export interface RunComparison {
  /** The run compared with. */
  first: ComparedRun;
  /** The run compared. */
  second: ComparedRun;
  /** Seeds that both have; each is paired with itself. */
  seeds: number[];
  /** Samples of each seed. */
  n: number;
  /** Their subjects. */
  subjects: number;
  /** Class names. */
  classes: string[];
  /** `multiple` where samples have any number of labels; else absent. */
  labelKind?: LabelKind;
  /** Differences between the runs that a reader must know of. */
  warnings: string[];
  /** Each score and its difference. */
  scores: ByScore<ScoreDifference>;
  /** McNemar's exact test of accuracy (of any number of labels, of samples with all of them right), for each seed; not combined, as seeds share their samples. */
  mcNemar: ({ seed: number } & McNemarResult)[];
  /** How intervals were made. */
  bootstrap: BootstrapSettings;
}

/**
 * Compares two runs on the same samples, paired by sample and seed. Either may be a table of anybody's predictions ({@link readPredictions}): its samples are paired
 * by their `id`, else by data set, subject and clip, and two tables that name no samples row by row.
 *
 * Scores are means over the seeds that both runs have. Interval and permutation test take the subject as unit, with the predictions of all seeds kept
 * together; see `pairedPermutationTest` and `mcNemarTest` of @mer/metrics.
 *
 * @param first - the run, or table, to compare with
 * @param second - the run, or table, to compare
 * @returns scores, differences (second - first), tests, and warnings where the runs were not made alike
 * @throws {@link ExperimentError} where classes or samples differ, or no seed is in both; the message names them
 *
 * @example
 * ```ts no-run
 * import { compareRuns, readRun } from '@mer/experiments';
 *
 * const { scores } = compareRuns(await readRun('runs/trdi'), await readRun('runs/afn'));
 * console.log(scores.uf1.difference, scores.uf1.permutation.pValue);
 * ```
 */
export function compareRuns(first: Run | PredictionTable, second: Run | PredictionTable): RunComparison {
  return comparePaired(...comparable(first, second));
}

/**
 * Compares many runs, each with the first, as {@link compareRuns} does; p-values are also corrected by Holm for their number.
 *
 * @param first - the run, or table, to compare with
 * @param others - the runs, or tables, to compare
 * @returns a comparison for each of the others
 * @throws {@link ExperimentError} where one of them cannot be compared with the first
 *
 * @example
 * ```ts no-run
 * import { comparisonsText, compareWithFirst, readRun } from '@mer/experiments';
 *
 * const others = await Promise.all(['runs/afn', 'runs/rcn-a'].map((dir) => readRun(dir)));
 * console.log(comparisonsText(compareWithFirst(await readRun('runs/ststnet'), others)));
 * ```
 */
export function compareWithFirst(
  first: Run | PredictionTable,
  others: readonly (Run | PredictionTable)[],
): RunComparison[] {
  const comparisons = others.map((other) => compareRuns(first, other));
  if (comparisons.length < 2) return comparisons;
  const { labelKind } = comparisons[0]!;
  const corrected = byScore(labelKind, (score) =>
    holmCorrection(comparisons.map(({ scores }) => scores[score]!.permutation.pValue)),
  );
  return comparisons.map((comparison, i) => ({
    ...comparison,
    scores: byScore(labelKind, (score) => {
      const found = comparison.scores[score]!;
      return { ...found, permutation: { ...found.permutation, pCorrected: corrected[score]![i]! } };
    }),
  }));
}

function comparePaired(first: Comparable, second: Comparable): RunComparison {
  const classes = sharedClasses(first, second);
  const { labelKind } = first;
  const scoring = scoringOf(classes.length, labelKind);
  const seeds = sharedSeeds(first, second);
  const pairs = seeds.map((seed) => pairsOf(seed, first, second));
  const ids = pairs.map(({ a }) => a.map(({ id }) => id).join('\n'));
  const other = ids.findIndex((list) => list !== ids[0]);
  if (other > 0) {
    throw new ExperimentError(
      `Cannot compare as each seed must have tested the same samples: in ${first.dir} seed ${seeds[0]} has ${pairs[0]!.a.length}, seed ${seeds[other]} has ${pairs[other]!.a.length}; finish the runs with mer run`,
    );
  }
  const tables = pairs.map(({ a, b }) => [subjectCounts(a, scoring), subjectCounts(b, scoring)] as const);
  return {
    first: first.about,
    second: second.about,
    seeds,
    n: pairs[0]!.a.length,
    subjects: tables[0]![0].subjects.length,
    classes: [...classes],
    ...(labelKind && { labelKind }),
    warnings: warningsOf(first, second, seeds),
    scores: scoreDifferences(tables),
    mcNemar: pairs.map(({ seed, a, b }) => ({
      seed,
      ...mcNemarTest({
        // whether each is right is all that the test looks at
        truth: a.map(() => 1),
        first: a.map(isRight),
        second: b.map(isRight),
        classes: 2,
      }),
    })),
    bootstrap: BOOTSTRAP,
  };
}

const isRight = ({ truth, predicted }: Prediction) => Number(sameLabel(truth, predicted));

function scoreDifferences(tables: readonly (readonly [SubjectCounts, SubjectCounts])[]): ByScore<ScoreDifference> {
  const { subjects, scoring } = tables[0]![0];
  const { labelKind } = scoring;
  const meanScores = (each: readonly ByScore<number>[]) =>
    byScore(labelKind, (score) => each.reduce((sum, scores) => sum + scores[score]!, 0) / each.length);
  const ofRun = (run: 0 | 1, drawn?: readonly number[]) => meanScores(tables.map((pair) => scoresOf(pair[run], drawn)));
  const [first, second] = [ofRun(0), ofRun(1)];
  const differenceOf = (drawn: readonly number[]) => {
    const [a, b] = [ofRun(0, drawn), ofRun(1, drawn)];
    return byScore(labelKind, (score) => b[score]! - a[score]!);
  };
  const intervals = subjectIntervals(subjects, differenceOf, labelKind);
  const permutations = permutationTests(tables, meanScores);
  return byScore(labelKind, (score) => ({
    first: first[score]!,
    second: second[score]!,
    difference: second[score]! - first[score]!,
    ...(intervals && { interval: intervals[score]! }),
    permutation: permutations[score]!,
  }));
}

/** Swaps all predictions of a subject, of all seeds at once; subjects whom both runs count alike are left as they are. */
function permutationTests(
  tables: readonly (readonly [SubjectCounts, SubjectCounts])[],
  meanScores: (each: readonly ByScore<number>[]) => ByScore<number>,
): ByScore<ScoreDifference['permutation']> {
  const { labelKind } = tables[0]![0].scoring;
  const size = tables[0]![0].subjects.length;
  const alike = (i: number) =>
    tables.every(([a, b]) => a.counts[i]!.every((count, cell) => count === b.counts[i]![cell]));
  const everyone = Array.from({ length: size }, (_, i) => i);
  const differing = everyone.filter((i) => !alike(i));
  // number i is subject i as in the first run, number size + i as in the second
  const both = tables.map(([a, b]) => ({ ...a, counts: [...a.counts, ...b.counts] }));
  const tests = pairedPermutationTest(differing, (swapped) => {
    const chosen = [...everyone];
    differing.forEach((i, unit) => {
      if (swapped[unit]) chosen[i] = size + i;
    });
    return meanScores(both.map((table) => scoresOf(table, chosen))) as Record<ScoreName, number>;
  });
  return byScore(labelKind, (score) => {
    const { pValue, exact, permutations, differing: count } = tests[score];
    return { pValue, exact, permutations, differing: count };
  });
}

function sharedClasses(a: Comparable, b: Comparable): readonly string[] {
  const [dir, other] = [a.dir, b.dir];
  if (a.classes.length !== b.classes.length || a.classes.some((name, i) => name !== b.classes[i])) {
    throw new ExperimentError(
      `Cannot compare as the runs must have the same classes: ${dir} has ${a.classes.join(', ')}; ${other} has ${b.classes.join(', ')}`,
    );
  }
  if (a.labelKind !== b.labelKind) {
    throw new ExperimentError(
      `Cannot compare as the samples of both runs must have one label, or both any number: ${dir} and ${other} differ`,
    );
  }
  return a.classes;
}

function seedsOf({ predictions }: Comparable): number[] {
  return [...predictions.keys()];
}

function sharedSeeds(first: Comparable, second: Comparable): number[] {
  const theirs = seedsOf(second);
  const seeds = seedsOf(first).filter((seed) => theirs.includes(seed));
  if (seeds.length === 0) {
    throw new ExperimentError(
      `Cannot compare as the runs must share a seed: ${first.dir} has ${seedsOf(first).join(', ')}; ${second.dir} has ${theirs.join(', ')}`,
    );
  }
  return seeds;
}

/** The predictions of one seed in both runs, in the order of the samples' names. */
function pairsOf(
  seed: number,
  first: Comparable,
  second: Comparable,
): { seed: number; a: Prediction[]; b: Prediction[] } {
  const [a, b] = [first, second].map(({ predictions }) =>
    [...predictions.get(seed)!].sort((one, other) => (one.id < other.id ? -1 : 1)),
  ) as [Prediction[], Prediction[]];
  refuseOthers(seed, [first.dir, a], [second.dir, b]);
  refuseOthers(seed, [second.dir, b], [first.dir, a]);
  const relabeled = a.filter((prediction, i) => identityOf(b[i]!) !== identityOf(prediction));
  if (relabeled.length > 0) {
    throw new ExperimentError(
      `Cannot compare as the runs must agree on the true classes and the subjects: they differ for ${some(relabeled.map(({ id }) => id))}`,
    );
  }
  return { seed, a, b };
}

function refuseOthers(
  seed: number,
  [dir, list]: [string, Prediction[]],
  [other, theirs]: [string, Prediction[]],
): void {
  const there = new Set(theirs.map(({ id }) => id));
  const alone = list.filter(({ id }) => !there.has(id)).map(({ id }) => id);
  if (alone.length > 0) {
    throw new ExperimentError(
      `Cannot compare as the runs must have tested the same samples: for seed ${seed}, ${dir} has ${some(alone)}, ${other} has not`,
    );
  }
}

function some(ids: readonly string[]): string {
  const named = ids.slice(0, 5).join(', ');
  return ids.length > 5 ? `${named} and ${ids.length - 5} more` : named;
}

function warningsOf(first: Comparable, second: Comparable, seeds: readonly number[]): string[] {
  const differ = first.settings.flatMap(([what, value]) => {
    const other = second.settings.find(([name]) => name === what)?.[1];
    return other === undefined || other === value ? [] : [`the runs differ in ${what}: ${value} and ${other}`];
  });
  const left = [...new Set([...seedsOf(first), ...seedsOf(second)])].filter((seed) => !seeds.includes(seed));
  return [
    ...differ,
    ...(left.length > 0 ? [`only one of the runs has seed ${left.join(', ')}: left out`] : []),
    ...[first, second].flatMap(({ notes }) => notes),
  ];
}
