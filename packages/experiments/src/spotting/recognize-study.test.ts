import '@tensorflow/tfjs-backend-wasm';
import { mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { useBackend } from '@mer/backends';
import { openRecordings, writeSyntheticRecordings } from '@mer/datasets';
import { spottingScores } from '@mer/metrics';
import { createSmallCnn, exportWeights } from '@mer/models';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runExperiment } from '../run/run.js';
import { foldFolder } from '../run/run-store.js';
import { parseExperiment } from '../schema/parse.js';
import { type RecognizeEvent, recognizeStudy } from './recognize-study.js';
import { recognizedText } from './recognized-text.js';
import type { StudyPrediction, StudyResult } from './run-study.js';
import { parseSpottingStudy } from './study.js';

let root: string;
/** What a perfect spotter finds, and a false alarm. */
let result: StudyResult;
beforeAll(async () => {
  await useBackend('wasm');
  root = await mkdtemp(join(tmpdir(), 'mer-recognize-'));
  const data = join(root, 'data');
  const small = { subjects: 2, videos: 2, seconds: 5, fps: 15, size: 96, micros: 2, macros: 2, quiet: 0 };
  await writeSyntheticRecordings(data, { layout: 'manifest', ...small });
  // as the subjects of the run are called
  let manifest = await readFile(join(data, 'manifest.csv'), 'utf8');
  for (const [name, now] of [
    ['s15', 'sub01'],
    ['s16', 'sub02'],
  ] as const) {
    manifest = manifest.replaceAll(name, now);
    await rename(join(data, name), join(data, now));
    await rename(join(data, 'landmarks', name), join(data, 'landmarks', now));
  }
  await writeFile(join(data, 'manifest.csv'), manifest);
  const study = parseSpottingStudy({
    name: 'small',
    data: { name: 'recording-folder', root: data, landmarks: join(data, 'landmarks') },
    spotter: { name: 'flow-peaks' },
  });
  const { samples } = await openRecordings('recording-folder', { root: data });
  const predictions = samples.flatMap(({ subject, clip, expressions }, i): StudyPrediction[] => [
    ...expressions!.map(({ onset, apex, offset, kind }) => ({
      ...{ subject, recording: clip, onset, apex: apex!, offset, kind, score: 1 },
    })),
    ...(i === 0 ? [{ subject, recording: clip, onset: 0, apex: 1, offset: 2, kind: 'micro' as const, score: 0 }] : []),
  ]);
  const videos = samples.map(({ subject, expressions }) => ({
    truth: expressions!.map(({ onset, offset, kind }) => ({ onset, offset, kind })),
    predicted: predictions
      .filter((one) => one.subject === subject)
      .map(({ onset, offset, kind }) => ({ onset, offset, kind })),
  }));
  const scores = spottingScores(videos);
  result = { study, scores, oracle: scores, chosen: {}, predictions };
});
afterAll(() => rm(root, { recursive: true, force: true }));

const runOf = (subjects: number, name: string, split: object = {}) =>
  runExperiment(
    parseExperiment({
      name,
      data: {
        name: 'synthetic',
        options: {
          subjects,
          clipsPerSubject: 3,
          size: 24,
          frames: 6,
          classes: ['happiness', 'disgust', 'surprise', 'repression'],
        },
      },
      inputs: [{ steps: ['midi'] }],
      model: { name: 'small-cnn', options: { widths: [2] } },
      training: { epochs: 1, batchSize: 8 },
      backend: 'wasm',
      ...split,
    }),
    { out: join(root, name), workers: 1 },
  );

describe('recognizeStudy()', () => {
  it('recognizes each subject by the fold that has not seen them, and goes on with what is known', async () => {
    await runOf(3, 'run');
    const run = join(root, 'run');
    const out = join(root, 'out');
    const before = tf.memory().numTensors;
    const events: RecognizeEvent[] = [];
    const found = await recognizeStudy(result, run, { out, onEvent: (event) => events.push(event) });
    expect(tf.memory().numTensors).toBe(before);
    expect(found.predictions).toHaveLength(result.predictions.length);
    expect(found.scores.micro.spotting).toMatchObject({ tp: 2, fp: 1, fn: 0 });
    expect(found.scores.all.spotting).toMatchObject({ tp: 4, fp: 1, fn: 0 });
    for (const { strs, spotting, recognition } of Object.values(found.scores)) {
      expect(strs).toBeCloseTo(spotting.f1 * recognition.f1, 12);
    }
    expect(found.predictions.filter(({ truth }) => truth === undefined)).toMatchObject([{ onset: 0, offset: 2 }]);
    expect(recognizedText(found)).toMatch(
      /^Recognized by .*run, each subject by the fold that has not seen them; 4 classes/,
    );
    const csv = await readFile(join(out, 'recognized.csv'), 'utf8');
    expect(csv.split('\n')).toHaveLength(found.predictions.length + 2);

    // other weights of the fold of sub02 change what is said of sub02, and of nobody else
    const cnn = createSmallCnn({ classes: 4, inputShape: [24, 24, 3], widths: [2], seed: 99 });
    const { encodeSafetensors } = await import('@mer/io');
    const folds = (JSON.parse(await readFile(join(run, 'run.json'), 'utf8')) as { folds: { name: string }[] }).folds;
    const fold = folds.find(({ name }) => name.endsWith('sub02'))!.name;
    await writeFile(join(foldFolder(run, 0, fold), 'weights.safetensors'), encodeSafetensors(await exportWeights(cnn)));
    cnn.dispose();
    const again: RecognizeEvent[] = [];
    const other = await recognizeStudy(result, run, { out, onEvent: (event) => again.push(event) });
    expect(again.filter(({ type }) => type === 'recognizing')).toMatchObject([
      { subject: 'sub01', known: true },
      { subject: 'sub02', known: false },
    ]);
    const of = (subject: string, { predictions }: typeof other) =>
      predictions.filter((one) => one.subject === subject).map(({ probabilities }) => probabilities);
    expect(of('sub01', other)).toEqual(of('sub01', found));
    expect(of('sub02', other)).not.toEqual(of('sub02', found));
  });

  it('refuses where a subject is held out by no fold, and where nothing is a run', async () => {
    const renamed = { ...result, study: { ...result.study } };
    await expect(recognizeStudy(renamed, join(root, 'none'), { out: join(root, 'x') })).rejects.toThrow(
      /must be the folder of a run/,
    );
    const manifest = join(root, 'data', 'manifest.csv');
    const text = await readFile(manifest, 'utf8');
    await writeFile(manifest, text.replaceAll('sub02', 'anna'));
    await rename(join(root, 'data', 'sub02'), join(root, 'data', 'anna'));
    await expect(recognizeStudy(result, join(root, 'run'), { out: join(root, 'x') })).rejects.toThrow(
      /must be the held-out one of a fold.*: anna is tested by no fold that is done\. Subjects of the run: sub01, sub02, sub03/,
    );
  });
});
