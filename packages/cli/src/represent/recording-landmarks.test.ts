import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { frameReader } from '@mer/representations';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { findLandmarks, landmarkCache, readLandmarkFile } from './recording-landmarks.js';

const points = Array.from({ length: 68 }, (_, i) => [8 + (i % 17) * 3, 8 + Math.floor(i / 17) * 12] as const);
const faces = { detector: 'face-mesh', several: 'refuse' };
let root = '';

beforeAll(async () => {
  await tf.setBackend('cpu');
  root = await mkdtemp(join(tmpdir(), 'mer-recording-landmarks-'));
  await mkdir(join(root, 'clip'));
  await writeFile(join(root, 'clip', '1.png'), 'a');
});
afterAll(() => rm(root, { recursive: true, force: true }));

describe('findLandmarks()', () => {
  const frames = frameReader(tf.zeros([4, 64, 64, 1]));
  const written: string[] = [];
  const find = (name: string, seen: (frame: number) => number) => {
    let frame = 0;
    const detect = vi.fn(async () =>
      Array.from({ length: seen(frame++) }, (_, i) => ({ points: points.map(([x, y]) => [x + 90 * i, y] as const) })),
    );
    vi.spyOn(process.stderr, 'write').mockImplementation((text) => written.push(String(text)) > 0);
    const [path, keep, numbers] = [join(root, 'clip'), join(root, 'kept', `${name}.json`), [7, 8, 9, 10]];
    const open = async () => detect;
    const found = findLandmarks(frames, { path, numbers, faces, read: {}, keep, open }).finally(() =>
      vi.restoreAllMocks(),
    );
    return { found, detect };
  };

  it('finds the face, tells so, and keeps its points for as long as the files stay the same', async () => {
    const first = find('a', (frame) => (frame === 2 ? 0 : 1));
    expect((await first.found).map(({ frame }) => frame)).toEqual([0, 1, 2, 3]);
    expect(written.join('')).toMatch(/^face: in 3 of 4 frames by face-mesh, score .*no face in 1 of 4 frames \(9\)/);
    const again = find('a', () => 0);
    expect(await again.found).toEqual(await first.found);
    expect(again.detect).not.toHaveBeenCalled();
    expect(written.at(-1)).toContain(`(kept in ${join(root, 'kept', 'a.json')})`);
    await writeFile(join(root, 'clip', '2.png'), 'b');
    const changed = find('a', () => 1);
    await changed.found;
    expect(changed.detect).toHaveBeenCalled();
  });

  it('refuses nobody, several, and a face in less than half of the frames', async () => {
    await expect(find('b', () => 0).found).rejects.toThrow(/it must show a face: .*or give --landmarks <file>$/);
    await expect(find('c', () => 2).found).rejects.toThrow(/there are 2.*; --several says which, largest, surest/);
    const rare = find('d', (frame) => (frame === 0 ? 1 : 0)).found;
    await expect(rare).rejects.toThrow('it must be in half of the frames: it is in 1 of the 4 that were looked at');
  });

  it('says what to install, or to give, where there is no detector', async () => {
    const open = async () => Promise.reject(new Error('Cannot find faces as x must be installed'));
    const rest = { path: root, numbers: [1, 2, 3, 4], faces, read: {}, keep: join(root, 'e.json'), open };
    await expect(findLandmarks(frames, rest)).rejects.toThrow('must be installed; or give --landmarks <file>');
  });
});

it('reads files of landmarks in shares of the frame, and keeps those of recordings apart', async () => {
  const mesh = Array.from({ length: 478 }, (_, i) => ({ x: (i % 20) / 20, y: i / 478, z: 0 }));
  const file = join(root, 'mesh.json');
  await writeFile(file, JSON.stringify([mesh]));
  expect((await readLandmarkFile(file, [64, 64]))[0]!.points[30]![0]).toBeCloseTo(mesh[4]!.x * 64 - 0.5, 6);
  await expect(readLandmarkFile(join(root, 'none.json'))).rejects.toThrow('Cannot read the landmarks');
  expect(landmarkCache('a/clip')).not.toBe(landmarkCache('b/clip'));
});
