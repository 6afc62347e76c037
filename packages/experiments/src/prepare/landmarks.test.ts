import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { type ClipDataset, openDataset } from '@mer/datasets';
import type { FaceDetector } from '@mer/representations';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseExperiment } from '../schema/parse.js';
import { writeLandmarks } from './detect-landmarks.js';
import { withLandmarks } from './landmarks.js';
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

describe('writeLandmarks()', () => {
  it('writes files that experiments read, keeps them, makes them anew for other settings, and notes clips without a face', async () => {
    const out = join(root, 'found');
    const dataset = (await openDataset('synthetic', {
      subjects: 3,
      clipsPerSubject: 1,
      size: 32,
      frames: 5,
    })) as ClipDataset;
    let looked = 0;
    const detect = async (): Promise<FaceDetector> => async () => {
      looked++;
      // of the first clip, nobody
      return looked <= 5 ? [] : [{ points: face() as [number, number][], score: 0.9 }];
    };
    const first = await writeLandmarks(dataset, { out, detector: 'stub', detect });
    expect(first).toMatchObject({ clips: 3, made: 2, kept: 0, failed: [{ id: dataset.samples[0]!.id }] });
    expect(first.failed[0]!.message).toMatch(/must show a face: none was found/);
    const before = tf.memory().numTensors;
    const again = await writeLandmarks(dataset, { out, detector: 'stub', detect });
    expect(again).toMatchObject({ made: 1, kept: 2, failed: [] });
    expect(again.qualities).toHaveLength(3);
    expect(tf.memory().numTensors).toBe(before);
    const other = await writeLandmarks(dataset, { out, detector: 'stub', detect, options: { gap: 1 } });
    expect(other).toMatchObject({ made: 3, kept: 0 });
    const marked = await withLandmarks(dataset, out);
    const clip = await marked.readClip(1);
    expect(clip.landmarks).toHaveLength(clip.frames.shape[0]);
    clip.frames.dispose();
    const stopped = { out, detector: 'stub', detect, signal: AbortSignal.abort(new Error('enough')) };
    await expect(writeLandmarks(dataset, stopped)).rejects.toThrow('enough');
  });
});
