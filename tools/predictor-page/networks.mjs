// Folders as `mer export` writes them, of networks with random weights.
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { useBackend } from '@mer/backends';
import { createModel, exportWeights, modelParameters } from '@mer/models';
import { encodeWeights, modelFileText, QUALITY } from '@mer/predictor';

const flow = (size) => [
  { step: 'uv-strain', options: { flow: 'tvl1' } },
  { step: 'resize', options: { size } },
];
const NETWORKS = {
  'ststnet-float32': { model: 'ststnet', encoding: 'float32', steps: flow(28), shape: [28, 28, 3] },
  'ststnet-int8': { model: 'ststnet', encoding: 'int8', steps: flow(28), shape: [28, 28, 3] },
  'small-cnn-float16': {
    model: 'small-cnn',
    encoding: 'float16',
    steps: [{ step: 'dynamic-image' }, { step: 'resize', options: { size: 64 } }],
    shape: [64, 64, 1],
  },
};

/** Writes a folder for each network into `out`; their names. */
export async function writeNetworks(out, names = Object.keys(NETWORKS)) {
  await useBackend('wasm');
  for (const name of names) {
    const { model: network, encoding, steps, shape } = NETWORKS[name];
    const options = { classes: 3, inputShape: shape, seed: 1 };
    const model = createModel(network, options);
    const bytes = encodeWeights(await exportWeights(model), { encoding, parameters: modelParameters(model) });
    const folder = join(out, name);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'weights.safetensors'), bytes);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const file = {
      format: 1,
      name,
      model: { name: network, options },
      classes: ['negative', 'positive', 'surprise'],
      samples: 'clips',
      frames: { size: 128, color: false },
      preprocessing: [],
      inputs: [{ name: model.inputNames[0], steps, shape }],
      frameRates: [30],
      marks: ['onset', 'apex', 'offset'],
      face: null,
      quality: QUALITY,
      data: [],
      license: { weights: 'not stated', data: 'not stated' },
      expected: { note: 'Random weights.', evaluation: null },
      weights: [{ file: 'weights.safetensors', bytes: bytes.length, sha256, seed: 1 }],
      encoding,
      parts: [],
      versions: {},
      created: '2026-01-01T00:00:00Z',
    };
    writeFileSync(join(folder, 'model.json'), modelFileText(file));
  }
  return names;
}
