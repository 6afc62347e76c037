import { existsSync } from 'node:fs';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { accidents, damaged } from '../test/fuzz.js';
import { shared } from '../test/golden.js';
import { encodeFlo, parseFlo, unknownFlowThreshold } from './flo.js';
import { readFlo, writeFlo } from './node/array-files.js';
import { readBytes } from './node/read-bytes.js';

const flow = {
  dtype: 'float32' as const,
  shape: [2, 3, 2],
  data: Float32Array.from({ length: 12 }, (_, i) => i / 4 - 1),
};

describe('parseFlo() and encodeFlo()', () => {
  it('follow the layout of the format: "PIEH", width, height, then u and v of each pixel by rows', () => {
    const bytes = encodeFlo(flow);
    const view = new DataView(bytes.buffer);
    expect(new TextDecoder().decode(bytes.subarray(0, 4))).toBe('PIEH');
    expect([view.getInt32(4, true), view.getInt32(8, true), bytes.length]).toEqual([3, 2, 60]);
    expect(view.getFloat32(12 + 4 * (2 * (1 * 3 + 2) + 1), true)).toBe(flow.data[11]);
    expect(parseFlo(bytes)).toEqual(flow);
  });

  it('keep unknown flow', () => {
    const data = Float32Array.of(1666666752, 0.5);
    const back = parseFlo(encodeFlo({ dtype: 'float32', shape: [1, 1, 2], data }));
    expect(back.data).toEqual(data);
    expect(back.data[0]).toBeGreaterThan(unknownFlowThreshold);
  });

  it('refuse sizes that the file does not hold, and other arrays', () => {
    const bytes = encodeFlo(flow);
    for (const [at, value, message] of [
      [4, 2 ** 31 - 1, '2147483647 x 2 needs'],
      [8, 3, '3 x 3 needs 84 bytes, the file has 60'],
      [4, -3, 'its size must be positive: current value is -3 x 2'],
      [0, 0, 'must begin with the number 202021.25'],
    ] as const) {
      const changed = bytes.slice();
      new DataView(changed.buffer).setInt32(at, value, true);
      expect(() => parseFlo(changed)).toThrow(message);
    }
    for (let length = 0; length < bytes.length; length++) {
      expect(() => parseFlo(bytes.subarray(0, length))).toThrow(/^Cannot read flo/);
    }
    expect(accidents(parseFlo, damaged(bytes, { flips: 2000, seed: 1 }))).toEqual([]);
    expect(() => encodeFlo({ ...flow, shape: [2, 6] })).toThrow(
      'the shape [height, width, 2]: current value is float32 [2, 6]',
    );
    expect(() => encodeFlo({ ...flow, dtype: 'float64', data: new Float64Array(12) })).toThrow('float64 [2, 3, 2]');
  });
});

const middlebury = join(shared, 'middlebury');

describe('readFlo() and writeFlo()', () => {
  it.skipIf(!existsSync(middlebury))(
    'read and write the Middlebury truth byte for byte (skipped without ../shared/data)',
    async () => {
      const folder = await mkdtemp(join(tmpdir(), 'mer-io-'));
      for (const [name, unknown] of [
        ['RubberWhale', true],
        ['Dimetrodon', true],
        ['Hydrangea', true],
      ] as const) {
        const path = join(middlebury, name, 'flow10.flo');
        const read = await readFlo(path);
        expect(read.shape).toEqual([388, 584, 2]);
        expect(read.data.some((value) => Math.abs(value) > unknownFlowThreshold)).toBe(unknown);
        const known = read.data.filter((value) => Math.abs(value) <= unknownFlowThreshold);
        expect(known.every((value) => Math.abs(value) < 30)).toBe(true);
        await writeFlo(join(folder, name), read);
        expect(Buffer.compare(await readBytes(join(folder, name)), await readBytes(path))).toBe(0);
      }
    },
  );

  it('names the file in an error', async () => {
    const path = join(await mkdtemp(join(tmpdir(), 'mer-io-')), 'a.flo');
    await writeFile(path, 'PIEX');
    await expect(readFlo(path)).rejects.toThrow(`${path}: Cannot read flo as the file must begin with`);
  });
});
