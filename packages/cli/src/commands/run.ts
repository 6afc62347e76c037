import { join } from 'node:path';
import { type RunEvent, readExperiment, runExperiment, summaryText } from '@mer/training';
import { type ExperimentOptions, settingsOf } from '../experiment-options.js';
import { interruptible } from '../interrupt.js';
import { createProgress } from '../progress.js';

/** What `mer run` takes beside the experiment. */
export interface RunOptions extends ExperimentOptions {
  out?: string;
  workers: number | 'auto';
  shard?: { index: number; of: number };
  final?: boolean;
  cache?: string;
}

/** `mer run <experiment>` */
export async function run(file: string, options: RunOptions): Promise<void> {
  const experiment = await readExperiment(file, { set: settingsOf(options) });
  const out = options.out ?? join('runs', experiment.name);
  const { workers, shard, final = false, cache, json } = options;
  const progress = createProgress(process.stderr);
  const tell = (event: RunEvent | { type: 'summary' }) => process.stdout.write(`${JSON.stringify(event)}\n`);
  try {
    const summary = await interruptible(`stopped; run the same command again to go on with ${out}`, (signal) =>
      runExperiment(experiment, { out, workers, shard, final, cache, signal, onEvent: json ? tell : progress.onEvent }),
    );
    progress.end();
    if (json) tell({ type: 'summary', ...summary });
    else process.stdout.write(`${summaryText(summary)}\n`);
    process.stderr.write(`run: ${out}\n`);
  } finally {
    progress.end();
  }
}
