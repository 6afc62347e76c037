import { ExperimentError, type FolderStatus, type RunStatus, readStatus, slurmTasks } from '@mer/experiments';
import { print, printJson } from '../output.js';
import { duration } from '../progress.js';
import { table } from '../table.js';

/** `mer status <dir>`, `mer status --queue <url>` */
export async function status(
  dir: string | undefined,
  { json, queue, ui }: { json?: boolean; queue?: string; ui?: number | true },
): Promise<void> {
  if ((dir === undefined) === (queue === undefined) || (ui !== undefined && queue === undefined)) {
    throw new ExperimentError(
      'Cannot tell a status as it is that of a folder (mer status <dir>) or of a queue (--queue, and --ui for a page)',
    );
  }
  if (dir === undefined) return (await import('./status-queue.js')).statusOfQueue(queue!, { json, ui });
  const tasks = await slurmTasks(dir);
  const found = await readStatus(dir).catch((error: unknown) => {
    // submitted, and no task has begun
    if (tasks === undefined || !(error instanceof ExperimentError)) throw error;
    return { dir, runs: [] };
  });
  if (json) printJson({ ...found, ...(tasks && { slurm: tasks }) });
  else
    print(`${found.runs.length > 0 ? text(found) : `${dir}: submitted, not begun`}${tasks ? tasksText(tasks) : ''}\n`);
}

/** Tasks of Slurm that wait or work. */
function tasksText(tasks: Readonly<Record<string, number>>): string {
  const states = Object.entries(tasks).map(([state, count]) => `${count} ${state.toLowerCase().replaceAll('_', ' ')}`);
  return `\n  Slurm: ${states.length > 0 ? `${states.join(', ')} tasks` : 'no task waits or runs'}`;
}

function text({ dir, sweep, runs }: FolderStatus): string {
  const done = runs.reduce((sum, run) => sum + run.done, 0);
  const seconds = runs.reduce((sum, run) => sum + run.seconds, 0);
  const begun = runs.filter(({ total }) => total !== undefined).length;
  const finished = runs.filter(isFinished).length;
  return [
    sweep === undefined
      ? `${dir}: a run`
      : `${dir}: the sweep ${sweep}, ${finished} of ${runs.length} runs finished, ${runs.length - begun} not begun`,
    ...table([
      [sweep === undefined ? 'run' : 'cell', 'folds', 'done', 'seeds', 'time', ''],
      ...runs.map((run) => [
        run.name,
        run.total === undefined ? '' : String(run.total),
        String(run.done),
        run.seeds
          .map(({ seed, done, total }) => (done < total ? `${seed} (${done}/${total})` : String(seed)))
          .join(' '),
        run.done === 0 ? '' : duration(run.seconds),
        wordOf(run),
      ]),
    ]).map((line) => `  ${line}`),
    ...(done === 0 ? [] : [`  ${done} folds in ${duration(seconds)}, ${duration(seconds / done)} a fold on average`]),
  ].join('\n');
}

const isFinished = ({ done, total }: RunStatus) => total !== undefined && done >= total;

function wordOf(run: RunStatus): string {
  if (run.total === undefined) return 'not begun';
  return isFinished(run) ? 'finished' : 'unfinished';
}
