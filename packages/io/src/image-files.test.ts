import { existsSync, readdirSync } from 'node:fs';
import { mkdtemp, readdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import sharp from 'sharp';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { accidents, damaged } from '../test/fuzz.js';
import { expected, golden, goldenBytes, shared } from '../test/golden.js';
import { decodeBmp } from './bmp.js';
import { imageToTensor, tensorToImage } from './image-tensor.js';
import { decodeImage, encodeImage, readImage, writeImage } from './node/image-files.js';

const formats = ['png', 'jpeg', 'bmp'] as const;
const noise = (shape: [number, number, number]): tf.Tensor3D =>
  tf.tensor3d(
    Float32Array.from({ length: shape[0] * shape[1] * shape[2] }, (_, i) => (i * 73 + (i >> 3) * 19) % 256),
    shape,
  );

let folder: string;
beforeAll(async () => {
  await tf.setBackend('cpu');
  folder = await mkdtemp(join(tmpdir(), 'mer-io-'));
});

describe('readImage() and writeImage()', () => {
  for (const format of ['png', 'bmp'] as const) {
    for (const channels of [1, 3, 4] as const) {
      it(`bring ${format} with ${channels} channels back exactly, and leak no tensors`, async () => {
        const before = tf.memory().numTensors;
        for (const [height, width] of [
          [7, 5],
          [1, 1],
          [64, 33],
        ] as const) {
          const tensor = noise([height, width, channels]);
          const path = join(folder, `noise-${channels}.${format}`);
          await writeImage(path, tensor, { range: 'byte' });
          const back = await readImage(path, { channels, range: 'byte' });
          expect(back.shape).toEqual([height, width, channels]);
          expect(back.dtype).toBe('float32');
          expect(await back.data()).toEqual(await tensor.data());
          const unit = await readImage(path, { channels });
          expect(await unit.data()).toEqual((await tensor.data()).map((value) => Math.fround(value / 255)));
          const again = await encodeImage(unit, format);
          expect((await decodeImage(again, { channels })).data).toEqual(Uint8Array.from(await tensor.data()));
          tf.dispose([tensor, back, unit]);
        }
        expect(tf.memory().numTensors).toBe(before);
      });
    }
  }

  it('write files that sharp reads to the same levels', async () => {
    const tensor = noise([20, 30, 3]);
    const bytes = await encodeImage(tensor, 'png', { range: 'byte' });
    const { data, info } = await sharp(bytes).raw().toBuffer({ resolveWithObject: true });
    expect([info.width, info.height, info.channels]).toEqual([30, 20, 3]);
    expect(new Uint8Array(data)).toEqual(Uint8Array.from(await tensor.data()));
    tensor.dispose();
  });

  it('bring jpeg back to a level or two, gray and color, and better with more quality', async () => {
    for (const channels of [1, 3] as const) {
      const tensor = tf.tidy(() => tf.mul(tf.ones([16, 24, channels]), tf.reshape(tf.linspace(0, 1, 24), [1, 24, 1])));
      const path = join(folder, `ramp-${channels}.jpg`);
      await writeImage(path, tensor, { quality: 98 });
      const back = await readImage(path, { channels });
      const error = tf.tidy(() => tf.max(tf.abs(tf.sub(back, tensor))).dataSync()[0]!);
      expect(error).toBeLessThan(2.5 / 255);
      tf.dispose([tensor, back]);
    }
    const tensor = noise([32, 32, 3]);
    const small = await encodeImage(tensor, 'jpeg', { range: 'byte', quality: 30 });
    const large = await encodeImage(tensor, 'jpeg', { range: 'byte' });
    expect(small.length).toBeLessThan(large.length / 2);
    tensor.dispose();
  });

  it('refuse what they cannot do', async () => {
    const tensor = noise([2, 2, 4]);
    await expect(writeImage(join(folder, 'a.gif'), tensor)).rejects.toThrow(
      'its name must end in .png, .jpg, .jpeg or .bmp',
    );
    await expect(encodeImage(tensor, 'jpeg', { range: 'byte' })).rejects.toThrow(
      'JPEG must have 1 or 3 channels: current value is 4',
    );
    await expect(encodeImage(tensor, 'webp' as 'png', { range: 'byte' })).rejects.toThrow(
      'format must be one of png, jpeg, bmp: current value is webp',
    );
    await expect(encodeImage(tensor, 'png')).rejects.toThrow(
      "its values must lie within 0 to 1 (range 'unit'): element 1 is 73",
    );
    await expect(encodeImage(tensor, 'png', { range: 'byte', quality: 0 })).rejects.toThrow('quality must be 1 to 100');
    await expect(readImage(golden('rgb.png'), { channels: 2 as 1 })).rejects.toThrow(
      'channels must be 1, 3 or 4: current value is 2',
    );
    await expect(readImage(golden('rgb.png'), { range: 'signed' as 'unit' })).rejects.toThrow(
      "range must be 'unit' or 'byte'",
    );
    await expect(readImage(join(folder, 'none.png'))).rejects.toThrow(
      `Cannot read ${join(folder, 'none.png')} as it must exist: it does not`,
    );
    await expect(readImage(golden('vector.npy'))).rejects.toThrow(
      'vector.npy: Cannot read image as it must be PNG, JPEG or BMP: it begins with 93 4e 55 4d',
    );
    await expect(readImage(new Uint8Array(0))).rejects.toThrow('it is empty');
    tensor.dispose();
  });

  it('raise an error with the name for a file that is cut short', async () => {
    const tensor = noise([32, 32, 3]);
    for (const format of formats) {
      const bytes = await encodeImage(tensor, format, { range: 'byte' });
      const path = join(folder, `cut.${format}`);
      for (const part of [0.1, 0.5, 0.9]) {
        await writeFile(path, bytes.subarray(0, bytes.length * part));
        await expect(readImage(path)).rejects.toThrow(`${path}: Cannot read`);
      }
    }
    tensor.dispose();
    expect((await readdir(folder)).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  it('raise clean errors for damaged PNG and JPEG', async () => {
    for (const name of ['rgb.png', 'grey16.png', 'smooth.jpg']) {
      const found: string[] = [];
      let index = 0;
      for (const bytes of damaged(goldenBytes(name), { flips: 150, seed: 2 })) {
        if (index++ % 7 > 0 && bytes.length < goldenBytes(name).length) continue;
        await decodeImage(bytes).catch((error: Error) => {
          if (!error.message.startsWith('Cannot read ')) found.push(String(error));
        });
      }
      expect(found).toEqual([]);
    }
  });

  it('refuse a size that a JPEG cannot hold, before memory is asked for', async () => {
    const jpeg = goldenBytes('smooth.jpg');
    const frame = jpeg.findIndex((byte, i) => byte === 0xff && jpeg[i + 1] === 0xc0);
    new DataView(jpeg.buffer).setUint16(frame + 5, 15_000);
    new DataView(jpeg.buffer).setUint16(frame + 7, 15_000);
    await expect(readImage(jpeg)).rejects.toThrow('it claims 15000 x 15000 pixels, more than its');
  });
});

describe('decodeImage()', () => {
  for (const name of Object.keys(expected).filter((file) => /\.(png|bmp)$/.test(file))) {
    it(`reads ${name} as Pillow does`, async () => {
      const { shape, data } = expected[name]! as unknown as { shape: number[]; data: number[] };
      const channels = shape[2] as 1 | 3 | 4;
      const image = await decodeImage(goldenBytes(name), { channels });
      expect([image.height, image.width, image.channels]).toEqual(shape);
      const levels = name.includes('16') ? data.map((value) => Math.round(value / 257)) : data;
      expect(Array.from(image.data)).toEqual(levels);
    });
  }

  it.each(['smooth.jpg', 'orientation6.jpg'])(
    'reads %s as Pillow does, to two levels, turned as EXIF says',
    async (name) => {
      const { shape, data } = expected[name]! as unknown as { shape: number[]; data: number[] };
      const image = await decodeImage(goldenBytes(name));
      expect([image.height, image.width, image.channels]).toEqual(shape);
      expect(Math.max(...data.map((value, i) => Math.abs(value - image.data[i]!)))).toBeLessThanOrEqual(2);
    },
  );

  it('keeps the precision of 16 bits where values are 0 to 1, and gives whole levels where they are 0 to 255', async () => {
    for (const name of ['grey16.png', 'rgb16.png']) {
      const { shape, data } = expected[name]! as unknown as { shape: number[]; data: number[] };
      const unit = await readImage(golden(name), { channels: shape[2] as 1 | 3 });
      expect(Array.from(await unit.data())).toEqual(data.map((value) => Math.fround(value / 65535)));
      const byte = await readImage(golden(name), { channels: shape[2] as 1 | 3, range: 'byte' });
      expect(Array.from(await byte.data())).toEqual(data.map((value) => Math.round(value / 257)));
      tf.dispose([unit, byte]);
    }
  });

  it('gives 3 channels unless told otherwise, and converts between channels', async () => {
    const gray = expected['grey.png']!.data as number[];
    expect(Array.from((await decodeImage(golden('grey.png'))).data)).toEqual(
      gray.flatMap((value) => [value, value, value]),
    );
    const rgba = expected['rgba.png']!.data as number[];
    expect(Array.from((await decodeImage(golden('rgba.png'))).data)).toEqual(rgba.filter((_, i) => i % 4 < 3));
    const rgb = expected['rgb.png']!.data as number[];
    const opaque = await decodeImage(golden('rgb.png'), { channels: 4 });
    expect(Array.from(opaque.data)).toEqual(
      Array.from({ length: 35 }, (_, i) => [...rgb.slice(3 * i, 3 * i + 3), 255]).flat(),
    );
    const luma = await decodeImage(golden('rgb.png'), { channels: 1 });
    const byFormula = Array.from(
      { length: 35 },
      (_, i) => 0.299 * rgb[3 * i]! + 0.587 * rgb[3 * i + 1]! + 0.114 * rgb[3 * i + 2]!,
    );
    expect(Math.max(...byFormula.map((value, i) => Math.abs(value - luma.data[i]!)))).toBeLessThanOrEqual(0.5 + 1e-9);
  });

  it('takes the colors as stored, whatever profile the file names', async () => {
    const levels = Uint8Array.from({ length: 12 }, (_, i) => i * 20);
    const stored = await sharp(levels, { raw: { width: 2, height: 2, channels: 3 } })
      .withIccProfile('p3')
      .png()
      .toBuffer();
    const at = stored.indexOf('iCCP') - 4;
    expect(at).toBeGreaterThan(0);
    const without = Buffer.concat([stored.subarray(0, at), stored.subarray(at + 12 + stored.readUInt32BE(at))]);
    expect((await decodeImage(stored)).data).toEqual((await decodeImage(without)).data);
  });

  it('takes bytes, buffers and blobs', async () => {
    const bytes = goldenBytes('rgb.png');
    const image = await decodeImage(bytes);
    expect(await decodeImage(Buffer.from(bytes))).toEqual(image);
    expect(await decodeImage(new Blob([bytes as Uint8Array<ArrayBuffer>]))).toEqual(image);
    expect(await decodeImage(golden('rgb.png'))).toEqual(image);
  });

  const flow = join(shared, 'megc2019-flow28');
  it.skipIf(!existsSync(flow))('reads the MEGC2019 flow images (skipped without ../shared/data)', async () => {
    const pngs = readdirSync(flow, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.png'));
    expect(pngs.length).toBe(442);
    for (const name of pngs) {
      const { width, height, data } = await decodeImage(join(flow, name));
      expect([width, height, data.length]).toEqual([28, 28, 28 * 28 * 3]);
    }
  });
});

describe('decodeBmp()', () => {
  it.each([
    'grey.bmp',
    'rgb.bmp',
    'palette.bmp',
    'bilevel.bmp',
    'palette4.bmp',
    'rgb565.bmp',
    'rgb32.bmp',
    'rgb24-top-down.bmp',
  ])('takes no prefix of %s for the file, and raises clean errors for damage', (name) => {
    const bytes = goldenBytes(name);
    // Padding after the last pixel may be missing from a prefix: it is asked for all the same.
    for (let length = 0; length < bytes.length; length++) {
      expect(() => decodeBmp(bytes.subarray(0, length))).toThrow(/^Cannot read BMP/);
    }
    expect(accidents(decodeBmp, damaged(bytes, { flips: 3000, seed: 4 }))).toEqual([]);
  });

  it('refuses sizes beyond the file, compression and old headers', () => {
    const change = (at: number, value: number): Uint8Array => {
      const bytes = goldenBytes('rgb.bmp');
      new DataView(bytes.buffer).setInt32(at, value, true);
      return bytes;
    };
    expect(() => decodeBmp(change(18, 2 ** 31 - 1))).toThrow('must not end within its pixels');
    expect(() => decodeBmp(change(22, -(2 ** 31)))).toThrow('must not end within its pixels');
    expect(() => decodeBmp(change(18, 0))).toThrow('its size must be positive');
    expect(() => decodeBmp(change(30, 1))).toThrow('it has 24 bits and compression 1');
    expect(() => decodeBmp(change(14, 12))).toThrow('its header must have at least 40 bytes: current value is 12');
  });
});

describe('imageToTensor() and tensorToImage()', () => {
  it('round to the nearest level and refuse what has none', async () => {
    const tensor = tf.tensor2d([[0, 0.25, 0.499 / 255, 1.001]]);
    expect((await tensorToImage(tensor)).data).toEqual(Uint8Array.of(0, 64, 0, 255));
    for (const value of [-0.01, 1.01, Number.NaN, Number.POSITIVE_INFINITY]) {
      const bad = tf.tensor2d([[value]]);
      await expect(tensorToImage(bad)).rejects.toThrow(
        `element 0 is ${value === 1.01 || value === -0.01 ? Math.fround(value) : value}`,
      );
      bad.dispose();
    }
    for (const shape of [[2], [1, 1, 2], [1, 1, 1, 3], [0, 1, 3]]) {
      const bad = tf.zeros(shape);
      await expect(tensorToImage(bad)).rejects.toThrow(`current value is [${shape.join(', ')}]`);
      bad.dispose();
    }
    const flags = tf.tensor2d([[true]], [1, 1], 'bool');
    await expect(tensorToImage(flags)).rejects.toThrow('its dtype must be float32 or int32: current value is bool');
    tf.dispose([tensor, flags]);
    expect(() => imageToTensor({ width: 2, height: 2, channels: 3, data: new Uint8Array(3) })).toThrow(
      'must fill 2 x 2 x 3',
    );
  });
});

describe('without sharp', () => {
  afterEach(() => {
    vi.doUnmock('sharp');
    vi.resetModules();
  });

  it('PNG and BMP work all the same, and the error for JPEG says what to install', async () => {
    vi.resetModules();
    vi.doMock('sharp', () => {
      throw new Error("Cannot find package 'sharp'");
    });
    const bare = await import('./node/image-files.js');
    const message =
      'Cannot read or write JPEG in Node as the package sharp must be installed beside @mer/io: npm install sharp';
    await expect(bare.decodeImage(golden('smooth.jpg'))).rejects.toThrow(message);
    expect((await bare.decodeImage(golden('rgb.bmp'))).width).toBe(7);
    expect((await bare.decodeImage(golden('rgb.png'))).width).toBe(7);
    const tensor = tf.zeros([2, 2, 3]);
    await expect(bare.encodeImage(tensor, 'jpeg')).rejects.toThrow(message);
    tensor.dispose();
  });
});
