import { rm, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { makeFolder, writeFileAtomic } from '@mer/io';
import { hashOf } from '@mer/options';
import { stringify } from 'yaml';
import type { FinishedFold, Run } from '../run/read-run.js';
import { foldFolder } from '../run/run-store.js';
import { summarizeRun } from '../summaries/read-summary.js';
import { printedScores } from '../summaries/score-names.js';
import { curveValues, epochTimes } from './curves.js';

/** Longest value of a parameter that MLflow takes. */
const LONGEST = 6000;

interface MlflowRun {
  id: string;
  name: string;
  start: number;
  end: number;
  done: boolean;
  params: Readonly<Record<string, string>>;
  /** Lines of each metric: time, value, step. */
  metrics: Readonly<Record<string, readonly (readonly [time: number, value: number, step: number])[]>>;
  tags: Readonly<Record<string, string>>;
  artifacts: Readonly<Record<string, string>>;
}

/**
 * Writes a run as MLflow keeps runs in files (`mlruns`): one run with the settings as parameters and the scores as metrics, and within it one for each fold with its
 * curves. Runs of a data set and protocol are one experiment of MLflow. The same run written again takes the place of the one before.
 *
 * MLflow 3 reads such folders with `MLFLOW_ALLOW_FILE_STORE=true`, and takes them into a data base with `mlflow migrate-filestore`.
 *
 * @param run - as read by {@link readRun}
 * @param dir - folder for MLflow, such as `mlruns`
 *
 * @example
 * ```ts no-run
 * import { readRun, writeMlflow } from '@mer/experiments';
 *
 * await writeMlflow(await readRun('runs/quickstart'), 'mlruns');
 * ```
 */
export async function writeMlflow(run: Run, dir: string): Promise<void> {
  const { experiment } = run.manifest;
  const name = `${experiment.data.name}, ${experiment.protocol.name}`;
  const id = String(BigInt(`0x${hashOf(['mlflow experiment', name]).slice(0, 14)}`));
  const folder = join(dir, id);
  const uri = pathToFileURL(resolve(folder)).href;
  await makeFolder(folder);
  const created = Date.parse(run.manifest.created);
  await writeFileAtomic(
    join(folder, 'meta.yaml'),
    stringify({
      artifact_location: uri,
      creation_time: created,
      experiment_id: id,
      last_update_time: created,
      lifecycle_stage: 'active',
      name,
    }),
  );
  const parent = await wholeRun(run);
  await writeRun(parent, { folder, uri, experiment: id });
  for (const fold of run.folds) await writeRun(await foldRun(run, fold, parent.id), { folder, uri, experiment: id });
}

/** The run with its settings and scores. */
async function wholeRun(run: Run): Promise<MlflowRun> {
  const { manifest, dir, missing } = run;
  const { experiment, labelKind } = manifest;
  const summary = summarizeRun(run);
  const ends = await Promise.all(run.folds.map((fold) => endOf(run, fold)));
  const end = Math.max(...ends);
  const metrics = printedScores(labelKind).flatMap(({ name, key }) => {
    const values = summary.perSeed.map(({ seed, scores }) => [end, scores[0]![name]!, seed] as const);
    return [[key, values] as const];
  });
  return {
    id: hashOf(['mlflow run', manifest.hash, resolve(dir)]).slice(0, 32),
    name: experiment.name,
    start: Date.parse(manifest.created),
    end,
    done: missing.length === 0,
    params: settingsOf(experiment),
    metrics: Object.fromEntries(metrics),
    tags: {
      'mer.hash': manifest.hash,
      'mer.fingerprint': manifest.fingerprint,
      'mer.folds': `${run.folds.length} of ${manifest.folds.length}`,
      'mer.backend': manifest.backend.name,
      'mer.version': manifest.versions['mer'] ?? '',
      'mlflow.note.content': `${experiment.description ?? experiment.name}\n\nEach score stands at the step of its seed.`,
    },
    artifacts: {
      'summary.json': `${JSON.stringify(summary, undefined, 1)}\n`,
      'experiment.json': `${JSON.stringify(experiment, undefined, 1)}\n`,
    },
  };
}

async function foldRun(run: Run, fold: FinishedFold, parent: string): Promise<MlflowRun> {
  const { seed, fold: name, history, seconds, epoch, trained, predictions } = fold;
  const end = await endOf(run, fold);
  const times = epochTimes(end, seconds, history.length);
  const curves: Record<string, [number, number, number][]> = {};
  for (const [i, record] of history.entries()) {
    for (const [curve, value] of Object.entries(curveValues(record))) {
      (curves[curve] ??= []).push([times[i]!, value, record.epoch]);
    }
  }
  return {
    id: hashOf(['mlflow run', parent, seed, name]).slice(0, 32),
    name: `${name}, seed ${seed}`,
    start: Math.round(end - seconds * 1000),
    end,
    done: true,
    params: {
      seed: String(seed),
      fold: name,
      epoch: String(epoch),
      trained: String(trained),
      tested: String(predictions.length),
    },
    metrics: curves,
    tags: { 'mlflow.parentRunId': parent },
    artifacts: {},
  };
}

async function endOf({ dir }: Run, { seed, fold }: FinishedFold): Promise<number> {
  return Math.round((await stat(join(foldFolder(dir, seed, fold), 'predictions.json'))).mtimeMs);
}

async function writeRun(
  { id, name, start, end, done, params, metrics, tags, artifacts }: MlflowRun,
  { folder, uri, experiment }: { folder: string; uri: string; experiment: string },
): Promise<void> {
  const dir = join(folder, id);
  await rm(dir, { recursive: true, force: true });
  const files = {
    ...below('params', params),
    ...below(
      'metrics',
      Object.fromEntries(
        Object.entries(metrics).map(([key, lines]) => [key, lines.map((line) => `${line.join(' ')}\n`).join('')]),
      ),
    ),
    ...below('tags', { 'mlflow.runName': name, 'mlflow.source.name': 'mer', 'mlflow.source.type': 'LOCAL', ...tags }),
    ...below('artifacts', artifacts),
    // what has no such file is no run yet
    'meta.yaml': stringify({
      artifact_uri: `${uri}/${id}/artifacts`,
      end_time: end,
      entry_point_name: '',
      experiment_id: experiment,
      lifecycle_stage: 'active',
      run_id: id,
      run_name: name,
      run_uuid: id,
      source_name: '',
      source_type: 4,
      source_version: '',
      start_time: start,
      // FINISHED, or RUNNING
      status: done ? 3 : 1,
      tags: [],
      user_id: '',
    }),
  };
  await makeFolder(join(dir, 'artifacts'));
  for (const [path, content] of Object.entries(files)) {
    const parts = path.split('/');
    await makeFolder(join(dir, ...parts.slice(0, -1)));
    await writeFileAtomic(join(dir, ...parts), content);
  }
}

function below(folder: string, files: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(files).map(([name, content]) => [`${folder}/${name}`, content]));
}

/** Every setting by its path, with the characters that MLflow takes in names. */
function settingsOf(experiment: object): Record<string, string> {
  const found: Record<string, string> = {};
  const visit = (value: unknown, path: string) => {
    if (typeof value === 'object' && value !== null) {
      for (const [key, inner] of Object.entries(value)) visit(inner, path === '' ? key : `${path}.${key}`);
    } else if (value !== undefined) {
      found[path.replaceAll(/[^\w\-. :]/g, '_').slice(0, 250)] = String(value).slice(0, LONGEST);
    }
  };
  visit(experiment, '');
  return found;
}
