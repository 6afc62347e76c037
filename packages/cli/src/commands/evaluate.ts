import { join } from 'node:path';
import { type EvaluateExperimentOptions, evaluateExperiment, openExperiment, summaryText } from '@mer/experiments';
import { type ExperimentOptions, settingsOf } from '../experiment-options.js';
import { interruptible } from '../interrupt.js';
import { print, printJson, say, terminal } from '../output.js';
import { createProgress } from '../progress.js';

/** `mer evaluate <experiment> --weights <dir>` */
export async function evaluate(
  file: string,
  options: ExperimentOptions & {
    weights: string;
    entry?: string;
    encoding?: EvaluateExperimentOptions['encoding'];
    out?: string;
    cache?: string;
  },
): Promise<void> {
  const { experiment, own } = await openExperiment(file, {
    set: settingsOf(options),
    use: options.use,
    onNote: (text) => say(`${text}\n`),
  });
  const { weights, entry, encoding, out, cache } = options;
  const progress = createProgress(terminal, { every: 1 });
  try {
    const result = await interruptible('stopped', (signal) =>
      evaluateExperiment(experiment, { weights, entry, encoding, out, own, cache, signal, onEvent: progress.onEvent }),
    );
    progress.end();
    if (options.json) printJson(result);
    else print(`${summaryText(result.summary)}\n`);
    if (out !== undefined) say(`predictions: ${join(out, 'predictions.csv')}\n`);
  } finally {
    progress.end();
  }
}
