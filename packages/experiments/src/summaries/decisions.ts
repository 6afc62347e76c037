import { labelErrors } from '@mer/training';
import type { Prediction } from '../run/run-store.js';
import type { Scoring } from './scoring.js';

/** Right decisions about a sample, and how many there are: one, or one for each label where it has any number. */
export function decisionsOf(
  { truth, predicted }: Pick<Prediction, 'truth' | 'predicted'>,
  { labelKind, classes }: { labelKind: Scoring['labelKind'] | undefined; classes: readonly string[] },
): { correct: number; of: number } {
  if (labelKind !== 'multiple') return { correct: Number(truth === predicted), of: 1 };
  return { correct: classes.length - labelErrors(truth, predicted), of: classes.length };
}
