import type { DatasetNote } from './dataset.js';

/** Says in one line what a note is about: file and row first, where known, then the clip. */
export function formatNote({ file, row, key, message: whole }: DatasetNote): string {
  const message = whole.length > 1000 ? `${whole.slice(0, 1000)}…` : whole;
  const line = file === undefined || row === undefined ? file : `${file}, row ${row}`;
  const place =
    line === undefined ? key : key === '' || line.includes(key.split('/').at(-1)!) ? line : `${line} (${key})`;
  return place ? `${place}: ${message}` : message;
}

/**
 * A data set's source cannot be used as it is; `notes` holds every problem found, not only the first.
 *
 * @example
 * ```ts
 * import { DatasetError } from '@mer/datasets';
 *
 * const error = new DatasetError('Cannot open megc2019-flow in /data', [
 *   { severity: 'error', key: 'sub01/EP02_01f', file: 'manifest.csv', row: 2, message: 'a.png does not exist' },
 * ]);
 * console.log(error.message); // 'Cannot open megc2019-flow in /data: manifest.csv, row 2 (sub01/EP02_01f): a.png does not exist'
 * ```
 */
export class DatasetError extends Error {
  override readonly name = 'DatasetError';
  /** What could not be done, as the message begins. */
  readonly what: string;
  /** Every problem found. */
  readonly notes: readonly DatasetNote[];

  /** `shown` is how many of the problems the message names: 10 unless told otherwise. */
  constructor(what: string, notes: readonly DatasetNote[], options: ErrorOptions & { shown?: number } = {}) {
    const shown = notes.slice(0, options.shown ?? 10).map(formatNote);
    const more = notes.length > shown.length ? [`… and ${notes.length - shown.length} more`] : [];
    super(notes.length === 1 ? `${what}: ${shown[0]}` : [`${what}:`, ...shown, ...more].join('\n  '), options);
    this.what = what;
    this.notes = notes;
  }
}
