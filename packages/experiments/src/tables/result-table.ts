import { holmCorrection } from '@mer/metrics';
import type { LabelKind } from '@mer/training';
import { compareRuns, type RunComparison } from '../report/compare-runs.js';
import type { Run } from '../run/read-run.js';
import type { PublishedScores } from '../schema/experiment.js';
import { ExperimentError } from '../schema/experiment-error.js';
import { epochText } from '../summaries/context.js';
import { type DrawnSummary, drawnText } from '../summaries/drawn-images.js';
import { guessText } from '../summaries/guessing.js';
import { summarizeRun } from '../summaries/read-summary.js';
import { printedScores, type ScoreName } from '../summaries/score-names.js';
import { headlineRows, type ScoreCell, type ScoreTableRow, scoreTable } from '../summaries/score-table.js';
import { bootstrapText } from '../summaries/score-text.js';
import { startOf } from '../summaries/start-text.js';
import { BOOTSTRAP } from '../summaries/subject-intervals.js';
import type { RunSummary } from '../summaries/summary.js';
import { differingSettings } from './differing-settings.js';
import { dataOf, rowsOfRuns } from './joined-runs.js';

/** A score of one row on one data set. */
export interface TableScore extends ScoreCell {
  /** Better than every other row, and significantly so. */
  best?: boolean;
  /** This row less the one that all are compared with. */
  difference?: number;
  /** Of the permutation test of that difference. */
  p?: number;
  /** The same, corrected by Holm for the rows compared. */
  pCorrected?: number;
}

/** What one row has on one data set. */
export interface TableCell {
  /** All samples, then each data set within a composite set; scores by name. */
  sets: { name: string; n: number; subjects: number; scores: { [name in ScoreName]?: TableScore } }[];
  /** Seeds, whose mean the scores are where there are several. */
  seeds: number[];
  /** Folds done and planned, over all seeds. */
  folds: { done: number; total: number };
  /** How the tested epoch was chosen, in words. */
  epoch: string;
  /** Wall-clock seconds of all folds. */
  seconds: number;
  /** How like their targets the images are that the network draws as second task. */
  drawn?: DrawnSummary;
  /** What epochs chosen on the test subjects gave, the mean over seeds: not comparable. */
  oracle?: { [name in ScoreName]?: number };
  /** The folders. */
  dir: string;
}

/** A row of the table. */
export interface TableRow {
  /** Name of the run. */
  name: string;
  /** The settings that tell it from the others. */
  settings: Readonly<Record<string, string>>;
  /** By the key of the data; absent where no run of this row is on it. */
  cells: Readonly<Record<string, TableCell>>;
}

/** The data that a group of columns is of. */
export interface TableData {
  key: string;
  /** Name of the data set, and what tells it from another reading of the same. */
  title: string;
  n: number;
  subjects: number;
  classes: string[];
  /** What always guessing the most frequent class, or every label, gives. */
  guessing: { what: string; scores: { [name in ScoreName]?: number } };
  /** Published results, as the experiments give them. */
  published: (PublishedScores & { /** Rows whose experiments name it. */ rows: string[] })[];
}

/** Many runs as one table: plain data, which text, CSV, Markdown, LaTeX and HTML only draw. */
export interface ResultTable {
  /** Version of this layout. */
  format: 1;
  labelKind: LabelKind;
  /** Paths of the settings that tell rows apart. */
  settings: string[];
  data: TableData[];
  rows: TableRow[];
  /** The row that all are compared with. */
  against?: string;
  /** What a reader must know, each in a sentence. */
  notes: string[];
}

/** Options of {@link resultTable}. */
export interface ResultTableOptions {
  /** Name of the row with which all others are compared; none by default. */
  against?: string | undefined;
}

/** Below which a corrected p-value counts. */
const ALPHA = 0.05;

/**
 * Puts many runs into one table: a row for each experiment, named as its run is and told apart by the fewest settings, a group of columns for each data set;
 * runs that differ in their seeds alone are joined to mean and deviation.
 *
 * The best score of a column is marked only where its row is better than every other whole row of the same samples, tested by swapping the two rows'
 * predictions per subject, and still so after Holm's correction for all pairs of rows, since which row would be best was not known before.
 *
 * @param runs - as read by {@link readRun}, in the order of the rows
 * @param options - a row to compare all with
 * @returns the table as plain data
 * @throws {@link ExperimentError} where there is no run, the runs have one label and any number of labels, or no row has the name to compare with
 *
 * @example
 * ```ts no-run
 * import { readRuns, resultTable, resultTableText } from '@mer/experiments';
 *
 * console.log(resultTableText(resultTable(await readRuns(['runs/my-sweep', 'runs/afn']))));
 * ```
 */
export function resultTable(runs: readonly Run[], { against }: ResultTableOptions = {}): ResultTable {
  if (runs.length === 0)
    throw new ExperimentError('Cannot make a table as at least one run must be named: there is none');
  const labelKind = labelKindOf(runs);
  const grouped = rowsOfRuns(runs);
  const names = uniqueNames(grouped);
  const { keys, values } = differingSettings(grouped.map((row) => row.runs[0]!.manifest.experiment));
  const summaries = new Map(grouped.flatMap((row) => row.runs.map((run) => [run, summarizeRun(run)] as const)));
  const data = tableData(grouped, names, summaries);
  const rows: TableRow[] = grouped.map((row, i) => ({
    name: names[i]!,
    settings: values[i]!,
    cells: Object.fromEntries(row.runs.map((run) => [keyOf(data, run), cellOf(run, summaries.get(run)!)])),
  }));
  if (against !== undefined && !names.includes(against)) {
    throw new ExperimentError(
      `Cannot compare with ${against} as it must be the name of a row: they are ${names.join(', ')}`,
    );
  }
  const tests = data.map(({ key }) => testColumn(key, { rows, grouped, data, against, labelKind }));
  return {
    format: 1,
    labelKind,
    settings: keys,
    data: data.map(({ keys: _, ...one }) => one),
    rows,
    ...(against !== undefined && { against }),
    notes: notesOf({ runs, rows, data, tests, against, names }),
  };
}

function labelKindOf(runs: readonly Run[]): LabelKind {
  const kinds = runs.map(({ manifest }) => manifest.labelKind ?? 'single');
  const other = kinds.findIndex((kind) => kind !== kinds[0]);
  if (other < 0) return kinds[0]!;
  throw new ExperimentError(
    `Cannot put ${runs[0]!.dir} and ${runs[other]!.dir} into one table as the samples of all runs must have one label, or all any number`,
  );
}

/** Names of the rows; those that several have with their folders. */
function uniqueNames(rows: readonly { name: string; runs: readonly Run[] }[]): string[] {
  return rows.map(({ name, runs }) =>
    rows.filter((other) => other.name === name).length > 1
      ? `${name} (${runs.map(({ dir }) => dir).join(', ')})`
      : name,
  );
}

interface KnownData extends TableData {
  /** What {@link dataOf} says of the runs of these columns. */
  keys: ReadonlySet<string>;
}

function tableData(
  grouped: readonly { runs: readonly Run[] }[],
  names: readonly string[],
  summaries: ReadonlyMap<Run, RunSummary>,
): KnownData[] {
  const found = new Map<string, { run: Run; row: string }[]>();
  for (const [i, { runs }] of grouped.entries()) {
    for (const run of runs) found.set(dataOf(run), [...(found.get(dataOf(run)) ?? []), { run, row: names[i]! }]);
  }
  const groups = [...found.entries()];
  const nameOf = ([, [first]]: (typeof groups)[number]) => first!.run.manifest.experiment.data.name;
  return groups.map((group, i) => {
    const [id, of] = group;
    const { n, subjects, classes, guessing, labelKind } = summaries.get(of[0]!.run)!;
    const alike = groups.filter((other) => nameOf(other) === nameOf(group));
    const number =
      alike.length > 1 ? ` (${classes.length} classes, n = ${n}, reading ${alike.indexOf(group) + 1})` : '';
    const published = new Map<string, TableData['published'][number]>();
    for (const { run, row } of of) {
      for (const scores of run.manifest.experiment.published) {
        const key = JSON.stringify(scores);
        const before = published.get(key);
        if (before) before.rows.push(row);
        else published.set(key, { ...scores, rows: [row] });
      }
    }
    return {
      key: `data-${i + 1}`,
      keys: new Set([id]),
      title: `${nameOf(group)}${number}`,
      n,
      subjects,
      classes,
      guessing: {
        what: guessText(guessing),
        scores: Object.fromEntries(printedScores(labelKind).map(({ name }) => [name, guessing[name]])),
      },
      published: [...published.values()],
    };
  });
}

const keyOf = (data: readonly KnownData[], run: Run): string => data.find(({ keys }) => keys.has(dataOf(run)))!.key;

function cellOf(run: Run, summary: RunSummary): TableCell {
  const { seeds, folds, labelKind, oracle, drawn } = summary;
  const mean = (name: ScoreName, rows: readonly { scores: readonly Partial<Record<ScoreName, number>>[] }[]) =>
    rows.reduce((sum, { scores }) => sum + (scores[0]![name] ?? 0), 0) / rows.length;
  return {
    sets: headlineRows(scoreTable(summary)).map(({ set = 'all', n = 0, subjects = 0, scores }: ScoreTableRow) => ({
      name: set,
      n,
      subjects,
      scores: Object.fromEntries(
        printedScores(labelKind).flatMap(({ name }) => (scores[name] ? [[name, { ...scores[name] }]] : [])),
      ),
    })),
    seeds,
    folds: { done: folds.done, total: folds.total },
    epoch: epochText(summary).replace(/^epoch: /, ''),
    seconds: run.folds.reduce((sum, fold) => sum + fold.seconds, 0),
    ...(drawn && { drawn }),
    ...(oracle && {
      oracle: Object.fromEntries(printedScores(labelKind).map(({ name }) => [name, mean(name, oracle.perSeed)])),
    }),
    dir: run.dir,
  };
}

interface Column {
  rows: readonly TableRow[];
  grouped: readonly { runs: readonly Run[] }[];
  data: readonly KnownData[];
  against: string | undefined;
  labelKind: LabelKind;
}

/** Marks the best scores of a column and compares all with one; tells what could not be compared. */
function testColumn(key: string, { rows, grouped, data, against, labelKind }: Column): string[] {
  const troubles: string[] = [];
  const entered = rows.flatMap((row, i) => {
    const run = grouped[i]!.runs.find((each) => keyOf(data, each) === key);
    const cell = row.cells[key];
    return run && cell && cell.folds.done === cell.folds.total ? [{ row, run, cell }] : [];
  });
  const known = new Map<string, RunComparison | undefined>();
  const compared = (a: (typeof entered)[number], b: (typeof entered)[number]) => {
    const pair = `${entered.indexOf(a)} ${entered.indexOf(b)}`;
    if (!known.has(pair)) {
      try {
        known.set(pair, compareRuns(a.run, b.run));
      } catch (error) {
        if (!(error instanceof ExperimentError)) throw error;
        troubles.push(`${a.row.name} and ${b.row.name} cannot be compared: ${error.message}`);
        known.set(pair, undefined);
      }
    }
    return known.get(pair);
  };
  const pairs = (entered.length * (entered.length - 1)) / 2;
  for (const { name } of printedScores(labelKind)) {
    const sign = name === 'hammingLoss' ? -1 : 1;
    const scoreOf = ({ cell }: (typeof entered)[number]) => cell.sets[0]!.scores[name]!;
    if (entered.length > 1) {
      const best = entered.reduce((a, b) => (sign * scoreOf(b).value > sign * scoreOf(a).value ? b : a));
      const tests = entered.filter((other) => other !== best).map((other) => compared(best, other)?.scores[name]);
      const values = tests.map((test) => test?.permutation.pValue ?? 1);
      const sure = tests.every((test) => test && sign * test.difference < 0);
      if (sure && holmCorrection(values, { comparisons: pairs }).every((p) => p < ALPHA)) scoreOf(best).best = true;
    }
    const reference = entered.find(({ row }) => row.name === against);
    if (!reference) continue;
    const others = entered.filter((other) => other !== reference);
    const tests = others.flatMap((other) => {
      const test = compared(reference, other)?.scores[name];
      return test ? [{ other, test }] : [];
    });
    const corrected = holmCorrection(tests.map(({ test }) => test.permutation.pValue));
    for (const [i, { other, test }] of tests.entries()) {
      Object.assign(scoreOf(other), {
        difference: test.difference,
        p: test.permutation.pValue,
        pCorrected: corrected[i]!,
      });
    }
  }
  return troubles;
}

interface NotesOptions {
  runs: readonly Run[];
  rows: readonly TableRow[];
  data: readonly TableData[];
  tests: readonly (readonly string[])[];
  against: string | undefined;
  names: readonly string[];
}

function notesOf({ runs, rows, data, tests, against }: NotesOptions): string[] {
  const cells = rows.flatMap((row) => Object.entries(row.cells).map(([key, cell]) => ({ row, cell, key })));
  const titleOf = (key: string) => (data.length > 1 ? ` on ${data.find((one) => one.key === key)!.title}` : '');
  const distinct = <T>(values: readonly T[]) => [...new Set(values)];
  const protocols = distinct(runs.map(({ manifest }) => manifest.experiment.protocol.name));
  const epochs = distinct(cells.map(({ cell }) => cell.epoch));
  const seeds = distinct(cells.map(({ cell }) => cell.seeds.join(', ')));
  const backends = distinct(runs.map(({ manifest }) => manifest.backend.name));
  const byEpoch = epochs.map((epoch) => {
    const of = cells.filter(({ cell }) => cell.epoch === epoch).map(({ row }) => row.name);
    return epochs.length > 1 ? `${epoch} (${distinct(of).join(', ')})` : epoch;
  });
  return [
    `${data.map(({ title, n, subjects, classes }) => `${title}: n = ${n}, ${subjects} subjects, ${classes.length} classes (${classes.join(', ')})`).join('; ')}.`,
    `Protocol: ${protocols.join(' and ')}${protocols.length > 1 ? ', which are not comparable' : ''}. Epoch: ${byEpoch.join('; ')}.`,
    ...distinct(
      runs.flatMap(({ manifest: { experiment, stages } }) => {
        const start = startOf(experiment, stages);
        return start ? [`${experiment.name}: ${start.text}.`] : [];
      }),
    ),
    ...(cells.some(({ cell }) => cell.seeds.length > 1)
      ? [`Means and ± standard deviation over seeds${seeds.length === 1 ? ` ${seeds[0]}` : ''}.`]
      : []),
    `[ ]: ${bootstrapText(BOOTSTRAP)}.`,
    ...cells.flatMap(({ row, cell: { drawn }, key }) =>
      drawn ? [`Images drawn by ${row.name}${titleOf(key)}: ${drawnText(drawn)}.`] : [],
    ),
    ...(rows.length > 1
      ? [
          `Marked best: better than every other row, by a permutation test over subjects, at ${ALPHA} after Holm's correction for all pairs of rows; where no score is marked, none is.`,
        ]
      : []),
    ...(against === undefined
      ? []
      : [
          `Differences are the row less ${against}; p: permutation test over subjects, corrected by Holm for the rows compared.`,
        ]),
    ...(backends.length > 1 ? [`The runs are of several backends: ${backends.join(', ')}.`] : []),
    ...cells
      .filter(({ cell: { folds } }) => folds.done < folds.total)
      .map(
        ({ row, cell: { folds }, key }) =>
          `INCOMPLETE: ${row.name}${titleOf(key)} has ${folds.done} of ${folds.total} folds; its scores cover these and are compared with nothing.`,
      ),
    ...tests.flat(),
  ];
}
