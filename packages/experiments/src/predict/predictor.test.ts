import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeSafetensors } from '@mer/io';
import { createStstNet, exportWeights } from '@mer/models';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readExperiment } from '../schema/read.js';
import { predictSources } from './predict-clip.js';
import { needsLandmarks, openRunPredictor, openWeights } from './predictor.js';

let root = '';
beforeAll(async () => {
  await tf.setBackend('cpu');
  root = await mkdtemp(join(tmpdir(), 'mer-predictor-'));
  const below = (prefix: string, state: Awaited<ReturnType<typeof exportWeights>>) =>
    Object.fromEntries(
      Object.entries(state).map(([name, array]) => [`${prefix}${name}`, { ...array, dtype: 'float32' as const }]),
    );
  for (const seed of [1, 2]) {
    const state = await exportWeights(createStstNet({ classes: 3, seed }), { layout: 'pytorch' });
    await writeFile(join(root, `s${seed}.pth`), encodeSafetensors(below('net.module.', state) as never));
  }
  await writeFile(join(root, 'notes.txt'), 'no weights');
});
afterAll(() => rm(root, { recursive: true, force: true }));

const clip = () => ({
  frames: tf.randomUniform([3, 40, 40, 1], 0, 1, 'float32', 1) as tf.Tensor4D,
  onset: 0,
  apex: 1,
  offset: 2,
});

describe('weights of anybody', () => {
  it('predict clips by a network of flow images, which are made of them, without its data set', async () => {
    const experiment = await readExperiment('ststnet-megc2019');
    const predictor = await openWeights(experiment, root);
    expect(predictor).toMatchObject({ classes: ['negative', 'positive', 'surprise'], weights: 'given' });
    expect(predictor.files.map((file) => file.slice(root.length + 1))).toEqual(['s1.pth', 's2.pth']);
    const notes: string[] = [];
    const options = { backend: 'cpu', onNote: (text: string) => notes.push(text) } as const;
    const [both, again] = await predictSources(predictor, [clip(), clip()], options);
    expect(both).toEqual(again);
    expect(both!.members).toBe(2);
    expect(both!.probabilities.reduce((a, b) => a + b)).toBeCloseTo(1, 5);
    expect(both!.inputs).toMatchObject([{ shape: [28, 28, 3] }]);
    // strain, v and u, each from 0 to 255 before it was made smaller
    expect(Math.max(...both!.inputs[0]!.values)).toBeGreaterThan(200);
    expect(notes).toEqual(['the weights are its net']);
    const [first] = await predictSources(await openWeights(experiment, join(root, 's1.pth')), [clip()], options);
    const [second] = await predictSources(await openWeights(experiment, join(root, 's2.pth')), [clip()], options);
    both!.probabilities.forEach((p, c) => {
      expect(p).toBeCloseTo((first!.probabilities[c]! + second!.probabilities[c]!) / 2, 6);
    });
  });

  it('are told apart from runs, and from nothing', async () => {
    await expect(openRunPredictor(root)).rejects.toThrow(
      /it holds weights \(s1\.pth\); say of which experiment: mer predict <experiment> <clip> --weights/,
    );
    const experiment = await readExperiment('ststnet-megc2019');
    await expect(openWeights(experiment, join(root, 'none.pth'))).rejects.toThrow('there is no such file');
    await expect(openWeights(experiment, process.cwd())).rejects.toThrow('or be the folder of a run: it holds none');
  });

  it('need a picture or a clip as their network does', async () => {
    const picture = tf.zeros([28, 28, 3]) as tf.Tensor3D;
    const clips = await openWeights(await readExperiment('ststnet-megc2019-clips'), root);
    await expect(predictSources(clips, [picture], { backend: 'cpu' })).rejects.toThrow(
      'ststnet-megc2019-clips takes clips: give a folder of frames or a video, not a picture',
    );
  });
});

describe('needsLandmarks()', () => {
  it('asks the steps', async () => {
    expect(needsLandmarks(await readExperiment('ststnet-megc2019-clips'))).toBe(false);
    const set = ['preprocessing=[align, spot-apex]'];
    expect(needsLandmarks(await readExperiment('ststnet-megc2019-clips', { set }))).toBe(true);
  });
});
