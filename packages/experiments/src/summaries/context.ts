import type { RunSummary } from './summary.js';

/** The epoch choice of a run whose cell, too, was chosen for each fold by validation subjects of its training part. */
export const NESTED = 'nested';

/** What that means, in words. */
const NESTED_TEXT = 'cell of the sweep and epoch: best on validation subjects of the training part of each fold';

/** What every table of scores must name: protocol, epoch choice, n, classes, seeds, and the start where it matters. */
export function contextOf(summary: RunSummary): string {
  const { protocol, n, subjects, seeds, folds, start } = summary;
  return [
    `${protocol}, ${folds.perSeed} folds`,
    epochText(summary),
    `n = ${n} (${subjects} subjects)`,
    classesText(summary),
    `${seeds.length > 1 ? 'seeds' : 'seed'} ${seeds.join(', ')}`,
    ...(start ? [start.text] : []),
  ].join('; ');
}

/** How many classes there are, and of any number of labels how they are predicted. */
export function classesText({ classes, labelKind, threshold = 0.5 }: RunSummary): string {
  if (labelKind !== 'multiple') return `${classes.length} classes`;
  const above = typeof threshold === 'number' ? String(threshold) : `thresholds ${threshold.join(', ')}`;
  return `${classes.length} labels, any number of a sample, predicted above ${above}`;
}

/** How the tested epoch was chosen, in words. */
export function epochText({ epochChoice, epochs }: Pick<RunSummary, 'epochChoice' | 'epochs'>): string {
  if (epochChoice === 'given') return 'weights as given';
  if (epochChoice === 'oracle') return `epoch: best of ${epochs} on the test subject (oracle)`;
  if (epochChoice === NESTED) return `${NESTED_TEXT}; epoch: of ${epochs}`;
  if (epochChoice === 'last') return `epoch: last of ${epochs}`;
  if (epochChoice === 'validation') return `epoch: best of ${epochs} on validation subjects of the training part`;
  return `epoch: ${epochChoice} of ${epochs}`;
}

/** Classes that folds cannot have learned, in words. */
export function untrainedText(untrained: NonNullable<RunSummary['untrained']>): string {
  const folds = ({ folds: n }: { folds: number }) => `${n} ${n === 1 ? 'fold' : 'folds'}`;
  return untrained.map((one) => `no training sample of ${folds(one)} has ${one.name}`).join('; ');
}
