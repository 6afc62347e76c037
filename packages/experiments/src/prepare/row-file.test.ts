import { mkdtemp, readdir, readFile, rename, rm, truncate } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseNpy } from '@mer/io';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findRowFile, openRowFile, writeRowFile } from './row-file.js';

let dir = '';
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'mer-rows-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const sample = (n: number) => Float32Array.from({ length: 6 }, (_, i) => n * 10 + i);

describe('row files', () => {
  it('are npy arrays whose rows can be read one by one', async () => {
    const writer = await writeRowFile(dir, 'key', 12);
    for (let n = 0; n < 12; n++) await writer.append(sample(n), [2, 3]);
    const file = await writer.finish();
    expect(await readdir(dir)).toEqual(['key.npy']);
    const array = parseNpy(await readFile(file.path));
    expect(array.shape).toEqual([12, 2, 3]);
    expect(Array.from(array.data as Float32Array).slice(0, 7)).toEqual([0, 1, 2, 3, 4, 5, 10]);
    const found = await findRowFile(dir, 'key', 12);
    expect(found).toEqual(file);
    expect(await findRowFile(dir, 'key', 11)).toBeUndefined();
    expect(await findRowFile(dir, 'other', 12)).toBeUndefined();
    const { read, close } = openRowFile(file);
    const row = new Float32Array(3);
    read(23, row);
    expect([...row]).toEqual([113, 114, 115]);
    close();
  });

  it('that a killed process left are gone on with from the last whole sample', async () => {
    const writer = await writeRowFile(dir, 'key', 4);
    for (let n = 0; n < 3; n++) await writer.append(sample(n), [2, 3]);
    await writer.close();
    const [own] = await readdir(dir);
    // as if a process that is no more had been killed in the middle of its third sample
    const left = join(dir, `key.${hostname().replace(/[^A-Za-z0-9-]/g, '_')}-999999999.partial`);
    await rename(join(dir, own!), left);
    await truncate(left, 128 + 2 * 24 + 7);
    const again = await writeRowFile(dir, 'key', 4);
    expect(again.done).toBe(2);
    for (let n = 2; n < 4; n++) await again.append(sample(n), [2, 3]);
    const file = await again.finish();
    expect(await readdir(dir)).toEqual(['key.npy']);
    expect(Array.from(parseNpy(await readFile(file.path)).data as Float32Array)).toEqual(
      [0, 1, 2, 3].flatMap((n) => [...sample(n)]),
    );
  });

  it('that are cut short do not count as finished', async () => {
    const writer = await writeRowFile(dir, 'key', 2);
    await writer.append(sample(0), [2, 3]);
    await writer.append(sample(1), [2, 3]);
    const { path } = await writer.finish();
    await truncate(path, 150);
    expect(await findRowFile(dir, 'key', 2)).toBeUndefined();
  });

  it('refuse samples of another shape, and to be finished too early', async () => {
    const writer = await writeRowFile(dir, 'key', 2);
    await writer.append(sample(0), [2, 3]);
    await expect(writer.append(sample(0), [1, 6])).rejects.toThrow('this one is [6], the others are [3]; set size');
    await expect(writer.finish()).rejects.toThrow('must have 2 samples: it has 1');
    await writer.close();
  });
});
