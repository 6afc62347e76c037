import { join } from 'node:path';
import { readExperiment, runExperiment, summaryText } from '@mer/training';
import { type ExperimentOptions, settingsOf } from '../experiment-options.js';
import { interruptible } from '../interrupt.js';
import { createProgress } from '../progress.js';

/** `mer run <experiment>` */
export async function run(file: string, options: ExperimentOptions & { out?: string }): Promise<void> {
  const experiment = await readExperiment(file, { set: settingsOf(options) });
  const out = options.out ?? join('runs', experiment.name);
  const progress = createProgress(process.stderr);
  try {
    const summary = await interruptible(`stopped; run the same command again to go on with ${out}`, (signal) =>
      runExperiment(experiment, { out, signal, onEvent: progress.onEvent }),
    );
    progress.end();
    process.stdout.write(options.json ? `${JSON.stringify(summary, null, 1)}\n` : `${summaryText(summary)}\n`);
    process.stderr.write(`run: ${out}\n`);
  } finally {
    progress.end();
  }
}
