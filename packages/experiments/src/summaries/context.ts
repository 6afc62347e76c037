import type { RunSummary } from './summary.js';

/** What every table of scores must name: protocol, epoch choice, n, classes, seeds. */
export function contextOf(summary: RunSummary): string {
  const { protocol, classes, n, subjects, seeds, folds } = summary;
  return [
    `${protocol}, ${folds.perSeed} folds`,
    epochText(summary),
    `n = ${n} (${subjects} subjects)`,
    `${classes.length} classes`,
    `${seeds.length > 1 ? 'seeds' : 'seed'} ${seeds.join(', ')}`,
  ].join('; ');
}

/** How the tested epoch was chosen, in words. */
export function epochText({ epochChoice, epochs }: Pick<RunSummary, 'epochChoice' | 'epochs'>): string {
  if (epochChoice === 'given') return 'weights as given';
  if (epochChoice === 'oracle') return `epoch: best of ${epochs} on the test subject (oracle)`;
  if (epochChoice === 'last') return `epoch: last of ${epochs}`;
  if (epochChoice === 'validation') return `epoch: best of ${epochs} on validation subjects of the training part`;
  return `epoch: ${epochChoice} of ${epochs}`;
}
