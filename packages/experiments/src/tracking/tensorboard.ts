import { appendFileSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder, writeFileAtomic } from '@mer/io';
import type { RunEvent } from '../run/events.js';
import { type FinishedFold, type Run, readRun } from '../run/read-run.js';
import { fileNameOf, finalFold, foldFolder } from '../run/run-store.js';
import { summarizeRun } from '../summaries/read-summary.js';
import { printedScores } from '../summaries/score-names.js';
import { curveValues, epochTimes } from './curves.js';
import { type EventMessage, eventRecord, FILE_VERSION } from './event-record.js';

/** Writes what a run tells as TensorBoard's files of events, as it comes. */
export interface TensorboardLog {
  /** Takes an event of the run; epochs are in the files when it returns. */
  onEvent(event: RunEvent): void;
  /**
   * Adds what the run had before, such as folds that were done by an earlier command, and the scores of all that is done; nothing where no fold is.
   *
   * @param run - folder of the run
   */
  finish(run: string): Promise<void>;
}

/** Options of {@link openTensorboard}. */
export interface OpenTensorboardOptions {
  /** What TensorBoard calls the run; parts between slashes are folders. */
  name: string;
}

/**
 * Opens a folder for TensorBoard's files of events: `<dir>/<name>/<seed>/<fold>` has the curves of a fold, `<dir>/<name>/<seed>` the scores of all
 * folds of a seed, `<dir>/<name>` the experiment as a text. A fold that is trained anew (after a crash, or a command that was stopped) begins its file anew, so that no
 * epoch stands twice.
 *
 * @param dir - folder for `tensorboard --logdir`
 * @param options - name of the run
 *
 * @example
 * ```ts no-run
 * import { openTensorboard, readExperiment, runExperiment } from '@mer/experiments';
 *
 * const log = openTensorboard('logs', { name: 'quickstart' });
 * await runExperiment(await readExperiment('first-steps'), { out: 'runs/quickstart', onEvent: log.onEvent });
 * await log.finish('runs/quickstart');
 * ```
 */
export function openTensorboard(dir: string, { name }: OpenTensorboardOptions): TensorboardLog {
  const top = join(dir, ...name.split('/').map(fileNameOf));
  const open = new Map<string, { attempt: number; file: string; epoch: number }>();
  const whole = new Set<string>();
  return {
    onEvent(event) {
      if (event.type === 'fold') whole.add(foldOf(top, event.seed, event.fold));
      if (event.type !== 'epoch') return;
      const { seed, fold, attempt, time, record } = event;
      const folder = foldOf(top, seed, fold);
      let begun = open.get(folder);
      if (!begun || begun.attempt !== attempt || record.epoch <= begun.epoch) {
        begun = { attempt, epoch: 0, file: join(folder, fileName(time)) };
        removeEvents(folder);
        mkdirSync(folder, { recursive: true });
        appendFileSync(begun.file, eventRecord({ time, version: FILE_VERSION }));
        open.set(folder, begun);
      }
      begun.epoch = record.epoch;
      appendFileSync(begun.file, eventRecord({ time, step: record.epoch, scalars: curveValues(record) }));
    },
    async finish(dir) {
      const run = await readRun(dir).catch(() => undefined);
      if (run) await writeRun(run, top, (folder) => whole.has(folder) && open.has(folder));
    },
  };
}

/**
 * Writes a run that is there, finished or not, as TensorBoard's files of events; see {@link openTensorboard}. Histories do not say when an epoch ended: all of a
 * fold are taken as equally long.
 *
 * @param run - as read by {@link readRun}
 * @param dir - folder for `tensorboard --logdir`
 * @param options - name of the run; that of its experiment by default
 *
 * @example
 * ```ts no-run
 * import { readRun, writeTensorboard } from '@mer/experiments';
 *
 * await writeTensorboard(await readRun('runs/quickstart'), 'logs');
 * ```
 */
export async function writeTensorboard(
  run: Run,
  dir: string,
  { name = run.manifest.experiment.name }: Partial<OpenTensorboardOptions> = {},
): Promise<void> {
  await writeRun(run, join(dir, ...name.split('/').map(fileNameOf)), () => false);
}

async function writeRun(run: Run, top: string, isThere: (folder: string) => boolean): Promise<void> {
  for (const fold of run.folds) {
    const folder = foldOf(top, fold.seed, fold.fold);
    if (!isThere(folder)) await writeEvents(folder, foldMessages(run, fold));
  }
  const { experiment, created, labelKind } = run.manifest;
  const time = Date.parse(created);
  const settings = `    ${JSON.stringify(experiment, undefined, 2).replaceAll('\n', '\n    ')}`;
  await writeEvents(top, [{ time, step: 0, texts: { experiment: settings } }]);
  for (const { seed, scores } of summarizeRun(run).perSeed) {
    const [all] = scores;
    if (!all) continue;
    const named = printedScores(labelKind).map(({ name, title }) => [`scores/${title}`, all[name]!]);
    await writeEvents(join(top, String(seed)), [{ time, step: 0, scalars: Object.fromEntries(named) }]);
  }
}

function foldMessages({ dir }: Run, { seed, fold, history, seconds }: FinishedFold): EventMessage[] {
  const ended = statSync(join(foldFolder(dir, seed, fold), 'predictions.json')).mtimeMs;
  const times = epochTimes(ended, seconds, history.length);
  return history.map((record, i) => ({ time: times[i]!, step: record.epoch, scalars: curveValues(record) }));
}

/** One file with these messages in place of those that the folder has. */
async function writeEvents(folder: string, messages: readonly EventMessage[]): Promise<void> {
  if (messages.length === 0) return;
  const time = Math.round(messages[0]!.time);
  const records = [{ time, version: FILE_VERSION }, ...messages].map(eventRecord);
  await makeFolder(folder);
  removeEvents(folder);
  await writeFileAtomic(join(folder, fileName(time)), Buffer.concat(records));
}

const foldOf = (top: string, seed: number, fold: string) =>
  join(top, String(seed), fold === finalFold ? 'all' : fileNameOf(fold));

/** As TensorBoard knows files of events; nothing in it is of the machine. */
const fileName = (time: number) => `events.out.tfevents.${Math.floor(time / 1000)}.mer`;

/** Removes files that were written here; those of others stay. */
function removeEvents(folder: string): void {
  let names: string[] = [];
  try {
    names = readdirSync(folder);
  } catch {
    return;
  }
  for (const name of names.filter((name) => /^events\.out\.tfevents\.\d+\.mer$/.test(name))) rmSync(join(folder, name));
}
