import { labelOf } from '@mer/predictor';
import type { SampleLabel } from '@mer/training';
import type { RunManifest } from '../run/run-store.js';

/** The label that probabilities mean in a run. */
export function labelAt(
  probabilities: readonly number[],
  {
    labelKind,
    experiment: { threshold },
  }: Pick<RunManifest, 'labelKind'> & { experiment: Pick<RunManifest['experiment'], 'threshold'> },
): SampleLabel {
  return labelOf(probabilities, { labelKind, threshold });
}
