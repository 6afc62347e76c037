import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { useBackend } from '@mer/backends';
import { encodeSafetensors, parseSafetensors } from '@mer/io';
import { createStstNet, exportWeights } from '@mer/models';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openWeights } from '../predict/predictor.js';
import { parseExperiment } from '../schema/parse.js';
import { readExperiment } from '../schema/read.js';
import { exportAs } from './export-as.js';
import { openExportable } from './open-exportable.js';

let root = '';
const file = (name: string) => join(root, name);
beforeAll(async () => {
  await useBackend('wasm');
  root = await mkdtemp(join(tmpdir(), 'mer-export-as-'));
  const arrays = await exportWeights(createStstNet({ classes: 3, seed: 1 }), { layout: 'pytorch' });
  for (const name of ['one', 'two']) await writeFile(file(`${name}.safetensors`), encodeSafetensors(arrays));
});
afterAll(() => rm(root, { recursive: true, force: true }));

describe('exportAs()', () => {
  it('writes a network for other runtimes, and what it takes', async () => {
    const predictor = await openWeights(await readExperiment('ststnet-megc2019'), file('one.safetensors'));
    const onnx = await exportAs(predictor, 'onnx', { batch: 2 });
    expect(Object.keys(onnx.files)).toEqual(['ststnet.onnx']);
    const text = new TextDecoder('latin1').decode(onnx.files['ststnet.onnx']);
    expect(text).toContain('["negative","positive","surprise"]');
    expect(onnx.description).toMatchObject({
      network: 'ststnet',
      classes: ['negative', 'positive', 'surprise'],
      labelKind: 'single',
      inputs: [{ name: 'image', shape: [2, 28, 28, 3], axes: 'samples, height, width, channels' }],
      outputs: [{ shape: [2, 3], values: 'logits, one for each class' }],
      preprocessing: { madeBy: [{ step: 'uv-strain' }] },
      weights: { seed: null, fold: null },
    });
    const authors = await exportAs(predictor, 'authors');
    const { arrays, metadata } = parseSafetensors(authors.files['ststnet.safetensors']!);
    expect(metadata).toMatchObject({ format: 'pt' });
    expect(arrays['bn1.num_batches_tracked']).toMatchObject({ dtype: 'int64', shape: [] });
    expect(Object.keys(arrays)).toHaveLength(23);
    const layers = await exportAs(predictor, 'tfjs-layers');
    expect(Object.keys(layers.files)).toEqual(['model.json', 'weights.bin']);
  });

  it('finds the shapes of clips out from the steps', async () => {
    const experiment = parseExperiment({
      name: 'clips',
      data: { name: 'synthetic', options: { classes: ['happiness', 'disgust', 'surprise'] } },
      inputs: [{ steps: ['dynamic-image', { step: 'resize', options: { size: 28 } }] }],
      model: { name: 'ststnet' },
      training: { epochs: 1, batchSize: 4, optimizer: { name: 'adam', learningRate: 0.001 } },
      backend: 'wasm',
    });
    const predictor = await openWeights(experiment, file('one.safetensors'));
    const { description } = await exportAs(predictor, 'tfjs-layers');
    expect(description.inputs).toMatchObject([{ shape: [null, 28, 28, 3] }]);
  });

  it('refuses several networks, options of others, and what is no run', async () => {
    const experiment = await readExperiment('ststnet-megc2019');
    await expect(exportAs(await openWeights(experiment, root), 'onnx')).rejects.toThrow(
      'as one network must be meant: there are weights of 2; give one file',
    );
    const predictor = await openWeights(experiment, file('one.safetensors'));
    await expect(exportAs(predictor, 'authors', { batch: 1 })).rejects.toThrow('it must be as onnx: it is as authors');
    await expect(openExportable(root)).rejects.toThrow('it must be the folder of a run');
  });
});
