import { basename } from 'node:path';
import { stableJson } from '@mer/options';
import type { LabelKind, SampleLabel } from '@mer/training';
import type { Run } from '../run/read-run.js';
import type { Prediction } from '../run/run-store.js';
import { ExperimentError } from '../schema/experiment-error.js';
import { startOf } from '../summaries/start-text.js';
import type { PredictedRow, PredictionTable } from './read-predictions.js';

/** What a comparison names of a run; of a table of predictions nothing but the file is known. */
export interface ComparedRun {
  /** Folder, or file of a table. */
  dir: string;
  /** Name of the experiment, or of the file. */
  name: string;
  /** Its model. */
  model?: string;
  /** Its protocol. */
  protocol?: string;
  /** How its epoch was chosen. */
  epochChoice?: string;
  /** Epochs that it trained. */
  epochs?: number;
  /** Its backend. */
  backend?: string;
}

/** What a comparison needs of a run or a table: its predictions under names that both have. */
export interface Comparable {
  dir: string;
  about: ComparedRun;
  classes: readonly string[];
  labelKind: LabelKind | undefined;
  /** By seed. */
  predictions: ReadonlyMap<number, readonly Prediction[]>;
  /** What should be alike, and how it is; what is not known is left out. */
  settings: readonly (readonly [what: string, value: string])[];
  /** What a reader must know. */
  notes: readonly string[];
}

/** A sample before both sides have agreed how to name it. */
interface Named {
  row?: number;
  id?: string | undefined;
  dataset?: string | undefined;
  subject: string;
  clip?: string | undefined;
}

type Side = Run | PredictionTable;

const isTable = (side: Side): side is PredictionTable => 'rows' in side;

/** Both sides of a comparison, their samples under the same names. */
export function comparable(first: Side, second: Side): [Comparable, Comparable] {
  const key = keyFor(first, second);
  const classes = classesFor(first, second);
  const labelKind = [first, second].flatMap((side) => (isTable(side) ? [] : [side]))[0]?.manifest.labelKind;
  const seed = [first, second].flatMap((side) => (isTable(side) ? [] : side.folds.map((fold) => fold.seed)))[0] ?? 0;
  const [a, b] = [first, second].map((side) =>
    isTable(side) ? ofTable(side, { key, classes, labelKind, seed }) : ofRun(side, key),
  ) as [Comparable, Comparable];
  // a table without data sets means those of the other side
  if (isTable(first) && !first.columns.includes('dataset')) return [withDatasets(a, b), b];
  if (isTable(second) && !second.columns.includes('dataset')) return [a, withDatasets(b, a)];
  return [a, b];
}

/** How samples are named: by what both sides have, the surest first. */
function keyFor(first: Side, second: Side): (sample: Named) => string {
  const has = (side: Side, column: 'id' | 'dataset' | 'clip') => !isTable(side) || side.columns.includes(column);
  const both = (...columns: ('id' | 'dataset' | 'clip')[]) =>
    [first, second].every((side) => columns.every((column) => has(side, column)));
  if (both('id')) return ({ id }) => id!;
  if (both('dataset', 'clip')) return ({ dataset, subject, clip }) => `${dataset}/${subject}/${clip}`;
  if (both('clip')) return ({ subject, clip }) => `${subject}/${clip}`;
  const [run] = [first, second].filter((side) => !isTable(side));
  const [table] = [first, second].filter(isTable);
  if (run && table) {
    throw new ExperimentError(
      `Cannot compare ${table.file} with ${(run as Run).dir} as its samples must be named as those of the run are: add a column id (such as ${(run as Run).folds[0]!.predictions[0]!.id}), or clip`,
    );
  }
  checkRows(first as PredictionTable, second as PredictionTable);
  return ({ row }) => `row ${row}`;
}

/** Throws unless two tables without names of samples agree row by row. */
function checkRows(first: PredictionTable, second: PredictionTable): void {
  if (first.rows.length !== second.rows.length) {
    throw new ExperimentError(
      `Cannot compare row by row as both tables must have the same samples in the same order: ${first.file} has ${first.rows.length} rows, ${second.file} has ${second.rows.length}; or name the samples in a column id`,
    );
  }
  const other = first.rows.findIndex((one, i) => {
    const two = second.rows[i]!;
    return one.truth !== two.truth || one.subject !== two.subject || (one.seed ?? 0) !== (two.seed ?? 0);
  });
  if (other < 0) return;
  const shown = ({ row, truth, subject }: PredictedRow) => `row ${row} is ${truth} of subject ${subject}`;
  throw new ExperimentError(
    `Cannot compare row by row as both tables must have the same samples in the same order: in ${first.file} ${shown(first.rows[other]!)}, in ${second.file} ${shown(second.rows[other]!)}; or name the samples in a column id`,
  );
}

/** The classes of a run; of two tables every name that is there, in order. */
function classesFor(first: Side, second: Side): readonly string[] {
  const [run] = [first, second].filter((side) => !isTable(side)) as Run[];
  if (run) return run.manifest.classes;
  const rows = [first, second].flatMap((side) => (side as PredictionTable).rows);
  const classes = [...new Set(rows.flatMap(({ truth, predicted }) => [truth, predicted]))];
  if (classes.length < 2) {
    throw new ExperimentError(`Cannot compare as there must be two classes: every sample is ${classes.join('')}`);
  }
  return classes.sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
}

function ofRun({ dir, manifest, folds, missing }: Run, key: (sample: Named) => string): Comparable {
  const { experiment, backend, classes, labelKind, fingerprint, stages } = manifest;
  const start = startOf(experiment, stages);
  const { name, model, protocol, training, threshold } = experiment;
  const predictions = new Map<number, Prediction[]>();
  for (const fold of folds) {
    const named = fold.predictions.map((prediction) => ({ ...prediction, id: key(prediction) }));
    predictions.set(fold.seed, [...(predictions.get(fold.seed) ?? []), ...named]);
  }
  for (const list of predictions.values()) {
    const seen = new Set<string>();
    const twice = list.find(({ id }) => seen.size === seen.add(id).size);
    if (twice) {
      throw new ExperimentError(
        `Cannot compare as the table must name the samples of ${dir} by id or data set: ${twice.id} is of two data sets there`,
      );
    }
  }
  return {
    dir,
    about: {
      dir,
      name,
      model: model.name,
      protocol: protocol.name,
      epochChoice: training.epochChoice,
      epochs: training.epochs,
      backend: backend.name,
    },
    classes,
    labelKind,
    predictions,
    settings: [
      ['protocol', stableJson(protocol)],
      ['the threshold', String(threshold ?? 0.5)],
      ['epoch choice', training.epochChoice],
      ['backend', backend.name],
      ['the data read (fingerprint)', fingerprint.slice(0, 12)],
    ],
    notes: [
      ...(missing.length > 0 ? [`${dir} is not finished: ${missing.length} of its folds are not done`] : []),
      ...(start ? [`${dir}: ${start.text}`] : []),
    ],
  };
}

interface TableSettings {
  key: (sample: Named) => string;
  classes: readonly string[];
  labelKind: LabelKind | undefined;
  /** Of rows that name none. */
  seed: number;
}

function ofTable({ file, rows }: PredictionTable, { key, classes, labelKind, seed }: TableSettings): Comparable {
  const indexOf = (name: string, row: number) => {
    const index = classes.indexOf(name);
    if (index >= 0) return index;
    throw new ExperimentError(
      `Cannot compare as the classes of ${file} must be those of the run, ${classes.join(', ')}: in row ${row} there is ${name}`,
    );
  };
  const labelOf = (text: string, row: number): SampleLabel => {
    if (labelKind !== 'multiple') return indexOf(text, row);
    if (text === 'none') return [];
    return [...new Set(text.split('+').map((name) => indexOf(name, row)))].sort((a, b) => a - b);
  };
  const predictions = new Map<number, Prediction[]>();
  for (const [i, one] of rows.entries()) {
    const { row, truth, predicted, dataset = '', subject, clip = '' } = one;
    const list = predictions.get(one.seed ?? seed) ?? [];
    predictions.set(one.seed ?? seed, list);
    list.push({
      // rows are counted as they follow upon each other: blank ones do not count
      id: key({ ...one, row: i + 1 }),
      dataset,
      subject,
      clip,
      truth: labelOf(truth, row),
      predicted: labelOf(predicted, row),
      logits: [],
    });
  }
  return {
    dir: file,
    about: { dir: file, name: basename(file) },
    classes,
    labelKind,
    predictions,
    settings: [],
    notes: [],
  };
}

/** The same with the data sets that the other side has for the same samples. */
function withDatasets(one: Comparable, other: Comparable): Comparable {
  const known = new Map([...other.predictions.values()].flat().map(({ id, dataset }) => [id, dataset]));
  return {
    ...one,
    predictions: new Map(
      [...one.predictions].map(([seed, list]) => [
        seed,
        list.map((prediction) => ({ ...prediction, dataset: known.get(prediction.id) ?? '' })),
      ]),
    ),
  };
}
