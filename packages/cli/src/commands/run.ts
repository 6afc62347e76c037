import { dirname, join } from 'node:path';
import type { BackendName } from '@mer/backends';
import {
  type DryRun,
  dataText,
  dryRun,
  openExperiment,
  openSweep,
  openTensorboard,
  type RunEvent,
  runExperiment,
  saysSomething,
  summaryText,
} from '@mer/experiments';
import { memoryPlanText } from '@mer/training';
import { UsageError } from '../errors.js';
import { type RunOptions, settingsOf } from '../experiment-options.js';
import { watchForFasterBackend } from '../faster-backend/note.js';
import { interruptible } from '../interrupt.js';
import { print, printJson, say, terminal } from '../output.js';
import { createProgress, duration } from '../progress.js';
import { withQueue } from '../queue-option.js';
import { table } from '../table.js';
import { runCells } from './run-sweep.js';

/** `mer run <experiment>` */
export async function run(file: string, options: RunOptions): Promise<void> {
  const how = { set: settingsOf(options), use: options.use, onNote: (text: string) => say(`${text}\n`) };
  const sweep = await openSweep(file, { ...how, grid: options.grid });
  if (sweep) return runCells(sweep, options);
  if (options.cell.length > 0) {
    throw new UsageError(
      `Cannot run the cell ${options.cell[0]} as ${file} is no sweep: give --grid, or a file with sweep`,
    );
  }
  const { experiment, own } = await openExperiment(file, how);
  const out = options.out ?? join('runs', experiment.name);
  const { workers, shard, final = false, cache, json } = options;
  if (options.dryRun) {
    const plan = await dryRun(experiment, { own });
    if (json) printJson(plan, 0);
    else print(`${planText(plan, out)}\n`);
    return;
  }
  const progress = createProgress(terminal);
  const curves =
    options.tensorboard === undefined ? undefined : openTensorboard(options.tensorboard, { name: experiment.name });
  const tell = (event: RunEvent | { type: 'summary' }) => printJson(event, 0);
  let endWatch = () => {};
  const onEvent = (event: RunEvent) => {
    (json ? tell : progress.onEvent)(event);
    curves?.onEvent(event);
    if (event.type === 'ready' && options.queue === undefined)
      endWatch = watch(event, cache ?? join(dirname(out), '.cache'), progress.note);
  };
  try {
    const again = options.queue === undefined ? '' : 'what waits in the queue is done all the same; ';
    const summary = await withQueue(options, out, (runner) =>
      interruptible(`stopped; ${again}run the same command again to go on with ${out}`, (signal) =>
        runner
          ? runner.run(experiment, { out, own, final, signal, onEvent })
          : runExperiment(experiment, { out, own, workers, shard, final, cache, signal, onEvent }),
      ),
    );
    progress.end();
    await curves?.finish(out);
    if (json) tell({ type: 'summary', ...summary });
    else print(`${summaryText(summary)}\n`);
    say(`run: ${out}\n`);
  } finally {
    endWatch();
    progress.end();
  }
}

/** Looks for a faster backend while the folds train. */
export function watch(
  { backend, inputs = [], workers }: Extract<RunEvent, { type: 'ready' }>,
  cache: string,
  tell: (text: string) => void,
): () => void {
  const [height, width, channels] = inputs[0]?.slice(-3) ?? [];
  if (height === undefined || width === undefined || channels === undefined) return () => {};
  const request = { current: backend as BackendName, shape: [height, width, channels] as const, workers };
  return watchForFasterBackend({ ...request, cache: join(cache, 'backend-speeds.json') }, tell);
}

export function planText(plan: DryRun, out: string): string {
  const { seconds, memory } = plan;
  const range = ([low, high]: [number, number]) => (low === high ? `${low}` : `${low} to ${high}`);
  const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(0)} MB`;
  return [
    `${plan.name}: nothing has been run or written`,
    ...table([
      ['samples', `${plan.samples} of ${plan.subjects} subjects`],
      ...(saysSomething(plan.data) ? [['clips', dataText(plan.data)]] : []),
      ['classes', plan.classes.map(({ name, n }) => `${name} ${n}`).join(', ')],
      ...(plan.untrained === undefined ? [] : [['untrained', plan.untrained]]),
      plan.test[1] > 0
        ? ['folds', `${plan.folds}, each trained on ${range(plan.train)} and tested on ${range(plan.test)} samples`]
        : ['networks', `one for each seed, trained on all ${range(plan.train)} samples and tested on none`],
      ['seeds', plan.seeds.join(', ')],
      ...(plan.stages ?? []).map((stage) => [
        'before',
        `${stage.text}: ${stage.trainings} training${stage.trainings === 1 ? '' : 's'}, about ${duration(stage.seconds)} in all`,
      ]),
      ['model', `${plan.model}, ${plan.parameters.toLocaleString('en')} trainable parameters`],
      ['inputs', plan.inputs.map((shape) => `[${shape.join(', ')}]`).join(' and ')],
      ['steps', `${plan.stepsPerFold.toLocaleString('en')} in a fold of middle size`],
      ['backend', plan.backend],
      [
        'time',
        `about ${duration(seconds.prepare)} to prepare, ${duration(seconds.fold)} a fold, ${duration(seconds.total)} in all with one worker`,
      ],
      ['a step', memoryPlanText(plan.plan).join('; ')],
      [
        'memory',
        `${megabytes(memory.worker)} a worker, measured on a step of ${plan.tried} sample${plan.tried === 1 ? '' : 's'}` +
          `${plan.tried < plan.batchSize ? ` (a whole batch is ${plan.batchSize} and takes more)` : ''}; ` +
          `about ${megabytes(memory.prepared)} of prepared images on disk`,
      ],
      ['run', out],
    ]).map((line) => `  ${line}`),
  ].join('\n');
}
