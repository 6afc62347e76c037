import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseExperiment } from '../schema/parse.js';
import { openExperimentData, prepareData } from './prepare.js';

let root = '';
beforeAll(async () => {
  await tf.setBackend('cpu');
  root = await mkdtemp(join(tmpdir(), 'mer-landmarks-'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

function experimentOf(landmarks: string) {
  return parseExperiment({
    name: 'aligned',
    data: { name: 'synthetic', options: { subjects: 2, clipsPerSubject: 1, size: 32, frames: 5 }, landmarks },
    preprocessing: [{ step: 'align', options: { size: 16 } }],
    inputs: [{ steps: ['trdi'] }],
    model: { name: 'small-cnn' },
    training: { epochs: 1, batchSize: 2, optimizer: { name: 'adam', learningRate: 0.01 } },
  });
}

/** 68 points of a face: eyes at (10, 12) and (22, 12), the rest around them. */
function face(): number[][] {
  const points = Array.from({ length: 68 }, (_, i) => [6 + (i % 17) * 1.2, 8 + (i % 20)]);
  for (let i = 36; i < 42; i++) points[i] = [10 + (i % 3) - 1, 12];
  for (let i = 42; i < 48; i++) points[i] = [22 + (i % 3) - 1, 12];
  return points;
}

describe('data.landmarks', () => {
  it('lets experiments align clips, and is part of the identity of the data', async () => {
    const dir = join(root, 'all');
    const plain = await openExperimentData(
      parseExperiment({ ...experimentOf(dir), data: { ...experimentOf(dir).data, landmarks: undefined } }),
    );
    for (const { subject, clip } of plain.samples) {
      await mkdir(join(dir, subject), { recursive: true });
      await writeFile(join(dir, subject, `${clip}.json`), JSON.stringify(face()));
    }
    const dataset = await openExperimentData(experimentOf(dir));
    expect(dataset.settings).toHaveProperty('landmarks');
    const data = await prepareData(dataset, experimentOf(dir));
    expect(data.inputs[0]!.shape).toEqual([16, 16, 3]);
  });

  it('lists the clips without a file and names a file that is none', async () => {
    await expect(openExperimentData(experimentOf(join(root, 'none')))).rejects.toThrow(/2 of 2 are missing \(sub01\//);
    const dir = join(root, 'bad');
    const dataset = await openExperimentData(experimentOf(join(root, 'all')));
    for (const { subject, clip } of dataset.samples) {
      await mkdir(join(dir, subject), { recursive: true });
      await writeFile(join(dir, subject, `${clip}.json`), '[1, 2]');
    }
    await expect(openExperimentData(experimentOf(dir))).rejects.toThrow(/landmarks of synthetic\/sub01/);
  });
});
