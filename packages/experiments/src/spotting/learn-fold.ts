import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { encodeSafetensors, makeFolder, systemErrorText, writeFileAtomic } from '@mer/io';
import { exportWeights } from '@mer/models';
import { hashOf } from '@mer/options';
import { answerMoments, type LearningSpotter } from '@mer/spotting';
import { seedOf } from '@mer/training';
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { preparationCodeHash } from '../run/code-hash.js';
import { putWeights } from '../run/put-weights.js';
import { fileNameOf } from '../run/run-store.js';
import { ExperimentError } from '../schema/experiment-error.js';
import { type FoldMeasurements, type LookedAt, plain } from './measured-recording.js';
import type { SpottingStudy } from './study.js';
import { trainNetwork } from './train-network.js';

/** What happens while the networks of a fold learn. */
export interface LearningEvent {
  readonly type: 'learning';
  readonly subject: string;
  readonly network: string;
  readonly epoch: number;
  readonly epochs: number;
  readonly loss: number;
}

/** Options of {@link learnFold}. */
export interface LearnFoldOptions {
  /** Folder of the study. */
  out: string;
  /** Settings of the spotter, complete. */
  settings: Readonly<Record<string, unknown>>;
  /** All subjects in their order. */
  subjects: readonly string[];
  /** Whether the recordings of training subjects are answered too: thresholds are chosen on them. */
  answerTraining: boolean;
  onEvent: (event: LearningEvent) => void;
  signal?: AbortSignal | undefined;
}

/**
 * Trains the networks of a spotter on all subjects but one, and lets them answer to that one's recordings.
 *
 * `<out>/folds/<subject>/<network>.safetensors` are their weights; `fold.json`, with the answers, is written last and marks the fold as done: it is used again where
 * nothing has changed that it depends on.
 *
 * @throws {@link ExperimentError} where there is nothing to learn from, or given weights do not fit
 */
export async function learnFold(
  study: SpottingStudy,
  spotter: LearningSpotter,
  recordings: readonly LookedAt[],
  subject: string,
  options: LearnFoldOptions,
): Promise<FoldMeasurements> {
  const { out, settings, answerTraining, signal } = options;
  const folder = join(out, 'folds', fileNameOf(subject));
  const isTest = ({ recorded }: LookedAt) => recorded.subject === subject;
  const [test, training] = [recordings.filter(isTest), recordings.filter((one) => !isTest(one))];
  const answered = [...test, ...(answerTraining ? training : [])];
  const starts = await givenWeights(study, spotter, subject, options);
  const deciding = new Set<string>(spotter.decides);
  const key = hashOf({
    format: 1,
    code: await preparationCodeHash(['@mer/spotting', '@mer/models', '@mer/training']),
    spotter: {
      name: spotter.name,
      options: Object.fromEntries(Object.entries(settings).filter(([name]) => !deciding.has(name))),
    },
    seed: study.seed,
    backend: tf.getBackend(),
    starts: Object.fromEntries(Object.entries(starts).map(([name, { digest }]) => [name, digest])),
    training: training.map((one) => [
      one.key,
      one.truth.map(({ onset, apex, offset, kind }) => [onset, apex, offset, kind]),
    ]),
    answered: answered.map((one) => one.key),
  });
  const path = join(folder, 'fold.json');
  const known = await answersIn(path, key, answered.length);
  const answers = known ?? (await learned());
  const measured = answered.map(({ recorded, truth }, i) => ({ recorded, truth, measured: answers[i] }));
  return { test: measured.slice(0, test.length), training: measured.slice(test.length) };

  async function learned(): Promise<unknown[]> {
    const { learning } = spotter;
    const given: Record<string, Float32Array>[] = answered.map(() => ({}));
    const losses: Record<string, number[]> = {};
    await makeFolder(folder);
    for (const [network, images] of Object.entries(learning.networks)) {
      signal?.throwIfAborted();
      const model = await learning.create(network, settings as never, seedOf([study.seed, network, 'weights']));
      try {
        losses[network] = await taught(model, network, images);
        for (const [i, { source }] of answered.entries()) {
          given[i]![network] = await answerMoments(model, source, images, signal);
        }
        await writeFileAtomic(
          join(folder, `${fileNameOf(network)}.safetensors`),
          encodeSafetensors(await exportWeights(model)),
        );
      } finally {
        model.dispose();
      }
    }
    const text = JSON.stringify({
      key,
      losses,
      measured: answered.map(({ source }, i) => plain(learning.measured(source, given[i]!, settings as never))),
    });
    await writeFileAtomic(path, `${text}\n`);
    // what is read back the next time
    return (JSON.parse(text) as { measured: unknown[] }).measured;
  }

  async function taught(model: LayersModel, network: string, images: readonly string[]): Promise<number[]> {
    const start = starts[network];
    if (start) await putWeights(model, start.file);
    const how = spotter.learning.training(network, settings as never);
    if (how.epochs === 0) return [];
    const recordingsTaught = training.map(({ source, truth }) => ({
      source,
      targets: spotter.learning.targets(network, source, truth, settings as never),
    }));
    try {
      return await trainNetwork(model, recordingsTaught, {
        images,
        training: how,
        // the moments are drawn for each fold anew
        key: [study.seed, subject, network],
        onEpoch: (epoch, loss) =>
          options.onEvent({ type: 'learning', subject, network, epoch, epochs: how.epochs, loss }),
        signal,
      });
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      throw new ExperimentError(
        `Cannot train the network ${network} of ${spotter.name} without ${subject}: ${error.message}`,
        { cause: error },
      );
    }
  }
}

/** The measurements of a fold that is done, where it is of this key; undefined where it must be done. */
async function answersIn(path: string, key: string, count: number): Promise<unknown[] | undefined> {
  try {
    const read = JSON.parse(await readFile(path, 'utf8')) as { key?: unknown; measured?: unknown };
    return read.key === key && Array.isArray(read.measured) && read.measured.length === count
      ? read.measured
      : undefined;
  } catch {
    // not there, or not whole: it is done again
    return undefined;
  }
}

/** The files of weights that networks begin with. */
async function givenWeights(
  { spotter: { name, weights = {} } }: SpottingStudy,
  { learning }: LearningSpotter,
  subject: string,
  { subjects, settings }: LearnFoldOptions,
): Promise<Record<string, { file: string; digest: string }>> {
  const found: Record<string, { file: string; digest: string }> = {};
  for (const network of Object.keys(learning.networks)) {
    const pattern = weights[network];
    if (pattern === undefined) {
      if (learning.training(network, settings as never).epochs > 0) continue;
      throw new ExperimentError(
        `Cannot spot by ${name} as with no epochs its network ${network} must have weights: give spotter.weights.${network}, or spotter.options.epochs above 0`,
      );
    }
    const number = String(subjects.indexOf(subject) + 1);
    const file = pattern.replaceAll('{subject}', fileNameOf(subject)).replaceAll('{number}', number);
    try {
      found[network] = {
        file,
        digest: createHash('sha256')
          .update(await readFile(file))
          .digest('hex'),
      };
    } catch (cause) {
      throw new ExperimentError(
        `Cannot read spotter.weights.${network} ${file} (for ${subject}): ${systemErrorText(cause)}`,
        { cause },
      );
    }
  }
  return found;
}
