import { createModel, exportWeights, type ModelParameter, modelParameters } from '@mer/models';
import { encodeWeights, type ModelFile, modelFileText, QUALITY, type WeightEncoding } from '@mer/predictor';
import type { LayersModel } from '@tensorflow/tfjs-layers';

/** How the folder of a test is made. */
export interface ExampleFolderOptions {
  seeds?: readonly number[];
  encoding?: WeightEncoding;
  file?: Partial<ModelFile>;
}

/** The files of an exported folder: a small network on gray clips, cut out here, with random weights. */
export async function exampleFolder({ seeds = [1], encoding = 'float32', file = {} }: ExampleFolderOptions = {}) {
  const files: Record<string, Uint8Array> = {};
  const weights: ModelFile['weights'][number][] = [];
  const options = { classes: 3, inputShape: [28, 28, 3] };
  for (const seed of seeds) {
    const model: LayersModel = createModel('ststnet', { ...options, seed });
    const parameters: ModelParameter[] = modelParameters(model);
    const bytes = encodeWeights((await exportWeights(model)) as never, { encoding, parameters });
    model.dispose();
    const name = `weights-${seed}.safetensors`;
    files[name] = bytes;
    const sha256 = Array.from(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)), (byte) =>
      byte.toString(16).padStart(2, '0'),
    ).join('');
    weights.push({ file: name, bytes: bytes.length, sha256, seed });
  }
  const described: ModelFile = {
    format: 1,
    name: 'example',
    model: { name: 'ststnet', options },
    classes: ['negative', 'positive', 'surprise'],
    samples: 'clips',
    frames: { color: false },
    preprocessing: [],
    inputs: [
      {
        name: 'image',
        steps: [
          { step: 'uv-strain', options: { flow: 'farneback' } },
          { step: 'resize', options: { size: 28 } },
        ],
        shape: [28, 28, 3],
      },
    ],
    frameRates: [30],
    marks: ['onset', 'apex'],
    face: { by: 'cut', size: 64 },
    quality: QUALITY,
    data: [{ name: 'generated', samples: null, subjects: null }],
    license: { weights: 'MIT', data: 'not stated' },
    expected: { note: 'Random weights: no score.', evaluation: null },
    weights,
    encoding,
    parts: [],
    versions: {},
    created: '2026-01-01T00:00:00Z',
    ...file,
  };
  files['model.json'] = new TextEncoder().encode(modelFileText(described));
  return files;
}
