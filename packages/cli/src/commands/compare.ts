import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import {
  compareWithFirst,
  comparisonsText,
  loadParts,
  type PredictionTable,
  type Run,
  readPredictions,
  readRun,
} from '@mer/experiments';
import { UsageError } from '../errors.js';
import { print, printJson } from '../output.js';

/** `mer compare <run> <run> [...]`: each further run, or CSV file of predictions, with the first. */
export async function compare(
  dirs: readonly string[],
  { use, json }: { use: string[]; json?: boolean },
): Promise<void> {
  if (dirs.length < 2) throw new UsageError('Cannot compare as at least two runs must be named: there is one');
  const own = await loadParts(use);
  const read = async (path: string): Promise<Run | PredictionTable> => {
    const isFile = async (file: string) => (await stat(file).catch(() => undefined))?.isFile() ?? false;
    if (/\.[ct]sv$/i.test(path) || (await isFile(path))) return readPredictions(path);
    // what mer evaluate writes is no run
    const table = join(path, 'predictions.csv');
    return (await isFile(table)) && !(await isFile(join(path, 'run.json')))
      ? readPredictions(table)
      : readRun(path, { own });
  };
  const [first, ...others] = await Promise.all(dirs.map(read));
  const comparisons = compareWithFirst(first!, others);
  if (json) printJson(comparisons);
  else print(`${comparisonsText(comparisons)}\n`);
}
