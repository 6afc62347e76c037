import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Run, readRun } from '../run/read-run.js';
import { runExperiment } from '../run/run.js';
import { parseExperiment } from '../schema/parse.js';
import { buildReport } from './build-report.js';
import { makeGallery } from './make-gallery.js';
import { reportData } from './report-data.js';

let dir = '';
let run: Run;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'mer-gallery-'));
  const experiment = parseExperiment({
    name: 'pictures',
    data: { name: 'synthetic', options: { subjects: 3, clipsPerSubject: 3, size: 24, frames: 6 } },
    inputs: [{ steps: ['dynamic-image', { step: 'normalize', options: { mean: 0.5, std: 0.25 } }] }],
    model: { name: 'small-cnn', options: { widths: [4, 4] } },
    training: { epochs: 1, batchSize: 4, optimizer: { name: 'adam', learningRate: 0.01 } },
    backend: 'cpu',
  });
  await runExperiment(experiment, { out: join(dir, 'run'), workers: 1 });
  run = await readRun(join(dir, 'run'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

it('makeGallery() draws what the network saw and where it looked, and leaves no tensor', async () => {
  const { mistakes, surest } = reportData(run);
  const verdicts = [...mistakes, ...surest].slice(0, 3);
  await makeGallery(run, verdicts);
  const before = tf.memory().numTensors;
  const gallery = await makeGallery(run, verdicts);
  expect(tf.memory().numTensors).toBe(before);
  expect(gallery.map(({ id }) => id)).toEqual(verdicts.map(({ id }) => id));
  for (const { pictures, right, title } of gallery) {
    expect(pictures.map(({ caption }) => caption)).toEqual(['dynamic-image', 'evidence']);
    for (const { png } of pictures) {
      expect(String.fromCharCode(...png.subarray(1, 4))).toBe('PNG');
      // width: 24 pixels, five times as large
      expect(new DataView(png.buffer, png.byteOffset).getUint32(16)).toBe(120);
    }
    expect(/taken for/.test(title)).toBe(!right);
  }
  const html = (await buildReport(run, { gallery }))['report.html']!;
  expect(html.match(/<img src="data:image\/png;base64,/g)).toHaveLength(6);
});

it('makeGallery() names a sample that the data set does not hold', async () => {
  const [verdict] = reportData(run).surest.concat(reportData(run).mistakes);
  await expect(makeGallery(run, [{ ...verdict!, id: 'x/y/z' }])).rejects.toThrow('Cannot draw x/y/z');
});
