import { mkdir, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeImage } from '@mer/io';
import { clipWindows, createRepresentation, frameReader, isLongClip, resize } from '@mer/representations';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { canListProcesses, children } from '../../test/children.js';
import { ExperimentError } from '../schema/experiment-error.js';
import { parseExperiment } from '../schema/parse.js';
import { openExperimentData, type PrepareDataOptions, prepareData, prepareSource } from './prepare.js';
import { readSource } from './source.js';

let root = '';
beforeAll(async () => {
  await tf.setBackend('cpu');
  root = await mkdtemp(join(tmpdir(), 'mer-prepare-'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

const common = {
  name: 'prepared',
  model: { name: 'small-cnn' },
  training: { epochs: 1, batchSize: 2, optimizer: { name: 'adam', learningRate: 0.01 } },
};
const clips = { name: 'synthetic', options: { subjects: 2, clipsPerSubject: 1, size: 24, frames: 12 } };

describe('windows of an input', () => {
  const withInput = (input: object) => parseExperiment({ ...common, data: clips, inputs: [input] });

  it('are represented one by one and stand one after the other', async () => {
    const experiment = withInput({
      steps: ['trdi', { step: 'resize', options: { size: 16 } }, { step: 'multiply', options: { by: 2 } }],
      windows: { count: 3 },
    });
    const dataset = await openExperimentData(experiment);
    const { inputs } = await prepareData(dataset, experiment);
    expect(inputs[0]!.shape).toEqual([3, 16, 16, 3]);
    const clip = await readSource(dataset, experiment, 0);
    if (clip instanceof tf.Tensor || isLongClip(clip)) throw new Error('a clip in memory');
    const [, second] = clipWindows(clip, { count: 3 });
    const image = createRepresentation('trdi', {})(second!);
    const expected = tf.mul(resize(image, { size: 16 }), 2).dataSync();
    const values = (inputs[0] as { values: Float32Array }).values.subarray(expected.length, 2 * expected.length);
    expect([...values]).toEqual([...expected]);
  });

  it('need a representation', async () => {
    const experiment = withInput({ windows: { count: 3 } });
    await expect(openExperimentData(experiment)).rejects.toThrow(ExperimentError);
    await expect(openExperimentData(experiment)).rejects.toThrow(/inputs\.0\.windows.*inputs\.0\.steps/);
  });
});

describe('a clip whose frames are read when they are needed', () => {
  it.each([
    ['each input by itself', [{ steps: ['midi'] }, { steps: ['gray', 'mesti'] }, { steps: ['lbp-top'] }, {}], []],
    ['windows of it', [{ steps: ['trdi'], windows: { count: 3 } }], []],
    ['views of it', [{ steps: ['dynamic-image'] }], [{ name: 'phases' }]],
  ])('gives the images of the clip in memory: %s', async (_, inputs, augmented) => {
    const training = { ...common.training, augmentation: { clips: augmented } };
    const preprocessing = ['even-light', { step: 'resize', options: { size: 20 } }];
    const experiment = parseExperiment({ ...common, data: clips, preprocessing, inputs, training });
    const dataset = await openExperimentData(experiment);
    const clip = await readSource(dataset, experiment, 0);
    if (clip instanceof tf.Tensor || isLongClip(clip)) throw new Error('a clip in memory');
    const before = tf.memory().numTensors;
    const whole = await prepareSource(experiment, clip);
    const long = await prepareSource(experiment, { ...clip, frames: frameReader(clip.frames) });
    expect(long).toEqual(whole);
    expect(tf.memory().numTensors).toBe(before);
    clip.frames.dispose();
  });
});

describe('processes that prepare', () => {
  const experiment = parseExperiment({
    ...common,
    data: { ...clips, options: { ...clips.options, clipsPerSubject: 3 } },
    preprocessing: [{ step: 'even-light' }],
    inputs: [{ steps: ['trdi', { step: 'resize', options: { size: 16 } }] }, { steps: ['midi'] }],
    training: { ...common.training, augmentation: { clips: [{ name: 'jitter', copies: 2, onset: 0.3 }] } },
  });
  const valuesOf = async (options: PrepareDataOptions) => {
    const done: number[] = [];
    const data = await prepareData(await openExperimentData(experiment), experiment, {
      ...options,
      onProgress: (count) => done.push(count),
    });
    expect(done).toEqual([1, 2, 3, 4, 5, 6]);
    return data.inputs.map((input) => [...(input as { values: Float32Array }).values]);
  };
  const processes = (worthwhile = 0): PrepareDataOptions => ({
    processes: { count: 2, backend: 'cpu', worthwhile },
  });

  it('make the same images in the same order', async () => {
    expect(await valuesOf(processes())).toEqual(await valuesOf({}));
  });

  it.skipIf(!canListProcesses)('are started again when one is killed, and give up a sample that ends two', async () => {
    const crashes: string[] = [];
    const prepare = async (kill: (done: number) => boolean) =>
      prepareData(await openExperimentData(experiment), experiment, {
        processes: { ...processes().processes!, onCrash: ({ reason }) => crashes.push(reason) },
        onProgress: (done) => {
          if (kill(done)) for (const pid of children()) process.kill(pid, 'SIGKILL');
        },
      });
    const data = await prepare((done) => done === 2);
    expect(crashes).toContain('ended by SIGKILL');
    expect(data.inputs.map((input) => [...(input as { values: Float32Array }).values])).toEqual(await valuesOf({}));
    const killing = setInterval(() => {
      for (const pid of children()) process.kill(pid, 'SIGKILL');
    }, 50);
    try {
      await expect(prepare(() => false)).rejects.toThrow(
        /Cannot prepare .* as its process was ended by SIGKILL, most likely .* memory/,
      );
    } finally {
      clearInterval(killing);
    }
  });

  it('are not started for little work', async () => {
    const unknown = { count: 2, backend: 'unknown' as 'cpu', worthwhile: 60 };
    await valuesOf({ processes: unknown });
    await expect(valuesOf({ processes: { ...unknown, worthwhile: 0 } })).rejects.toThrow(/unknown/);
  });

  it('end when the work is ended', async () => {
    const stop = new AbortController();
    const dataset = await openExperimentData(experiment);
    const work = prepareData(dataset, experiment, {
      ...processes(),
      signal: stop.signal,
      onProgress: (done) => done === 2 && stop.abort(new Error('enough')),
    });
    await expect(work).rejects.toThrow('enough');
  });

  it('name the sample that cannot be read', async () => {
    const folder = join(root, 'clips');
    const rows = ['subject,clip,label,onset,apex,offset,folder'];
    for (const name of ['a', 'b', 'c']) {
      await mkdir(join(folder, name), { recursive: true });
      for (let frame = 1; frame <= 4; frame++) {
        const picture = await encodeImage(tf.fill([16, 16, 3], frame / 5), 'png');
        await writeFile(join(folder, name, `${frame}.png`), name === 'c' && frame === 3 ? 'no picture' : picture);
      }
      rows.push(`s-${name},${name},x,1,2,4,${name}`);
    }
    await writeFile(join(folder, 'manifest.csv'), rows.join('\n'));
    const given = parseExperiment({
      ...common,
      data: { name: 'clip-folder', root: folder },
      inputs: [{ steps: ['trdi'] }],
    });
    const work = prepareData(await openExperimentData(given), given, processes());
    await expect(work).rejects.toThrow(/Cannot prepare .*c: .*3\.png/);
  });
});

describe('the cache of prepared images', () => {
  it('is used again, and notices an image that changed without changing its size', async () => {
    const [folder, cache] = [join(root, 'images'), join(root, 'cache')];
    const picture = (value: number) => encodeImage(tf.fill([28, 28, 3], value), 'bmp');
    await mkdir(folder);
    await writeFile(join(folder, 'a.bmp'), await picture(0.2));
    await writeFile(join(folder, 'b.bmp'), await picture(0.4));
    const rows = ['dataset,subject,clip,label,file', 'casme2,s1,a,0,a.bmp', 'casme2,s2,b,1,b.bmp'];
    await writeFile(join(folder, 'manifest.csv'), rows.join('\n'));
    const experiment = parseExperiment({ ...common, data: { name: 'megc2019-flow', root: folder } });
    const first = async () => {
      const data = await prepareData(await openExperimentData(experiment), experiment, { cache });
      const value = new Float32Array(28 * 28 * 3);
      (data.inputs[0] as { read(row: number, into: Float32Array): void }).read(0, value);
      data.close();
      return Math.round(value[0]!);
    };
    expect(await first()).toBe(51);
    expect(await first()).toBe(51);
    expect((await readdir(cache)).length).toBe(1);
    const { size } = await stat(join(folder, 'a.bmp'));
    await writeFile(join(folder, 'a.bmp'), await picture(0.6));
    await utimes(join(folder, 'a.bmp'), 1e9, 1e9);
    expect((await readFile(join(folder, 'a.bmp'))).length).toBe(size);
    expect(await first()).toBe(153);
    expect((await readdir(cache)).length).toBe(2);
  });
});
