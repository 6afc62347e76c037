import '@tensorflow/tfjs-backend-wasm';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { useBackend } from '@mer/backends';
import { writeSyntheticRecordings } from '@mer/datasets';
import { createMtsn } from '@mer/models';
import { answerMoments, type MomentSource, momentSource } from '@mer/spotting';
import { randomStream } from '@mer/training';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openMoments, writeMoments } from './moment-store.js';
import { runSpottingStudy, type StudyEvent } from './run-study.js';
import { parseSpottingStudy } from './study.js';
import { changedMoment, drawSamples, trainNetwork } from './train-network.js';

let root: string;
beforeAll(async () => {
  await useBackend('wasm');
  root = await mkdtemp(join(tmpdir(), 'mer-learning-'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

/** Moments whose middle is bright where the target is above 0. */
function madeUp(targets: readonly number[], seed: number) {
  const random = randomStream([seed]);
  const shape = [targets.length, 28, 28, 3] as const;
  const pixels = Uint8Array.from({ length: targets.length * 28 * 28 * 3 }, (_, i) => {
    const [moment, y] = [Math.floor(i / (28 * 28 * 3)), Math.floor(i / (28 * 3)) % 28];
    const noise = (random.next() >>> 0) % 100;
    return targets[moment]! > 0 && y > 8 && y < 20 ? 155 + noise : noise;
  });
  return {
    rate: 30,
    stride: 1,
    frames: targets.length + 6,
    images: { long: { reach: 6, shape, pixels }, short: { reach: 1, shape, pixels } },
  };
}
const course = (first: number) => Array.from({ length: 30 }, (_, i) => Number(i >= first && i < first + 8));

describe('trainNetwork()', () => {
  it('learns to tell expressions in recordings that it has not seen, and leaves nothing behind', async () => {
    const model = createMtsn({ seed: 1 });
    const unseen = momentSource(madeUp(course(12), 3));
    await answerMoments(model, unseen, ['long', 'short']);
    const before = tf.memory().numTensors;
    const taught = [5, 15].map((first, i) => ({
      source: momentSource(madeUp(course(first), i)),
      targets: Float32Array.from(course(first)),
    }));
    const training = {
      epochs: 12,
      batchSize: 8,
      optimizer: 'adam',
      learningRate: 1e-3,
      quiet: { each: 1 },
      copies: ['flip'],
    } as const;
    const losses = await trainNetwork(model, taught, { images: ['long', 'short'], training, key: [0] });
    expect(losses.at(-1)).toBeLessThan(losses[0]! / 3);
    const answers = await answerMoments(model, unseen, ['long', 'short']);
    expect(Array.from(answers, (value) => Number(value > 0.5))).toEqual(course(12));
    expect(tf.memory().numTensors).toBe(before);
    model.dispose();
  });
});

describe('drawSamples()', () => {
  const taught = [{ source: {} as MomentSource, targets: Float32Array.of(0, 1, 0.5, 0, 0, 0) }];
  it('takes every moment of an expression with its copies, and so many of the others', () => {
    const share = drawSamples(taught, { quiet: { share: 0.5 }, copies: ['blur', 'noise'] }, randomStream([0]));
    expect(share.filter(({ moment }) => moment === 1 || moment === 2)).toHaveLength(6);
    expect(share).toHaveLength(8);
    expect(drawSamples(taught, { quiet: { each: 1 }, copies: [] }, randomStream([0]))).toHaveLength(4);
    expect(() =>
      drawSamples(
        [{ source: {} as MomentSource, targets: new Float32Array(4) }],
        { quiet: { each: 1 }, copies: [] },
        randomStream([0]),
      ),
    ).toThrow(/none has/);
  });
});

describe('changedMoment()', () => {
  it('mirrors, blurs and adds noise, over the whole range again', () => {
    const image = new Uint8Array(8 * 8);
    image[8 * 4 + 3] = 255;
    const change = (copy: 'flip' | 'blur' | 'noise') => [...changedMoment(image, [8, 8, 1], copy, randomStream([1]))];
    expect(change('flip').indexOf(255)).toBe(8 * 4 + 4);
    const blurred = change('blur');
    expect(blurred.indexOf(255)).toBe(8 * 4 + 3);
    expect(Math.min(...blurred)).toBe(0);
    expect(new Set(blurred).size).toBeGreaterThan(4);
    expect(change('noise')).not.toEqual([...image]);
  });
});

describe('writeMoments() and openMoments()', () => {
  it('keep images that are read a few at a time, of one key', async () => {
    const made = madeUp(course(3), 9);
    const path = join(root, 'moments', 'one.safetensors');
    await writeMoments(path, 'a', made);
    const source = (await openMoments(path, 'a'))!;
    expect(source).toMatchObject({
      rate: 30,
      stride: 1,
      frames: 36,
      images: { long: { reach: 6, shape: [30, 28, 28, 3] } },
    });
    for (const wanted of [[4, 5, 6, 29, 0], [7]]) {
      expect(await source.read('short', wanted)).toEqual(momentSource(made).read('short', wanted));
    }
    expect(await openMoments(path, 'b')).toBeUndefined();
    expect(await openMoments(`${path}.none`, 'a')).toBeUndefined();
    await writeFile(path, (await readFile(path)).subarray(0, 5000));
    expect(await openMoments(path, 'a')).toBeUndefined();
  });
});

describe('runSpottingStudy() of a spotter that learns', () => {
  it('trains without the test subject, goes on where it was stopped, and takes weights that have learned', async () => {
    const small = { subjects: 2, videos: 2, seconds: 6, fps: 15, size: 96, micros: 2, macros: 4, quiet: 0 };
    const data = join(root, 'data');
    await writeSyntheticRecordings(data, { layout: 'manifest', ...small });
    const options = { flow: 'farneback', rate: 5, epochs: 1, batchSize: 16 };
    const studyOf = (spotter: object = {}, more: object = {}) =>
      parseSpottingStudy({
        name: 'small',
        data: { name: 'recording-folder', root: data, landmarks: join(data, 'landmarks') },
        spotter: { name: 'mtsn', options, ...spotter },
        ...more,
      });
    const out = join(root, 'out');
    const events: StudyEvent[] = [];
    const stop = new AbortController();
    await expect(
      runSpottingStudy(studyOf(), {
        out,
        signal: stop.signal,
        onEvent: (event) => {
          events.push(event);
          if (event.type === 'learning' && event.subject === 's16') stop.abort(new Error('stopped'));
        },
      }),
    ).rejects.toThrow('stopped');
    const again: StudyEvent[] = [];
    const result = await runSpottingStudy(studyOf(), { out, onEvent: (event) => again.push(event) });
    expect(again[0]).toEqual({ type: 'study', recordings: 2, subjects: 2, measured: 2 });
    expect(again.filter(({ type }) => type === 'learning')).toMatchObject([
      { subject: 's16', network: 'both', epoch: 1 },
    ]);
    expect(result.scores.videos).toBe(2);
    expect((await readdir(out)).sort()).toEqual([
      'folds',
      'measured',
      'predictions.csv',
      'scores.json',
      'study.json',
      'timelines',
    ]);
    expect((await readdir(join(out, 'folds', 's15'))).sort()).toEqual(['both.safetensors', 'fold.json']);

    // the weights of each fold give what the fold gave
    const weights = { both: join(out, 'folds', '{subject}', 'both.safetensors') };
    const taught = studyOf({ weights, options: { ...options, epochs: 0 } });
    const given = await runSpottingStudy(taught, { out: join(root, 'given') });
    const answers = async (folder: string) =>
      (
        JSON.parse(await readFile(join(folder, 'folds', 's15', 'fold.json'), 'utf8')) as {
          measured: [{ values: number[] }];
        }
      ).measured[0].values;
    expect(await answers(join(root, 'given'))).toEqual(await answers(out));
    expect(given.predictions).toEqual(result.predictions);

    // thresholds are chosen on what the same networks answer to training subjects
    const { chosen } = await runSpottingStudy(studyOf({}, { choose: { threshold: [0.3, 0.7] } }), { out });
    expect(Object.keys(chosen)).toEqual(['s15', 's16']);
    expect((await stat(join(out, 'folds', 's15', 'fold.json'))).size).toBeGreaterThan(0);

    await expect(runSpottingStudy(studyOf({ options: { ...options, epochs: 0 } }), { out })).rejects.toThrow(
      /its network both must have weights/,
    );
    await expect(runSpottingStudy(studyOf({ weights: { both: join(root, '{number}.pkl') } }), { out })).rejects.toThrow(
      /Cannot read spotter\.weights\.both .*1\.pkl \(for s15\)/,
    );
  });
});
