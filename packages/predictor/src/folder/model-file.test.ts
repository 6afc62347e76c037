import { describe, expect, it } from 'vitest';
import { type ModelFile, modelFileText, parseModelFile, QUALITY } from './model-file.js';

const file: ModelFile = {
  format: 1,
  name: 'ststnet-megc2019',
  model: { name: 'ststnet', options: { classes: 3, inputShape: [28, 28, 3] } },
  classes: ['negative', 'positive', 'surprise'],
  samples: 'clips',
  frames: { size: 128 },
  preprocessing: [{ step: 'align', options: { size: 128 } }],
  inputs: [{ name: 'image', steps: [{ step: 'uv-strain', options: {} }], shape: [28, 28, 3] }],
  frameRates: [100, 200],
  marks: ['onset', 'apex'],
  face: { by: 'steps' },
  quality: QUALITY,
  data: [{ name: 'casme2', samples: 145, subjects: 24 }],
  license: { weights: 'CC-BY-4.0', data: 'not stated' },
  expected: {
    note: 'of another run',
    evaluation: {
      run: 'ststnet-megc2019',
      hash: 'a'.repeat(64),
      protocol: 'leave-one-subject-out',
      epochChoice: 'last',
      dataset: 'casme2',
      n: 145,
      subjects: 24,
      seeds: [0],
      scores: { uf1: { value: 0.5, interval: [0.4, 0.6] } },
    },
  },
  weights: [{ file: 'weights.safetensors', bytes: 10, sha256: '0'.repeat(64), seed: 0 }],
  encoding: 'float32',
  parts: [],
  versions: { mer: '0.0.0' },
  created: '2026-01-01T00:00:00.000Z',
};

// biome-ignore lint/suspicious/noExplicitAny: a test writes what types forbid
type Loose = Record<string, any>;

const changed = (change: (copy: Loose) => void): string => {
  const copy = JSON.parse(JSON.stringify(file));
  change(copy);
  return JSON.stringify(copy);
};

describe('parseModelFile()', () => {
  it('gives back what was written, whatever the order of its keys and without those of later versions', () => {
    const text = modelFileText(file);
    expect(parseModelFile(text)).toEqual(file);
    const turned = Object.fromEntries(Object.entries({ later: 1, ...file }).reverse());
    expect(modelFileText(parseModelFile(JSON.stringify(turned)))).toBe(text);
  });

  it.each<[string, string | ((copy: Loose) => void), RegExp]>([
    ['no JSON', '{', /^Cannot read model\.json as it must be JSON: /],
    ['a list', '[]', /it must hold an object/],
    [
      'the file of another program',
      '{"modelTopology":{}}',
      /its format must be 1: current value is absent\. Is it the/,
    ],
    ['a later format', (copy) => (copy['format'] = 2), /current value is 2\. Was it written by a later version/],
    [
      'a file outside',
      (copy) => (copy['weights'][0].file = '../x'),
      /weights\.0\.file must be the name of a file in the same/,
    ],
    ['a file that hides', (copy) => (copy['weights'][0].file = '.x'), /weights\.0\.file must be/],
    ['a file twice', (copy) => copy['weights'].push(copy['weights'][0]), /weights\.safetensors stands twice/],
    ['itself as weights', (copy) => (copy['weights'][0].file = 'Model.json'), /one is model\.json/],
    ['no member', (copy) => (copy['weights'] = []), /weights must be a list of 1 to 10000/],
    ['too large a file', (copy) => (copy['weights'][0].bytes = 2 ** 40), /weights\.0\.bytes must be/],
    ['no hash', (copy) => (copy['weights'][0].sha256 = 'x'), /sha256 must be 64 hexadecimal digits/],
    ['a huge input', (copy) => (copy['inputs'][0].shape = [65536, 65536]), /values of input image must be at most/],
    ['thresholds', (copy) => (copy['threshold'] = [0.5]), /one for each of 3 classes: there are 1/],
    ['an unknown encoding', (copy) => (copy['encoding'] = 'int4'), /encoding must be one of float32, float16, int8/],
    [
      'a face by chance',
      (copy) => (copy['face'] = { by: 'luck' }),
      /face\.by must be null, or an object with by, one of steps, cut: current value is "luck"/,
    ],
    [
      'a key that is none',
      JSON.stringify(file).replace('"options":{}', '"options":{"__proto__":1}'),
      /no key may be called __proto__/,
    ],
    [
      'depth',
      JSON.stringify(file).replace('"options":{}', `"options":{"a":${'['.repeat(40)}${']'.repeat(40)}}`),
      /nested deeper than 32/,
    ],
  ])('refuses %s', (_, change, message) => {
    expect(() => parseModelFile(typeof change === 'string' ? change : changed(change))).toThrow(message);
  });
});

it('modelFileText() refuses what could not be read', () => {
  expect(() => modelFileText({ ...file, classes: [] })).toThrow(/^Cannot write model\.json as .*\n {2}classes must be/);
});
