import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { memory, setBackend } from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inspectFolder } from './inspect-folder.js';
import { openCasme2 } from './sets/casme2.js';
import { planSet, shareOut } from './synthetic/plan-set.js';
import { writeSyntheticDataset } from './write-synthetic.js';

let home = '';
beforeAll(async () => {
  await setBackend('cpu');
  home = await mkdtemp(join(tmpdir(), 'mer-synth-'));
});
afterAll(() => rm(home, { recursive: true, force: true }));

const small = { subjects: 3, clips: 10, height: 56, width: 48, leastFrames: 6, mostFrames: 9 } as const;

async function contents(root: string): Promise<Record<string, string>> {
  const files = (await readdir(root, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
  const hashes = await Promise.all(
    files.map(async ({ parentPath, name }) => {
      const path = join(parentPath, name);
      const hash = createHash('sha256')
        .update(await readFile(path))
        .digest('hex');
      return [path.slice(root.length), hash] as const;
    }),
  );
  return Object.fromEntries(hashes.sort(([a], [b]) => (a < b ? -1 : 1)));
}

describe('writeSyntheticDataset()', () => {
  it('writes what the adapter of CASME II reads, without a fault', async () => {
    const before = memory().numTensors;
    const progress: number[] = [];
    const root = join(home, 'one');
    const written = await writeSyntheticDataset(root, small, { onProgress: (done) => progress.push(done) });
    expect(memory().numTensors).toBe(before);
    expect(progress).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(written).toMatchObject({ clips: 10, subjects: 3, perEmotion: { disgust: 2, happiness: 2, others: 2 } });
    const report = await inspectFolder('casme2', { root }, { images: 'decode' });
    expect(report).toMatchObject({ n: 10, subjects: 3, notes: [] });
    expect(report.images).toMatchObject({
      files: written.frames,
      unreadable: 0,
      sizes: { '48x56': 10 },
      formats: { jpeg: 10 },
    });
    const dataset = await openCasme2({ root });
    expect(dataset.frames(0).files[0]).toMatch(/^reg_img\d+\.jpg$/);
    const clip = await dataset.readClip(0, { from: 'first', to: 'last' });
    expect(clip.frames.shape.slice(1)).toEqual([56, 48, 3]);
    expect(clip.onset < clip.apex! && clip.apex! < clip.offset).toBe(true);
    clip.frames.dispose();
  });

  it('writes the same files for the same seed, and others for another', async () => {
    await writeSyntheticDataset(join(home, 'two'), small);
    await writeSyntheticDataset(join(home, 'three'), { ...small, seed: 1 });
    const [one, two, three] = await Promise.all(['one', 'two', 'three'].map((name) => contents(join(home, name))));
    expect(two).toEqual(one);
    expect(three).not.toEqual(one);
  });

  it('writes the raw tree on request', async () => {
    const root = join(home, 'raw');
    await writeSyntheticDataset(root, { ...small, subjects: 2, clips: 2, tree: 'raw', difficulty: 'hard' });
    const dataset = await openCasme2({ root });
    expect(dataset.frames(0).folder).toMatch(/^CASME2_RAW_selected\/sub01\//);
    expect(dataset.frames(0).files[0]).toMatch(/^img\d+\.jpg$/);
  });

  it('refuses a folder that holds something, and wrong options', async () => {
    await expect(writeSyntheticDataset(join(home, 'one'), small)).rejects.toThrow(
      /must be new or empty: '.*one' holds 3/,
    );
    await writeFile(join(home, 'file'), 'x');
    await expect(writeSyntheticDataset(join(home, 'file'), small)).rejects.toThrow(`'${join(home, 'file')}' must be`);
    const fails = (options: object) => writeSyntheticDataset(join(home, 'new'), options);
    await expect(fails({ difficulty: 'extreme' })).rejects.toThrow('one of easy, medium, hard');
    await expect(fails({ clips: 5, subjects: 6 })).rejects.toThrow(
      'clips must be at least subjects, 6: current value is 5',
    );
    await expect(fails({ leastFrames: 50, mostFrames: 40 })).rejects.toThrow(
      'mostFrames must be at least leastFrames, 50',
    );
    await expect(readdir(join(home, 'new'))).rejects.toThrow('ENOENT');
  });
});

describe('planSet()', () => {
  it('spreads emotions as CASME II does, and gives every subject a clip', () => {
    const plans = planSet(0, 26, 246, [24, 60]);
    const count = (emotion: string) => plans.filter((plan) => plan.emotion === emotion).length;
    expect(plans).toHaveLength(246);
    expect(['others', 'disgust', 'happiness', 'repression', 'surprise'].map(count)).toEqual([97, 62, 33, 28, 26]);
    expect(new Set(plans.map(({ subject }) => subject)).size).toBe(26);
    expect(new Set(plans.map(({ subject, clip }) => `${subject}/${clip}`)).size).toBe(246);
    expect(new Set(plans.map(({ clip }) => clip)).size).toBeLessThan(60);
  });
});

describe('shareOut()', () => {
  it('shares whole numbers that add up', () => {
    expect(shareOut(10, [1, 1, 1], 0)).toEqual([4, 3, 3]);
    expect(shareOut(10, [8, 1, 1], 2)).toEqual([5, 3, 2]);
  });
});
