import { describe, expect, it } from 'vitest';
import { golden, goldenBytes } from '../test/golden.js';
import { readWeights } from './node/weight-files.js';
import { parsePytorchCheckpoint } from './pytorch-checkpoint.js';
import { encodeSafetensors, parseSafetensors } from './safetensors.js';
import { parseWeights } from './weights.js';

describe('parseWeights() and readWeights()', () => {
  it('tell the format by the content', async () => {
    for (const name of ['views-zip.pth', 'views-legacy.pth']) {
      expect(await readWeights(golden(name))).toEqual(parsePytorchCheckpoint(goldenBytes(name)));
    }
    expect(await readWeights(golden('dtypes.safetensors'))).toEqual(
      parseSafetensors(goldenBytes('dtypes.safetensors')).arrays,
    );
    expect(Object.keys(await readWeights(golden('wrapped-zip.pth'), { entry: 'optimizer.state' }))).toContain(
      '0.exp_avg',
    );
  });

  it('know safetensors whose header length looks like another format', () => {
    const data = Uint8Array.of(1);
    const lengths = new Set<number>();
    for (let letters = 1; letters < 400; letters++) {
      const bytes = encodeSafetensors({ ['n'.repeat(letters)]: { dtype: 'uint8', shape: [1], data } });
      lengths.add(bytes[0]!);
      expect(Object.keys(parseWeights(bytes))).toEqual(['n'.repeat(letters)]);
    }
    expect(lengths.has(0x80) && lengths.has(0x50)).toBe(true);
  });

  it('refuse anything else', async () => {
    await expect(readWeights(golden('vector.npy'))).rejects.toThrow(
      /vector\.npy: Cannot read weights as the file must be safetensors, a PyTorch checkpoint or Keras weights: it is none of these$/,
    );
    expect(() => parseWeights(new Uint8Array(0))).toThrow('Cannot read weights');
  });
});
