import { dirname, join } from 'node:path';
import { dryRun, openExperiment, openSweep, type RunEvent, trainedText, trainNetwork } from '@mer/experiments';
import { UsageError } from '../errors.js';
import { type RunOptions, settingsOf } from '../experiment-options.js';
import { interruptible } from '../interrupt.js';
import { print, printJson, say, terminal } from '../output.js';
import { createProgress } from '../progress.js';
import { planText, watch } from './run.js';

/** What `mer train` takes beside the experiment. */
export interface TrainOptions extends Omit<RunOptions, 'grid' | 'final'> {
  evaluatedBy?: string;
}

/** `mer train <experiment>` */
export async function train(file: string, options: TrainOptions): Promise<void> {
  const how = { set: settingsOf(options), use: options.use, onNote: (text: string) => say(`${text}\n`) };
  if (await openSweep(file, { ...how, grid: [] })) {
    throw new UsageError(
      `Cannot train ${file} as it is a sweep of many experiments: choose one by its settings (an experiment file that extends the base, or --set) and leave sweep out`,
    );
  }
  const { experiment, own } = await openExperiment(file, how);
  const { out = join('runs', `${experiment.name}-all`), evaluatedBy, workers, shard, cache, json } = options;
  if (options.dryRun) {
    const plan = await dryRun({ ...experiment, protocol: { name: 'all' } }, { own });
    if (json) printJson(plan, 0);
    else print(`${planText(plan, out)}\n`);
    return;
  }
  const progress = createProgress(terminal);
  const tell = (event: RunEvent | { type: 'summary' }) => printJson(event, 0);
  let endWatch = () => {};
  const onEvent = (event: RunEvent) => {
    (json ? tell : progress.onEvent)(event);
    if (event.type === 'ready') endWatch = watch(event, cache ?? join(dirname(out), '.cache'), progress.note);
  };
  try {
    const summary = await interruptible(`stopped; run the same command again to go on with ${out}`, (signal) =>
      trainNetwork(experiment, { out, own, evaluatedBy, workers, shard, cache, signal, onEvent }),
    );
    progress.end();
    if (json) tell({ type: 'summary', ...summary });
    else print(`${trainedText(summary)}\n`);
    say(`run: ${out}\n`);
  } finally {
    endWatch();
    progress.end();
  }
}
