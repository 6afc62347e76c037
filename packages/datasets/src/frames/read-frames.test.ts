import '@tensorflow/tfjs-backend-cpu';
import { encodeImage } from '@mer/io';
import { dynamicImage } from '@mer/representations';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { addFrames } from '../../test/releases.js';
import { memoryFolder } from '../../test/support.js';
import { composeDatasets } from '../compose.js';
import type { DataFolder } from '../files/data-folder.js';
import { openClipFolder } from '../sets/clip-folder.js';
import { absentRuns, positionOf } from './clip-frames.js';
import { decodePicture } from './decode-picture.js';
import { frameNames } from './frame-names.js';
import { imageHeader } from './image-header.js';
import { limiter, openFrames, readFrames } from './read-frames.js';

describe('limiter()', () => {
  it('runs no more tasks than allowed at the same time, in order, also after failures', async () => {
    const limited = limiter(3);
    let [running, most] = [0, 0];
    const started: number[] = [];
    const tasks = Array.from({ length: 20 }, (_, i) =>
      limited(async () => {
        started.push(i);
        most = Math.max(most, ++running);
        await new Promise((resolve) => setTimeout(resolve, i % 3));
        running--;
        if (i % 5 === 0) throw new Error('no');
        return i;
      }),
    );
    const results = await Promise.allSettled(tasks);
    expect(most).toBe(3);
    expect(started).toEqual(Array.from({ length: 20 }, (_, i) => i));
    expect(results.filter(({ status }) => status === 'rejected')).toHaveLength(4);
  });
});

describe('readClip()', () => {
  it('shares its decoders among all clips that are read at the same time', async () => {
    const files: Record<string, Uint8Array | string> = {
      'manifest.csv': `subject,clip,label\n${[1, 2, 3, 4].map((n) => `a,c${n},${n % 2}`).join('\n')}`,
    };
    for (const n of [1, 2, 3, 4]) addFrames(files, `a/c${n}`, 1, 9, (frame) => `${frame}.bmp`);
    const folder = memoryFolder(files);
    let [running, most] = [0, 0];
    const watched: DataFolder = {
      ...folder,
      async read(path) {
        most = Math.max(most, ++running);
        await new Promise((resolve) => setTimeout(resolve, 1));
        running--;
        return folder.read(path);
      },
    };
    const dataset = await openClipFolder({ root: watched, decoders: 2 });
    most = 0;
    const clips = await Promise.all([0, 1, 2, 3].map((index) => dataset.readClip(index)));
    expect(most).toBe(2);
    for (const { frames } of clips) {
      expect(frames.shape[0]).toBe(9);
      frames.dispose();
    }
  });
});

describe('readFrames()', () => {
  const files: Record<string, Uint8Array | string> = { 'manifest.csv': 'subject,clip,label\na,c1,0\na,c2,1' };
  addFrames(files, 'a/c1', 1, 5, (frame) => `${frame}.bmp`);
  addFrames(files, 'a/c2', 1, 5, (frame) => `${frame}.bmp`);
  files['a/c2/3.bmp'] = (files['a/c2/3.bmp'] as Uint8Array).subarray(0, 60);
  const names = (clip: string) => [1, 2, 3, 4, 5].map((frame) => `a/${clip}/${frame}.bmp`);

  it('gives what readClip() of a data set gives', async () => {
    const folder = memoryFolder(files);
    const dataset = await openClipFolder({ root: folder });
    for (const options of [{}, { size: 7 }, { size: [5, 9] as const, color: false }, { color: true }]) {
      const [{ frames }, again] = [await dataset.readClip(0, options), await readFrames(folder, names('c1'), options)];
      expect(again.shape).toEqual(frames.shape);
      expect(await again.data()).toEqual(await frames.data());
      again.dispose();
      frames.dispose();
    }
  });

  it('names the picture that is broken, and refuses options out of range', async () => {
    const folder = memoryFolder(files);
    await expect(readFrames(folder, names('c2'))).rejects.toThrow("as 'a/c2/3.bmp' in memory must be a whole picture");
    await expect(readFrames(folder, [])).rejects.toThrow('must have frames: it has none');
    await expect(readFrames(folder, names('c1'), { size: 0 })).rejects.toThrow(RangeError);
    await expect(readFrames(folder, names('c1'), { decoders: 0 })).rejects.toThrow(
      'decoders must be an integer from 1 to 64',
    );
  });
});

describe('openFrames()', () => {
  const files: Record<string, Uint8Array | string> = { 'manifest.csv': 'subject,clip,label\na,c1,0\na,c2,1' };
  beforeAll(async () => {
    await tf.setBackend('cpu');
    for (let i = 0; i < 60; i++) {
      const picture = tf.randomUniform([18, 20, 3], 0, 1, 'float32', i) as tf.Tensor3D;
      files[`a/c${1 + Math.floor(i / 30)}/${1 + (i % 30)}.bmp`] = await encodeImage(picture, 'bmp');
      picture.dispose();
    }
  });
  const names = (clip: string) => Array.from({ length: 30 }, (_, i) => `a/${clip}/${i + 1}.bmp`);

  it('reads any of the frames, again and again, as readFrames() does', async () => {
    const folder = memoryFolder(files);
    for (const options of [{}, { size: 7 }, { size: [5, 9] as const, color: false }]) {
      const whole = await readFrames(folder, names('c1'), options);
      const before = tf.memory().numTensors;
      const reader = await openFrames(folder, names('c1'), options);
      expect(tf.memory().numTensors).toBe(before);
      expect(reader.shape).toEqual(whole.shape);
      for (const [first, count] of [
        [0, 30],
        [4, 9],
        [29, 1],
        [4, 9],
      ] as const) {
        const part = await reader.read(first, count);
        const wanted = tf.slice(whole, [first, 0, 0, 0], [count, -1, -1, -1]);
        expect(part.shape).toEqual(wanted.shape);
        expect(await part.data()).toEqual(await wanted.data());
        tf.dispose([part, wanted]);
      }
      whole.dispose();
    }
  });

  it('is how a data set opens a clip: marks and representations are those of the clip that is read', async () => {
    const dataset = await openClipFolder({ root: memoryFolder(files) });
    const joined = composeDatasets('both', [dataset]);
    for (const set of [dataset, joined]) {
      const [long, clip] = [await set.openClip!(1, { size: 16 }), await set.readClip(1, { size: 16 })];
      expect({ ...long, frames: long.frames.shape }).toEqual({ ...clip, frames: clip.frames.shape });
      const step = dynamicImage();
      const [made, wanted] = [await step.applyAsync(long), await step.applyAsync(clip)];
      expect(await made.data()).toEqual(await wanted.data());
      tf.dispose([made, wanted, clip.frames]);
    }
  });

  it('names the file that is broken, or of another size than the first, when it is read', async () => {
    const other: typeof files = { ...files };
    other['b/1.bmp'] = await encodeImage(tf.zeros([18, 21, 3]) as tf.Tensor3D, 'bmp');
    other['a/c2/3.bmp'] = (files['a/c2/3.bmp'] as Uint8Array).subarray(0, 60);
    const folder = memoryFolder(other);
    const reader = await openFrames(folder, [...names('c2'), 'b/1.bmp']);
    (await reader.read(5, 10)).dispose();
    await expect(reader.read(0, 5)).rejects.toThrow("as 'a/c2/3.bmp' in memory must be a whole picture");
    await expect(reader.read(30, 1)).rejects.toThrow(/'b\/1\.bmp'.*frames must all have one size/);
    await expect(openFrames(folder, ['none.bmp'])).rejects.toThrow("as 'none.bmp' in memory must be");
    await expect(openFrames(folder, [])).rejects.toThrow('must have frames: it has none');
  });
});

describe('frameNames()', () => {
  it('is the last number of a picture file, whatever stands before it', () => {
    const names = [
      'img46.jpg',
      'reg_img46.JPG',
      '006_05562.jpg',
      'EP01_12-73.jpg',
      'image562114.bmp',
      's3_ne_20.png',
      '1.jpeg',
    ];
    expect(names.map((name) => frameNames([name]).frames[0]?.number)).toEqual([46, 46, 5562, 73, 562114, 20, 1]);
    expect(frameNames(['Thumbs.db', '._img46.jpg', 'readme.jpg', 'img46.txt'])).toEqual({ frames: [], passed: [] });
  });
});

describe('positionOf() and absentRuns()', () => {
  it('take the nearest frame, and list the gaps', () => {
    expect([1, 4, 5, 6, 99].map((number) => positionOf([2, 4, 6, 8], number))).toEqual([0, 1, 1, 2, 3]);
    expect(absentRuns([2, 4, 6], 1, 7)).toEqual([
      [1, 1],
      [3, 3],
      [5, 5],
      [7, 7],
    ]);
    expect(absentRuns([0, 5, 2e15], 1, 1e15)).toEqual([
      [1, 4],
      [6, 1e15],
    ]);
    expect(absentRuns([], 3, 2)).toEqual([]);
  });
});

describe('imageHeader()', () => {
  const jpeg = Buffer.from(
    'ffd8ffe000104a46494600010100000100010000ffc0000b080003000401011100ffda0008010100003f00d2cfffd9',
    'hex',
  );

  it('reads size and channels, and tells a file that is cut short', () => {
    expect(imageHeader(jpeg)).toEqual({ format: 'jpeg', height: 3, width: 4, channels: 1 });
    expect(imageHeader(Buffer.concat([jpeg, Buffer.alloc(20)]))).toMatchObject({ width: 4 });
    expect(() => imageHeader(jpeg.subarray(0, -2))).toThrow('the JPEG file is cut short');
    expect(() => imageHeader(jpeg.subarray(0, 24))).toThrow('the file is cut short');
    expect(() => imageHeader(new Uint8Array())).toThrow('the file is empty');
    expect(() => imageHeader(Buffer.from('GIF89a'))).toThrow('neither JPEG nor PNG nor BMP');
  });

  /** A JPEG with an EXIF block that notes an orientation. */
  const turned = (file: Uint8Array, order: 'II' | 'MM', orientation: number, change = (tiff: Buffer) => tiff) => {
    const tiff = Buffer.alloc(26);
    const [short, long] =
      order === 'II' ? (['writeUInt16LE', 'writeUInt32LE'] as const) : (['writeUInt16BE', 'writeUInt32BE'] as const);
    tiff.write(order);
    tiff[short](42, 2);
    tiff[long](8, 4);
    for (const [i, value] of [1, 0x0112, 3].entries()) tiff[short](value, 8 + 2 * i);
    tiff[long](1, 14);
    tiff[short](orientation, 18);
    const block = Buffer.concat([Buffer.from('Exif\0\0'), change(tiff)]);
    return Buffer.concat([
      file.subarray(0, 2),
      Buffer.from([0xff, 0xe1, 0, block.length + 2]),
      block,
      file.subarray(2),
    ]);
  };

  it('tells the size of a JPEG as it is decoded, whatever way the camera was held', async () => {
    const image = tf.zeros([5, 7, 3]) as tf.Tensor3D;
    const file = await encodeImage(image, 'jpeg');
    image.dispose();
    for (let orientation = 1; orientation <= 8; orientation++) {
      const bytes = turned(file, orientation % 2 === 0 ? 'II' : 'MM', orientation);
      const { width, height } = await decodePicture(bytes);
      expect(imageHeader(bytes), `orientation ${orientation}`).toMatchObject({ width, height });
      expect([width, height]).toEqual(orientation < 5 ? [7, 5] : [5, 7]);
    }
  });

  it('takes nothing of an EXIF block that is damaged', () => {
    const exif = (order: 'II' | 'MM', change?: (tiff: Buffer) => Buffer) => imageHeader(turned(jpeg, order, 6, change));
    for (const order of ['II', 'MM'] as const) expect(exif(order)).toMatchObject({ width: 3, height: 4 });
    expect(exif('II', (tiff) => tiff.subarray(0, 15))).toMatchObject({ width: 4, height: 3 });
    expect(exif('II', (tiff) => tiff.fill(0xff, 4, 8))).toMatchObject({ width: 4, height: 3 });
    expect(exif('II', (tiff) => tiff.fill(0xff, 8, 10).fill(0, 10, 12))).toMatchObject({ width: 4, height: 3 });
  });
});
