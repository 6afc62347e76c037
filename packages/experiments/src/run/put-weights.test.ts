import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { useBackend } from '@mer/backends';
import { readWeights, writeSafetensors } from '@mer/io';
import { createModel } from '@mer/models';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readInitialWeights, startFrom } from './model.js';
import { putWeights } from './put-weights.js';

const golden = (name: string) => readFile(new URL(`../../test/golden/${name}`, import.meta.url));

describe('putWeights() of LEARNet, from files of Keras', () => {
  let folder = '';
  let expected: { names: string[]; logits: number[][] };
  beforeAll(async () => {
    await useBackend('cpu');
    folder = await mkdtemp(join(tmpdir(), 'mer-keras-'));
    expected = JSON.parse(String(await golden('learnet-keras.json')));
    for (const name of ['learnet.keras', 'learnet-half.h5']) {
      await writeFile(join(folder, name), gunzipSync(await golden(`${name}.gz`)));
    }
    // with the names that Keras's variables have
    const arrays = await readWeights(join(folder, 'learnet.keras'));
    const spelled = Object.entries(arrays).map(([name, array]) => [`${name}:0`, array]);
    await writeSafetensors(join(folder, 'learnet.safetensors'), Object.fromEntries(spelled));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it.each(['learnet.keras', 'learnet-half.h5', 'learnet.safetensors'])(
    '%s: the logits are those of Keras',
    async (name) => {
      const model = createModel('learnet', { classes: 3, inputShape: [32, 32, 3], width: 2, hidden: 4 });
      expect(await putWeights(model, join(folder, name))).toEqual({ entry: '', companions: {} });
      const wave = Array.from({ length: 2 * 32 * 32 * 3 }, (_, i) => Math.sin(0.37 * i));
      const image = tf.tensor(wave, [2, 32, 32, 3]);
      const logits = (model.predict(image) as tf.Tensor2D).arraySync();
      for (const [i, row] of logits.entries()) {
        for (const [j, value] of row.entries()) expect(value).toBeCloseTo(expected.logits[i]![j]!, 4);
      }
      tf.dispose(image);
      model.dispose();
    },
  );

  it('an experiment begins with them too', async () => {
    const named = { model: { name: 'learnet', options: {}, weights: join(folder, 'learnet.keras') } };
    const initial = await readInitialWeights(named as never);
    const model = createModel('learnet', { classes: 5, inputShape: [32, 32, 3], width: 2, hidden: 4 });
    const { loaded, reinitialized } = startFrom(model, named as never, initial!);
    expect(loaded).toContain('batch_X/gamma');
    // of a network with other classes all but the head
    expect(reinitialized).toEqual(['out/kernel', 'out/bias']);
    model.dispose();
  });
});
