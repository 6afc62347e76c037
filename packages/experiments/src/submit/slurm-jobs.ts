import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { makeFolder, writeFileAtomic } from '@mer/io';
import { integer, list, text } from '@mer/options';
import * as v from 'valibot';
import { loose } from '../run/loose.js';
import { readJsonFile } from '../run/read-json-file.js';
import { writeJson } from '../run/run-store.js';
import type { SlurmArray } from './slurm-script.js';

/** Jobs of Slurm that work on a run: what `jobs.json` of {@link submitFolder} holds. */
interface SlurmJobs {
  format: 1;
  /** Numbers of the array jobs, the newest last. */
  jobs: { id: string; tasks: number; submitted: string }[];
}

const NUMBER = /^\d{1,12}$/;
const schema = loose({
  format: v.literal(1, '1'),
  jobs: list(
    'Jobs.',
    loose({
      id: text('Number of the job.', { pattern: NUMBER, expected: 'the number of a job' }),
      tasks: integer('Its tasks.', { min: 1 }),
      submitted: v.string('a text'),
    }),
    { max: 100_000 },
  ),
});
const ABOUT = { kind: 'the list of the jobs of a run', cure: 'Delete it; the jobs stay.' };

/** Where what is submitted for a run is kept: beside its folder, which is the run's alone. */
export const submitFolder = (out: string): string => `${out.replace(/[\\/]+$/, '')}.submit`;

const run = promisify(execFile);

/**
 * Writes a script beside a run, and gives it to Slurm: an array after the other, as {@link slurmArrays} has them.
 *
 * @param out - folder of the run or the sweep
 * @param script - as made by {@link slurmScript}
 * @param options - arrays; whether each begins when the one before has ended, so that a limit of tasks at once holds for all; `submit` false to write only
 * @returns the script's file, how it is submitted, and the numbers of the jobs
 * @throws Error with what sbatch said
 */
export async function submitToSlurm(
  out: string,
  script: string,
  { arrays, submit, chain = false }: { arrays: readonly SlurmArray[]; submit: boolean; chain?: boolean },
): Promise<{ file: string; commands: string[][]; jobs: string[] }> {
  const folder = submitFolder(out);
  const file = join(folder, 'slurm.sh');
  const commands = arrays.map(({ first, array }) => ['sbatch', `--array=${array}`, file, String(first)]);
  await makeFolder(folder);
  await writeFileAtomic(file, script);
  const jobs: string[] = [];
  if (!submit) return { file, commands, jobs };
  const path = join(folder, 'jobs.json');
  const known = await readJsonFile<SlurmJobs>(path, schema, ABOUT);
  const record: SlurmJobs = { format: 1, jobs: [...(known?.jobs ?? [])] };
  for (const [i, [command, ...args]] of commands.entries()) {
    const after = chain && i > 0 ? [`--dependency=afterany:${jobs.at(-1)}`] : [];
    const { stdout } = await run(command!, ['--parsable', ...after, ...args], { encoding: 'utf8' }).catch((cause) => {
      const said = String((cause as { stderr?: string }).stderr ?? '').trim() || (cause as Error).message;
      throw new Error(`Cannot submit ${file} as sbatch refused it: ${said}`, { cause });
    });
    // with several clusters: number;cluster
    const [id = ''] = stdout.trim().split(';');
    if (!NUMBER.test(id))
      throw new Error(`Cannot follow what was submitted as sbatch gave no number of a job: ${stdout}`);
    jobs.push(id);
    const [from, to] = arrays[i]!.array.split('%')[0]!.split('-').map(Number) as [number, number];
    record.jobs.push({ id, tasks: to - from + 1, submitted: new Date().toISOString() });
    await writeJson(path, record);
  }
  return { file, commands, jobs };
}

/** Whether this machine can submit to Slurm. */
export async function hasSlurm(): Promise<boolean> {
  return run('sbatch', ['--version']).then(
    () => true,
    () => false,
  );
}

/**
 * Asks Slurm for the tasks that wait or run for a run or a sweep.
 *
 * @param out - its folder
 * @returns how many tasks are in each state (`RUNNING`, `PENDING`, …), none where all have ended; undefined where nothing was submitted, or Slurm is not to be reached
 */
export async function slurmTasks(out: string): Promise<Record<string, number> | undefined> {
  const known = await readJsonFile<SlurmJobs>(join(submitFolder(out), 'jobs.json'), schema, ABOUT);
  if (!known || known.jobs.length === 0) return undefined;
  const ids = new Set(known.jobs.map(({ id }) => id));
  try {
    // all of the user's: a job that has ended is an error where it is asked for by its number
    const { stdout } = await run('squeue', ['--noheader', '--array', '--me', '--format=%F %T'], {
      encoding: 'utf8',
      timeout: 20_000,
      maxBuffer: 2 ** 28,
    });
    const states: Record<string, number> = {};
    for (const line of stdout.split('\n')) {
      const [id = '', state = ''] = line.trim().split(/\s+/);
      if (ids.has(id)) states[state] = (states[state] ?? 0) + 1;
    }
    return states;
  } catch {
    // no Slurm here, or its controller does not answer: the run's own files tell the rest
    return undefined;
  }
}
