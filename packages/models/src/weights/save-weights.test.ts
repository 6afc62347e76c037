import '@tensorflow/tfjs-backend-cpu';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseSafetensors, readWeights } from '@mer/io';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createStstNet, exportWeights, loadWeights, saveWeights } from '../index.js';

describe('saveWeights()', () => {
  let folder: string;

  beforeAll(async () => {
    await tf.setBackend('cpu');
    folder = await mkdtemp(join(tmpdir(), 'mer-models-'));
  });

  afterAll(async () => {
    await rm(folder, { recursive: true });
  });

  it.each(['tfjs', 'pytorch'] as const)('writes a file that loads again, %s layout', async (layout) => {
    const model = createStstNet({ classes: 3, seed: 4 });
    const path = join(folder, `${layout}.safetensors`);
    await saveWeights(model, path, { layout });
    const { arrays, metadata } = parseSafetensors(await readFile(path));
    expect({ ...metadata }).toEqual({ model: 'ststnet', layout, ...(layout === 'pytorch' && { format: 'pt' }) });
    expect(Object.keys(arrays)).toEqual(Object.keys(await exportWeights(model, { layout })));
    const again = createStstNet({ classes: 3, seed: 5 });
    expect(loadWeights(again, await readWeights(path)).loaded.length).toBe(20);
    expect(await exportWeights(again)).toEqual(await exportWeights(model));
    expect((await readdir(folder)).every((name) => name.endsWith('.safetensors'))).toBe(true);
  });

  it('replaces a file whole, and names one that it cannot write', async () => {
    const path = join(folder, 'same.safetensors');
    await saveWeights(createStstNet({ classes: 5 }), path);
    await saveWeights(createStstNet({ classes: 3 }), path);
    expect((await readWeights(path))['fc/bias']!.shape).toEqual([3]);
    const nowhere = join(folder, 'none', 'x.safetensors');
    await expect(saveWeights(createStstNet({ classes: 3 }), nowhere)).rejects.toThrow(
      `Cannot write ${nowhere}: ENOENT`,
    );
  });

  it('is refused on loading when the file is cut', async () => {
    const path = join(folder, 'whole.safetensors');
    await saveWeights(createStstNet({ classes: 3 }), path);
    const bytes = await readFile(path);
    expect(() => parseSafetensors(bytes.subarray(0, bytes.length - 10))).toThrow('must lie within the file');
    expect(() => parseSafetensors(bytes.subarray(0, 100))).toThrow('its header must lie within the file');
  });
});
