import { describe, expect, it, vi } from 'vitest';
import { golden, goldenBytes } from '../test/golden.js';
import { parseKerasWeights } from './keras-weights.js';
import { readWeights } from './node/weight-files.js';
import { parseWeights } from './weights.js';

const expected: Record<string, { shape: number[]; data: number[] }> = JSON.parse(
  new TextDecoder().decode(goldenBytes('keras-expected.json')),
);
/** As a fresh program would number the layers. */
const fresh: Record<string, string> = {
  conv2d_7: 'conv2d',
  conv2d_8: 'conv2d_1',
  batch_normalization_3: 'batch_normalization',
  dense_4: 'dense',
};

describe('parseKerasWeights()', () => {
  it.each(['keras-2.h5', 'keras-2-chunks.h5', 'keras-3.weights.h5', 'keras.keras'])('reads %s', async (file) => {
    const arrays = await parseKerasWeights(goldenBytes(file));
    const names = Object.keys(expected).map((name) => name.replace(/^[^/]+/, (layer) => fresh[layer]!));
    expect(Object.keys(arrays).sort()).toEqual([...names].sort());
    for (const [i, { shape, data }] of Object.values(expected).entries()) {
      const array = arrays[names[i]!]!;
      expect([array.dtype, array.shape]).toEqual(['float32', shape]);
      const half = file === 'keras-2-chunks.h5' && names[i]!.startsWith('dense');
      for (const [j, value] of data.entries())
        expect(Math.abs(array.data[j]! - value)).toBeLessThan(half ? 1e-3 : 1e-9);
    }
    expect(await readWeights(golden(file))).toEqual(arrays);
  });

  it('says what it was given instead', async () => {
    await expect(parseKerasWeights(goldenBytes('vector.npy'))).rejects.toThrow(
      /must be HDF5, or a \.keras file: it is neither/,
    );
    await expect(parseKerasWeights(goldenBytes('compressed-zip.pth'))).rejects.toThrow(
      /must hold model\.weights\.h5: it holds/,
    );
    expect(() => parseWeights(goldenBytes('keras-2.h5'))).toThrow(/parseKerasWeights/);
  });

  it('says that a file is damaged, whatever is wrong', async () => {
    const bytes = goldenBytes('keras-2-chunks.h5');
    for (let length = 8; length < bytes.length; length += 997) {
      await expect(parseKerasWeights(bytes.slice(0, length))).rejects.toThrow(/^Cannot read Keras weights as /);
    }
  });

  it('keeps to the limit for what is packed', async () => {
    const bytes = goldenBytes('keras-packed.h5');
    expect((await parseKerasWeights(bytes))['dense/kernel']!.shape).toEqual([500, 500]);
    await expect(parseKerasWeights(bytes, { limits: { unpackedBytes: 999_999 } })).rejects.toThrow(
      /the bytes of its arrays must be at most 999999: current value is 1000000.*limits\.unpackedBytes/,
    );
  });

  it('is quiet about what it does not need', async () => {
    const warned = vi.spyOn(console, 'warn');
    const bytes = goldenBytes('keras-2.h5').slice();
    // the type of an attribute that nothing needs
    for (let at = 0; at < bytes.length; at += 211) {
      const changed = bytes.slice();
      changed[at] = 0xff;
      await parseKerasWeights(changed).catch((error: Error) => expect(error.message).toMatch(/^Cannot read Keras/));
    }
    expect(warned).not.toHaveBeenCalled();
    warned.mockRestore();
  });
});
