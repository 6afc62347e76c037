import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import '@tensorflow/tfjs-backend-cpu';
import { encodeImage } from '@mer/io';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { fingerprint, folderFromFiles, openClipFolder, openClipSource } from './index.js';

/** Twelve frames of the brightness 40 + 15 i; they are shown at 40 i + 10 (i mod 3) milliseconds. */
const levels = fileURLToPath(new URL('../../io/test/video/levels.mp4', import.meta.url));
const level = (i: number) => (40 + 15 * i) / 255;

let root = '';
beforeAll(async () => {
  await tf.setBackend('cpu');
  // packages decode, so that the tests are the same with and without ffmpeg
  vi.stubEnv('FFMPEG_PATH', '/no/such/program');
  root = await mkdtemp(join(tmpdir(), 'mer-clip-source-'));
  await mkdir(join(root, 'anna'));
  await mkdir(join(root, 'ben'));
  await copyFile(levels, join(root, 'anna', 'one.mp4'));
  await copyFile(levels, join(root, 'ben', 'two.mov'));
  await writeFile(join(root, 'ben', 'broken.mp4'), 'no video');
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await rm(root, { recursive: true, force: true });
});

const brightness = (frames: tf.Tensor4D) => [...tf.mean(frames, [1, 2, 3]).dataSync()];

describe('openClipSource()', () => {
  it('opens a video: frames in any order, times, rate and numbers', async () => {
    const source = await openClipSource(levels, { size: 16, color: false });
    const { kind, frames, numbers, times, constant, close } = source;
    expect([kind, frames.shape, numbers.at(0), numbers.at(-1), constant]).toEqual([
      'video',
      [12, 16, 16, 1],
      1,
      12,
      false,
    ]);
    expect(times![4]).toBeCloseTo(0.17, 3);
    for (const [first, count] of [
      [3, 2],
      [5, 1],
      [0, 12],
      [11, 1],
    ] as const) {
      const read = await frames.read(first, count);
      for (const [i, value] of brightness(read).entries()) expect(value).toBeCloseTo(level(first + i), 1);
      read.dispose();
    }
    // asked for at once, they wait for each other
    const [one, another] = await Promise.all([frames.read(8, 2), frames.read(1, 2)]);
    expect(brightness(one)[1]).toBeCloseTo(level(9), 1);
    expect(brightness(another)[0]).toBeCloseTo(level(1), 1);
    await expect(frames.read(10, 3)).rejects.toThrow('must lie within 0 to 11');
    await close();
  });

  it('resamples a video to a rate', async () => {
    const { frames, fps, times, constant, close } = await openClipSource(levels, { fps: 10 });
    expect([frames.shape, fps, [...(times as Float64Array)], constant]).toEqual([
      [5, 32, 48, 3],
      10,
      [0, 0.1, 0.2, 0.3, 0.4],
      true,
    ]);
    // nearest to 100 ms is the frame at 100 ms; to 200 ms that at 210, not that at 170
    const values = brightness(await frames.read(0, 3));
    for (const [k, frame] of [0, 2, 5].entries()) expect(values[k]).toBeCloseTo(level(frame), 1);
    await close();
  });

  it('opens a folder of pictures the same way', async () => {
    const folder = join(root, 'pictures');
    await mkdir(folder);
    const png = await encodeImage(tf.fill([4, 6, 3], 0.5) as tf.Tensor3D, 'png');
    for (const number of [9, 10]) await writeFile(join(folder, `img${number}.png`), png);
    const source = await openClipSource(folder, { fps: 50 });
    expect([source.kind, source.frames.shape, source.numbers, source.fps]).toEqual([
      'pictures',
      [2, 4, 6, 3],
      [9, 10],
      50,
    ]);
    expect([...(source.times as Float64Array)]).toEqual([0, 0.02]);
    expect((await openClipSource(folder)).times).toBeUndefined();
    await expect(openClipSource(join(root, 'anna'))).rejects.toThrow(/at least two frames.*it holds 0/);
    await expect(openClipSource(join(root, 'none'))).rejects.toThrow('must be a folder of frames or a video file');
  });
});

describe('clip-folder with videos', () => {
  it('reads videos by name, with and without their ending; frames count from 1', async () => {
    const manifest =
      'subject,clip,label,folder,onset,apex,offset,fps\nanna,one,a,,3,5,9,\nben,two,b,ben/two.mov,,,,60\n';
    await writeFile(join(root, 'manifest.csv'), manifest);
    const dataset = await openClipFolder({ root });
    expect(dataset.notes.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(dataset.records.map(({ onset, offset }) => [onset, offset])).toEqual([
      [3, 9],
      [1, 12],
    ]);
    expect(await dataset.sources(0)).toMatchObject([{ path: 'anna/one.mp4', size: (await readFile(levels)).length }]);
    const clip = await dataset.readClip(0, { color: false });
    expect([clip.frames.shape, clip.onset, clip.apex, clip.offset]).toEqual([[7, 32, 48, 1], 0, 2, 6]);
    for (const [i, value] of brightness(clip.frames).entries()) expect(value).toBeCloseTo(level(2 + i), 1);
    const long = await dataset.openClip!(1, { from: 'first', to: 'last', size: 8 });
    expect(long.frames.shape).toEqual([12, 8, 8, 3]);
    expect(brightness(await long.frames.read(4, 1))[0]).toBeCloseTo(level(4), 1);

    // the same files, picked in a browser
    const file = async (path: string) => {
      const picked = new File([await readFile(join(root, path))], path.split('/').at(-1)!);
      return Object.assign(picked, { webkitRelativePath: `picked/${path}` });
    };
    const files = await Promise.all(['manifest.csv', 'anna/one.mp4', 'ben/two.mov'].map(file));
    const picked = await openClipFolder({ root: folderFromFiles(files) });
    expect(await fingerprint(picked)).toBe(await fingerprint(dataset));
    expect((await picked.readClip(0, { color: false })).frames.dataSync()).toEqual(clip.frames.dataSync());
  });

  it('names a video that is broken, and a row whose frames it does not have', async () => {
    const manifest = 'subject,clip,label,onset,offset\nben,broken,a,1,4\nanna,one,b,5,30\n';
    await writeFile(join(root, 'manifest.csv'), manifest);
    const error = await openClipFolder({ root }).catch(String);
    expect(error).toMatch(/row 2.*broken\.mp4 as it must be an intact video/);
    await writeFile(join(root, 'manifest.csv'), manifest.replace('ben,broken,a,1,4\n', ''));
    await expect(openClipFolder({ root })).rejects.toThrow(/18 of 26 frames are missing in anna\/one\.mp4/);
  });
});
