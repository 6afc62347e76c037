import { evaluateExperiment, openExperiment, summaryText } from '@mer/experiments';
import { type ExperimentOptions, settingsOf } from '../experiment-options.js';
import { interruptible } from '../interrupt.js';
import { createProgress } from '../progress.js';

/** `mer evaluate <experiment> --weights <dir>` */
export async function evaluate(
  file: string,
  options: ExperimentOptions & { weights: string; cache?: string },
): Promise<void> {
  const { experiment, own } = await openExperiment(file, { set: settingsOf(options), use: options.use });
  const { weights, cache } = options;
  const progress = createProgress(process.stderr, { every: 1 });
  try {
    const result = await interruptible('stopped', (signal) =>
      evaluateExperiment(experiment, { weights, own, cache, signal, onEvent: progress.onEvent }),
    );
    progress.end();
    process.stdout.write(options.json ? `${JSON.stringify(result, null, 1)}\n` : `${summaryText(result.summary)}\n`);
  } finally {
    progress.end();
  }
}
