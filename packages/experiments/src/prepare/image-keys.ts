import { type Dataset, fingerprint } from '@mer/datasets';
import { hashOf } from '@mer/options';
import * as tf from '@tensorflow/tfjs-core';
import { hashOfModules, type OwnParts } from '../parts/own-modules.js';
import { preparationCodeHash } from '../run/code-hash.js';
import type { Experiment } from '../schema/experiment.js';
import { makeSteps } from './image-makers.js';

/** For each input and target what names its file. */
export async function imageKeys(dataset: Dataset, experiment: Experiment, own: OwnParts): Promise<string[]> {
  const { data, preprocessing, inputs, targets, training } = experiment;
  const hashes = (steps: Experiment['preprocessing']) =>
    makeSteps(steps, 'steps', own.parts).map((step) => step.hash());
  const common = {
    format: 3,
    code: await preparationCodeHash(),
    own: hashOfModules(own.modules),
    backend: tf.getBackend(),
    fingerprint: await fingerprint(dataset),
    changed: await lastChanges(dataset),
    frames: data.frames,
    preprocessing: hashes(preprocessing),
    clips: training.augmentation.clips,
  };
  return [...inputs, ...targets].map(({ flow: _flow, steps, windows }) =>
    hashOf({ ...common, steps: hashes(steps), windows }).slice(0, 32),
  );
}

/** When each sample's files were last changed: an edit that keeps the size is seen by this alone. */
async function lastChanges(dataset: Dataset): Promise<(number | null)[][]> {
  const times: (number | null)[][] = [];
  for (const index of dataset.samples.keys()) {
    times.push((await dataset.sources(index)).map(({ modified = null }) => modified));
  }
  return times;
}
