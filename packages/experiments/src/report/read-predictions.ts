import { basename, dirname } from 'node:path';
import { type CsvRow, openFolder, readCsv } from '@mer/datasets';
import { systemErrorText } from '@mer/io';
import { ExperimentError } from '../schema/experiment-error.js';

/** A row of a table of predictions; a column that the table does not have is undefined. */
export interface PredictedRow {
  /** Row of the file, counted from 1 as spreadsheet programs do. */
  row: number;
  /** Name of the class annotated. */
  truth: string;
  /** Name of the class predicted. */
  predicted: string;
  /** Subject. */
  subject: string;
  /** Name of the sample. */
  id?: string;
  /** Data set of the subject. */
  dataset?: string;
  /** Clip of the sample, unique within the subject. */
  clip?: string;
  /** Seed of the prediction. */
  seed?: number;
}

/** Predictions of anybody's program, as {@link readPredictions} reads them. */
export interface PredictionTable {
  /** The file. */
  file: string;
  /** Columns that it has beside truth, predicted and subject. */
  columns: readonly ('id' | 'dataset' | 'clip' | 'seed')[];
  /** Its rows, in the order of the file. */
  rows: readonly PredictedRow[];
}

/** What columns may be called; without case, spaces and punctuation. */
const names = {
  truth: ['truth', 'true', 'ytrue', 'label', 'target', 'actual', 'groundtruth'],
  predicted: ['predicted', 'prediction', 'pred', 'ypred'],
  subject: ['subject', 'sub', 'subjectid', 'participant'],
  id: ['id', 'sample'],
  dataset: ['dataset', 'database'],
  clip: ['clip', 'video', 'filename'],
  seed: ['seed'],
} as const;

type Column = keyof typeof names;

const needed = ['truth', 'predicted', 'subject'] as const;
const beside = ['id', 'dataset', 'clip', 'seed'] as const;

/**
 * Reads the predictions of anybody's program from a CSV file: a header with `truth`, `predicted` and `subject`, a row for each sample. `id`, or `dataset` and `clip`, name the
 * sample where there are such columns, and `seed` the run; all others are read over. The `predictions.csv` of a run or an evaluation is such a file. Commas, semicolons
 * or tabs; UTF-8 or UTF-16.
 *
 * @param path - the file
 * @returns its rows
 * @throws {@link ExperimentError} that names file and row where a column or a value is missing, a row has too many or too few fields, or a sample is there twice
 *
 * @example
 * ```ts no-run
 * import { compareRuns, readPredictions, readRun } from '@mer/experiments';
 *
 * const { scores } = compareRuns(await readPredictions('theirs.csv'), await readRun('runs/ours'));
 * ```
 */
export async function readPredictions(path: string): Promise<PredictionTable> {
  const task = `read the predictions ${path}`;
  let records: CsvRow[];
  try {
    records = await readCsv(await openFolder(dirname(path)), basename(path));
  } catch (cause) {
    throw new ExperimentError(`Cannot ${task} as ${systemErrorText(cause)}`, { cause });
  }
  const [header, ...rows] = records.filter(({ fields }) => fields.some((field) => field.trim() !== ''));
  const titles = header?.fields.map((field) => field.toLowerCase().replace(/[^a-z]/g, '')) ?? [];
  const places = new Map<Column, number>();
  for (const [column, spellings] of Object.entries(names) as [Column, readonly string[]][]) {
    const all = titles.flatMap((title, place) => (spellings.includes(title) ? [place] : []));
    const exact = all.filter((place) => titles[place] === column);
    const found = exact.length > 0 ? exact : all;
    if (found.length > 1) {
      throw new ExperimentError(
        `Cannot ${task} as one column must be ${column}: ${found.map((place) => header!.fields[place]).join(' and ')} are`,
      );
    }
    if (found[0] !== undefined) places.set(column, found[0]);
  }
  const missing = needed.filter((column) => !places.has(column));
  if (missing.length > 0) {
    throw new ExperimentError(
      `Cannot ${task} as its first row must name the columns truth, predicted and subject: it lacks ${missing.join(' and ')}; it has ${header?.fields.slice(0, 8).join(', ') || 'nothing'}`,
    );
  }
  const columns = beside.filter((column) => places.has(column));
  if (rows.length === 0) throw new ExperimentError(`Cannot ${task} as it must hold a prediction: it has none`);
  const seen = new Map<string, number>();
  return {
    file: path,
    columns,
    rows: rows.map(({ row, fields }) => {
      if (fields.length !== titles.length) {
        throw new ExperimentError(
          `Cannot ${task} as row ${row} must have as many fields as the header, ${titles.length}: it has ${fields.length}`,
        );
      }
      const textOf = (column: Column) => {
        // an apostrophe keeps a spreadsheet program from computing
        const value = fields[places.get(column)!]!.trim().replace(/^'(?=[=+\-@])/, '');
        if (value === '') throw new ExperimentError(`Cannot ${task} as row ${row} must have a ${column}: it is empty`);
        return value;
      };
      const named = Object.fromEntries([...needed, ...columns].map((column) => [column, textOf(column)]));
      const { seed } = named;
      if (seed !== undefined && !/^\d{1,15}$/.test(seed)) {
        throw new ExperimentError(`Cannot ${task} as the seed of row ${row} must be a whole number: it is ${seed}`);
      }
      const { id, dataset, subject, clip } = named;
      const parts = [...(dataset === undefined ? [] : [dataset]), subject, clip];
      const sample = id ?? (clip === undefined ? undefined : parts.join('/'));
      if (sample !== undefined) {
        const key = `${seed ?? ''} ${sample}`;
        const before = seen.get(key);
        if (before !== undefined) {
          throw new ExperimentError(
            `Cannot ${task} as a sample must have one row${columns.includes('seed') ? ' for each seed' : ''}: ${sample} is in rows ${before} and ${row}`,
          );
        }
        seen.set(key, row);
      }
      return { row, ...named, ...(seed !== undefined && { seed: Number(seed) }) } as PredictedRow;
    }),
  };
}
