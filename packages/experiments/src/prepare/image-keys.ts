import { type Dataset, fingerprint } from '@mer/datasets';
import { hashOf } from '@mer/options';
import * as tf from '@tensorflow/tfjs-core';
import { hashOfModules, type OwnParts } from '../parts/own-modules.js';
import { preparationCodeHash } from '../run/code-hash.js';
import type { Experiment } from '../schema/experiment.js';
import { contentDigest, lastChanges } from './content-digest.js';
import { makeSteps } from './image-makers.js';

/**
 * For each input and target what names its file.
 *
 * Among machines (`shared`) a copy of the data is as good as another: files are known by their contents, not by when they were changed, and all are read for it, unless the
 * cache of this machine knows them.
 */
export async function imageKeys(
  dataset: Dataset,
  experiment: Experiment,
  own: OwnParts,
  { shared = false, cache }: { shared?: boolean; cache?: string | undefined } = {},
): Promise<string[]> {
  const { data, preprocessing, inputs, targets, training } = experiment;
  const hashes = (steps: Experiment['preprocessing']) =>
    makeSteps(steps, 'steps', own.parts).map((step) => step.hash());
  const common = {
    format: 3,
    code: await preparationCodeHash(),
    own: hashOfModules(own.modules),
    backend: tf.getBackend(),
    ...(shared
      ? { content: await contentDigest(dataset, cache) }
      : { fingerprint: await fingerprint(dataset), changed: await lastChanges(dataset) }),
    frames: data.frames,
    preprocessing: hashes(preprocessing),
    clips: training.augmentation.clips,
  };
  return [...inputs, ...targets].map(({ flow: _flow, steps, windows }) =>
    hashOf({ ...common, steps: hashes(steps), windows }).slice(0, 32),
  );
}
