import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolder, systemErrorCode, systemErrorText } from '@mer/io';
import { choice, list, text } from '@mer/options';
import * as v from 'valibot';
import { isLock } from '../run/folder-lock.js';
import { isHalfWritten } from '../run/half-written.js';
import { loose } from '../run/loose.js';
import { readJsonFile } from '../run/read-json-file.js';
import { writeJson } from '../run/run-store.js';
import { ExperimentError } from '../schema/experiment-error.js';
import { RUN_NAME } from '../schema/schema.js';
import type { SweepCell } from './cells.js';
import { MOST_CELLS } from './sweep-option.js';

/** What `sweep.json` says of a folder: which runs are to be in it. */
export interface SweepFile {
  /** Version of the layout. */
  format: 1;
  /** Name of the sweep. */
  name: string;
  description?: string | undefined;
  /** By what of the validation subjects a cell is chosen for each fold. */
  choose?: 'validation-accuracy' | 'validation-loss' | undefined;
  /** Its cells; the run of each is the folder of its name. */
  cells: SweepCell[];
}

const setting = v.pipe(v.string('a text'), v.maxLength(100_000, 'at most 100,000 characters'));
const cellName = text('Name of the cell.', { pattern: RUN_NAME, expected: 'the name of a folder' });

const sweepSchema = loose({
  format: v.literal(1, '1'),
  name: text('Name of the sweep.', {}),
  description: v.optional(v.string('a text')),
  choose: choice('How cells are chosen.', ['validation-accuracy', 'validation-loss'], { optional: true }),
  cells: list('Cells.', loose({ name: cellName, set: list('Settings.', setting, {}) }, 'an object with name and set'), {
    min: 1,
    max: MOST_CELLS,
  }),
});

/** Reads `sweep.json`; undefined where the folder has none. */
export function readSweepFile(dir: string): Promise<SweepFile | undefined> {
  return readJsonFile<SweepFile>(join(dir, 'sweep.json'), sweepSchema, {
    kind: 'the list of the cells of a sweep',
    cure: 'Delete it and start the sweep again: the runs in the folder stay.',
  });
}

/** Writes `sweep.json` to a folder that is new, or a sweep's already. */
export async function writeSweepFile(dir: string, file: SweepFile): Promise<void> {
  if (!(await readSweepFile(dir))) {
    const found = await readdir(dir).catch((cause: unknown) => {
      if (systemErrorCode(cause) === 'ENOENT') return [] as string[];
      throw new ExperimentError(`Cannot write a sweep to ${dir} as ${systemErrorText(cause)}`, { cause });
    });
    // another process may have begun the sweep since it was looked for
    const begun = found.includes('sweep.json') && (await readSweepFile(dir)) !== undefined;
    if (!begun && found.some((name) => !isLock(name) && !isHalfWritten(name))) {
      throw new ExperimentError(
        `Cannot write a sweep to ${dir} as it is not empty and holds no sweep.json: choose another folder with --out`,
      );
    }
  }
  await makeFolder(dir).catch((cause: Error) => {
    throw new ExperimentError(cause.message, { cause });
  });
  await writeJson(join(dir, 'sweep.json'), file);
}
