import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import '@tensorflow/tfjs-backend-wasm';
import { useBackend } from '@mer/backends';
import { encodeImage } from '@mer/io';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildReport } from '../report/index.js';
import { parseExperiment } from '../schema/parse.js';
import { dryRun } from './dry-run.js';
import type { RunEvent } from './events.js';
import { readRun } from './read-run.js';
import { runExperiment } from './run.js';

let root = '';
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'mer-data-'));
  await useBackend('wasm');
  for (const [i, name] of [...'abcdef'].entries()) {
    await mkdir(join(root, name), { recursive: true });
    for (let frame = 1; frame <= 4; frame++) {
      const picture = tf.randomUniform([16, 16, 3], 0, 1, 'float32', 10 * i + frame);
      await writeFile(join(root, name, `${frame}.png`), await encodeImage(picture as tf.Tensor3D, 'png'));
      picture.dispose();
    }
  }
});
afterAll(() => rm(root, { recursive: true, force: true }));

/** An experiment on the clips of a manifest, and a folder for its run. */
async function given(name: string, rows: readonly string[], options: object = {}, steps: string[] = ['trdi']) {
  const file = `${name}.csv`;
  await writeFile(join(root, file), ['subject,clip,label,onset,apex,offset,folder', ...rows].join('\n'));
  const experiment = parseExperiment({
    name,
    data: { name: 'clip-folder', root, options: { annotations: file, ...options } },
    inputs: [{ steps }],
    model: { name: 'small-cnn' },
    training: { epochs: 1, batchSize: 4 },
    backend: 'wasm',
  });
  return { experiment, out: join(root, 'runs', name) };
}

const clips = ['s1,a,x,1,2,4,a', 's1,b,y,1,2,4,b', 's2,c,x,1,2,4,c', 's2,d,y,1,2,4,d'];

describe('runExperiment()', () => {
  it('says in run.json, summary.json, report and output which clips were left out, and of what', async () => {
    const rows = [...clips, 's3,e,x,3,2,1,e', 's3,f,z,1,2,4,f'];
    const { experiment, out } = await given('dropped', rows, { faults: 'drop', classes: ['x', 'y'] });
    const events: RunEvent[] = [];
    const summary = await runExperiment(experiment, { out, workers: 1, onEvent: (event) => events.push(event) });
    const said = events.flatMap((event) => (event.type === 'note' ? [event.text] : []));
    expect(said).toContain(
      `4 of 6 clips: 2 dropped (outside of the classes: z 1); read from dropped.csv; see ${join(out, 'run.json')}`,
    );
    const data = {
      listed: 6,
      used: 4,
      leftOut: 2,
      outside: { z: 1 },
      assumedApexes: 0,
      annotationFiles: [
        { dataset: 'clip-folder', file: 'dropped.csv', rows: 6, sha256: expect.stringMatching(/^\w{64}$/) },
      ],
      notes: [
        {
          severity: 'dropped',
          key: 's3/e',
          file: 'dropped.csv',
          row: 6,
          message: 'offset must not lie before onset: onset is 3, offset 1',
        },
      ],
      sets: [{ name: 'clip-folder', samples: 4, subjects: 2, frameRates: [30] }],
    };
    expect(summary.data).toEqual(data);
    for (const file of ['run.json', 'summary.json']) {
      expect(JSON.parse(await readFile(join(out, file), 'utf8')).data).toEqual(data);
    }
    const report = await buildReport(await readRun(out));
    expect(report['report.html']).toContain('4 of 6 clips: 2 dropped');
    expect(report['report.html']).toContain('offset must not lie before onset: onset is 3, offset 1');
    expect(JSON.parse(report['report.json']!).summary.data).toEqual(data);
  });

  it('counts apexes that a step gives', async () => {
    const { experiment } = await given('spotted', ['s1,a,x,1,,4,a', ...clips.slice(1)], {}, ['spot-apex', 'mm-cof']);
    expect((await dryRun(experiment)).data.assumedApexes).toBe(1);
  });

  it('names every clip that cannot be used, before the run has a folder', async () => {
    const lost = await given(
      'lost',
      Array.from({ length: 14 }, (_, i) => `s${i},g${i},x,1,2,4,nowhere${i}`).concat(clips),
    );
    const work = runExperiment(lost.experiment, { out: lost.out, workers: 1 });
    await expect(work).rejects.toThrow(/g0\): the folder[\s\S]*g13\): the folder/);
    expect(existsSync(lost.out)).toBe(false);

    const early = await given('early', ['s1,a,x,1,,4,a', ...clips.slice(1)]);
    early.experiment.data.frames.to = 'apex';
    await expect(runExperiment(early.experiment, { out: early.out, workers: 1 })).rejects.toThrow(
      /1 of 4 have none[\s\S]*clip-folder\/s1\/a/,
    );
    expect(existsSync(early.out)).toBe(false);

    for (const name of ['e', 'f']) await writeFile(join(root, name, '2.png'), 'no picture');
    const broken = await given('broken', [...clips, 's3,e,x,1,2,4,e', 's3,f,y,1,2,4,f']);
    await expect(runExperiment(broken.experiment, { out: broken.out, workers: 1 })).rejects.toThrow(
      /Cannot prepare 2 of 6 samples:[\s\S]*s3\/e: [\s\S]*s3\/f: /,
    );
    expect(existsSync(broken.out)).toBe(false);
  });
});
