import type { ModelFile } from '@mer/predictor';
import type { ServedModel } from './job.js';

/** What clients are told of a network: all but how its pictures are made. */
export function servedModel(file: ModelFile, card: string | null): ServedModel {
  const { name, description, classes, labelKind, samples, marks, frameRates, face, quality } = file;
  const { data, license, expected, encoding, weights, versions, created } = file;
  return {
    ...{ name, description, classes, labelKind: labelKind ?? 'single', samples, marks, frameRates, face, quality },
    ...{ data, license, expected, encoding, versions, created, card },
    weights: weights.map(({ bytes, sha256 }) => ({ bytes, sha256 })),
  };
}
