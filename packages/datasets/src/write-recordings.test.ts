import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseLandmarks } from '@mer/representations';
import { memory, setBackend } from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inspectFolder } from './inspect-folder.js';
import { openRecordings } from './recordings/open-recordings.js';
import { openCasMe2 } from './sets/cas-me2.js';
import { openSammLong } from './sets/samm-long.js';
import { planRecordings } from './synthetic/plan-recordings.js';
import { syntheticRecording } from './synthetic/recording.js';
import { type WriteRecordingsOptions, writeSyntheticRecordings } from './write-recordings.js';

let home = '';
beforeAll(async () => {
  await setBackend('cpu');
  home = await mkdtemp(join(tmpdir(), 'mer-long-'));
});
afterAll(() => rm(home, { recursive: true, force: true }));

const small = { seconds: 4, size: 32, videos: 3, subjects: 2, micros: 3, macros: 1, quiet: 1 } as const;
const expected = () => planRecordings(small).map((plan) => syntheticRecording(plan));

/** The intervals of every recording that is read, by subject and place. */
const intervalsOf = async (name: string, root: string) => {
  const { samples, notes } = await openRecordings(name, { root });
  expect(notes.filter(({ severity }) => severity !== 'marked')).toEqual([]);
  return samples.map(({ fps, count, expressions }) => ({
    ...{ fps, count },
    intervals: expressions!.map(({ kind, onset, apex, offset }) => ({ kind, onset, apex, offset })),
  }));
};
const planned = (options: object, fps: number, count: number) =>
  planRecordings(options).map((plan) => ({
    ...{ fps, count },
    intervals: syntheticRecording(plan).intervals.map(({ kind, onset, apex, offset }) => ({
      kind,
      onset,
      apex,
      offset,
    })),
  }));
/** The order of recordings is that of their names. */
const unordered = (all: readonly object[]) => all.map((one) => JSON.stringify(one)).sort();

describe('writeSyntheticRecordings()', () => {
  it('writes what the adapter of CAS(ME)^2 reads, without a fault', async () => {
    const root = join(home, 'cas');
    const before = memory().numTensors;
    const progress: number[] = [];
    const written = await writeSyntheticRecordings(root, small, { onProgress: (done) => progress.push(done) });
    expect(memory().numTensors).toBe(before);
    expect(progress[0]).toBe(0);
    expect(progress.at(-1)).toBe(360);
    expect(written).toEqual({
      root,
      annotation: 'CAS(ME)^2code_final-synthetic.xlsx',
      dataset: 'cas-me2-recordings',
      ...{ subjects: 2, recordings: 3, frames: 360, fps: 30, micros: 3, macros: 1, quiet: 1 },
    });
    const report = await inspectFolder('cas-me2', { root, expressions: 'both' }, { images: 'check' });
    expect(report).toMatchObject({ n: 4, notes: [] });
    const dataset = await openCasMe2({ root, expressions: 'both' });
    const truth = expected().flatMap(({ subject, video, intervals }) =>
      intervals.map(({ kind, onset, apex, offset, emotion }, i) => ({
        ...{ subject, clip: `${video}_${i + 1}`, onset: onset + 1, apex: apex + 1, offset: offset + 1 },
        extra: expect.objectContaining({ type: kind, reported: emotion }),
      })),
    );
    expect(dataset.records).toHaveLength(truth.length);
    for (const one of truth) expect(dataset.records).toContainEqual(expect.objectContaining(one));
    expect(dataset.frames(0).folder).toMatch(/^rawpic\/s15\/15_0101generated$/);
    expect((await readdir(join(root, 'rawpic/s15/15_0101generated'))).sort().at(-1)).toBe('img120.jpg');
    const text = await readFile(join(root, 'landmarks', 's15', '15_0102.json'), 'utf8');
    const landmarks = parseLandmarks(text);
    expect(landmarks.map(({ frame }) => frame)).toEqual([0, 30, 60, 90]);
    expect(landmarks[2]!.points[30]![0]).toBeCloseTo(expected()[1]!.landmarksAt(60)[30]![0], 1);
    expect(unordered(await intervalsOf('cas-me2-recordings', root))).toEqual(unordered(planned(small, 30, 120)));
    const others = JSON.parse(await readFile(join(root, 'distractors.json'), 'utf8'));
    expect(others['s16/16_0101']).toEqual(expected()[2]!.distractors);
  });

  it('writes what the adapter of SAMM Long Videos reads, at 200 frames per second', async () => {
    const root = join(home, 'samm');
    const some = { ...small, seconds: 2, videos: 2, micros: 2, macros: 0 };
    const written = await writeSyntheticRecordings(root, { ...some, layout: 'samm-long' });
    expect(written).toMatchObject({ dataset: 'samm-long-recordings', frames: 800, fps: 200, micros: 2 });
    const report = await inspectFolder('samm-long', { root });
    expect(report).toMatchObject({ n: 2, notes: [] });
    const dataset = await openSammLong({ root });
    const truth = planRecordings({ ...some, fps: 200 }).flatMap((plan) => syntheticRecording(plan).intervals);
    expect(dataset.records.map(({ onset, offset }) => [onset, offset])).toEqual(
      truth.map(({ onset, offset }) => [onset + 1, offset + 1]),
    );
    const whole = await intervalsOf('samm-long-recordings', root);
    expect(unordered(whole)).toEqual(unordered(planned({ ...some, fps: 200 }, 200, 400)));
    const { folder, files } = dataset.frames(0);
    expect(folder).toMatch(/^SAMM_longvideos\/01[56]_1$/);
    expect(files[0]).toBe(`${folder.slice(-5)}_${String(truth[0]!.onset + 1).padStart(4, '0')}.jpg`);
  });

  it('writes folders with a manifest at any other rate, and every point on request', async () => {
    const root = join(home, 'manifest');
    const options = { ...small, layout: 'manifest', fps: 25, landmarks: 'all' } as const;
    expect(await writeSyntheticRecordings(root, options)).toMatchObject({ fps: 25, frames: 300, quiet: 1 });
    const lines = (await readFile(join(root, 'manifest.csv'), 'utf8')).trim().split('\n');
    expect(lines[0]).toBe('subject,recording,kind,onset,apex,offset,emotion,actionUnits,fps');
    expect(lines).toHaveLength(1 + 4 + 1);
    expect(lines.filter((line) => /^s1[56],\w+,,,,,,,25$/.test(line))).toHaveLength(1);
    const read = await intervalsOf('recording-folder', root);
    expect(unordered(read)).toEqual(unordered(planned({ ...small, fps: 25 }, 25, 100)));
    expect(read.filter(({ intervals }) => intervals.length === 0)).toHaveLength(1);
    expect(await readdir(join(root, 's16', 'disgust1'))).toHaveLength(100);
    expect(parseLandmarks(await readFile(join(root, 'landmarks', 's16', 'disgust1.json'), 'utf8'))).toHaveLength(100);
  });

  it('leaves no annotations behind where it is stopped', async () => {
    const root = join(home, 'stopped');
    const onProgress = (done: number) => {
      if (done >= 200) throw new Error('stopped');
    };
    await expect(writeSyntheticRecordings(root, small, { onProgress })).rejects.toThrow('stopped');
    expect(await readdir(root)).toEqual(['landmarks', 'rawpic']);
  });

  it('refuses a folder that holds something, and wrong options before anything is written', async () => {
    await expect(writeSyntheticRecordings(join(home, 'cas'), small)).rejects.toThrow(
      /must be new or empty: .* holds 5/,
    );
    const fails = (options: object) =>
      writeSyntheticRecordings(join(home, 'new'), { ...small, ...options } as WriteRecordingsOptions);
    await expect(fails({ fps: 60 })).rejects.toThrow('fps of the layout cas-me2 must be 30: current value is 60');
    await expect(fails({ micros: 100 })).rejects.toThrow('must fit into it');
    await expect(fails({ layout: 'casme2' })).rejects.toThrow('one of cas-me2, samm-long, manifest');
    await expect(fails({ subjects: 4 })).rejects.toThrow('subjects must be at most videos, 3');
    await expect(readdir(join(home, 'new'))).rejects.toThrow('ENOENT');
  });
});
