import { createHash } from 'node:crypto';
import { type Dataset, fingerprint } from '@mer/datasets';
import { createRepresentation } from '@mer/representations';
import * as tf from '@tensorflow/tfjs-core';
import { preparationCodeHash } from '../runs/code-hash.js';
import { stableJson } from '../runs/run-store.js';
import type { Experiment } from '../schema/schema.js';
import { makeSteps } from './image-makers.js';

/** For each input and target what names its file. */
export async function imageKeys(dataset: Dataset, experiment: Experiment): Promise<string[]> {
  const { data, preprocessing, inputs, targets, training } = experiment;
  const common = {
    format: 2,
    code: await preparationCodeHash(),
    backend: tf.getBackend(),
    fingerprint: await fingerprint(dataset),
    changed: await lastChanges(dataset),
    frames: data.frames,
    preprocessing: makeSteps(preprocessing, 'preprocessing')?.hash(),
    clips: training.augmentation.clips,
  };
  return [...inputs, ...targets].map(({ flow: _flow, preprocessing: own, representation, ...rest }) => {
    const steps = makeSteps(own, 'preprocessing')?.hash();
    const represent = representation && createRepresentation(representation.name, representation.options).hash();
    return createHash('sha256')
      .update(stableJson({ ...common, steps, represent, ...rest }))
      .digest('hex')
      .slice(0, 32);
  });
}

/** When each sample's files were last changed: an edit that keeps the size is seen by this alone. */
async function lastChanges(dataset: Dataset): Promise<(number | null)[][]> {
  const times: (number | null)[][] = [];
  for (const index of dataset.samples.keys()) {
    times.push((await dataset.sources(index)).map(({ modified = null }) => modified));
  }
  return times;
}
