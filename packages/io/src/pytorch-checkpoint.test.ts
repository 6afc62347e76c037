import { existsSync, readdirSync } from 'node:fs';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { expected, goldenBytes, plainAll, shared } from '../test/golden.js';
import { readPytorchCheckpoint } from './node/weight-files.js';
import { parsePytorchCheckpoint } from './pytorch-checkpoint.js';

describe('parsePytorchCheckpoint()', () => {
  for (const name of Object.keys(expected).filter((file) => file.endsWith('.pth'))) {
    it(`reads ${name} as torch.load does`, () => {
      const arrays = parsePytorchCheckpoint(goldenBytes(name));
      expect(Object.keys(arrays)).toEqual(Object.keys(expected[name]!));
      for (const [key, array] of Object.entries(plainAll(arrays))) expect(array, key).toEqual(expected[name]![key]);
    });
  }
});

const weights = join(shared, 'megc2019-flow28/ststnet-fold-weights');
describe('readPytorchCheckpoint()', () => {
  it.skipIf(!existsSync(weights))('reads the 68 fold weights of STSTNet (skipped without ../shared/data)', async () => {
    const files = readdirSync(weights);
    expect(files.length).toBe(68);
    for (const file of files) {
      const arrays = await readPytorchCheckpoint(join(weights, file));
      expect(Object.keys(arrays).length).toBe(23);
    }
  });
  it('names the file', async () => {
    const path = join(await mkdtemp(join(tmpdir(), 'mer-io-')), 'cut.pth');
    await writeFile(path, goldenBytes('single-zip.pth').subarray(0, 300));
    await expect(readPytorchCheckpoint(path)).rejects.toThrow(`${path}: Cannot read zip`);
  });
});
