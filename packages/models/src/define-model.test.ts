import '@tensorflow/tfjs-backend-cpu';
import { integer } from '@mer/options';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { ChannelScale, ownNet } from '../test/own-network.js';
import {
  countParameters,
  createModel,
  createStstNet,
  defineModel,
  findModel,
  loadModel,
  NetworkLayer,
  networkOptions,
  runModel,
} from './index.js';

const declaration = {
  name: 'other-net',
  title: 'Other',
  paper: null,
  origin: 'own',
  inputs: [{ name: 'image', shape: [4, 4, 1], representations: [], values: 'any' }],
  options: networkOptions({ classes: 3, inputShape: [4, 4, 1] }),
  create: () => tfl.sequential({ layers: [tfl.layers.dense({ units: 3, inputShape: [5] })] }),
} as const;

const result = { id: 'a-paper', dataset: 'x', protocol: 'y', scores: { uf1: 0.5 }, source: 'a paper' };

const own = { parts: [ownNet] };

async function stored(model: tfl.LayersModel): Promise<tf.io.ModelArtifacts> {
  let artifacts: tf.io.ModelArtifacts | undefined;
  await model.save(
    tf.io.withSaveHandler(async (given) => {
      artifacts = given;
      return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } };
    }),
  );
  return artifacts!;
}

describe('an own network', () => {
  beforeAll(async () => {
    await tf.setBackend('cpu');
  });

  it('is found by its name beside the others, with its presets', () => {
    expect(findModel('own-net', own)).toBe(ownNet);
    expect(findModel('ststnet', own).name).toBe('ststnet');
    expect(() => findModel('own-net')).toThrow('name must be one of afn');
    expect(() => findModel('own-ne', own)).toThrow('current value is "own-ne", did you mean "own-net"?');
    const small = createModel('own-net', { preset: 'tiny', classes: 5 }, own);
    expect([small.outputs[0]!.shape, countParameters(small).trainable]).toEqual([[null, 5], 56 + 2 + 5 * 393]);
    expect(() => createModel('own-net', { preset: 'small' }, own)).toThrow(
      'preset must be tiny: current value is "small"',
    );
  });

  it('has its options checked like any other', () => {
    expect(() => ownNet.create({ filters: 0 })).toThrow(
      new RangeError('Cannot create own-net as filters must be an integer of at least 1: current value is 0'),
    );
    expect(() => ownNet.create({ filter: 2 } as never)).toThrow('"filter" is not an option, did you mean "filters"?');
    expect(() => createModel('own-net', { width: 3 }, own)).toThrow(
      'the options are classes, inputShape, seed, filters',
    );
  });

  it('is stored and loaded with its own layer', async () => {
    const model = createModel('own-net', { classes: 4, seed: 2 }, own);
    const image = tf.randomUniform([2, 16, 16, 3], 0, 1, 'float32', 1);
    const loaded = await loadModel(tf.io.fromMemory(await stored(model)));
    const [before, after] = [model, loaded].map((each) => (each.predict(image) as tf.Tensor).arraySync());
    expect(after).toEqual(before);
    expect(runModel(loaded, [image])[0]!.arraySync()).toEqual(before);
    const scale = loaded.getLayer('scale');
    expect(scale).toBeInstanceOf(ChannelScale);
    expect(scale.getConfig()).toMatchObject({ name: 'scale', start: 2, seed: 0 });
  });

  it('is loaded where none of its layers was made before', async () => {
    class Unseen extends ChannelScale {
      static override className = 'OwnUnseen';
    }
    const model = tfl.sequential({ layers: [new ChannelScale({ name: 'x', batchInputShape: [null, 2] } as never)] });
    const artifacts = await stored(model);
    const topology = JSON.stringify(artifacts.modelTopology).replaceAll('OwnChannelScale', 'OwnUnseen');
    const source = () => tf.io.fromMemory({ ...artifacts, modelTopology: JSON.parse(topology) });
    await expect(loadModel(source())).rejects.toThrow('Unknown layer: OwnUnseen');
    expect((await loadModel(source(), { layers: [Unseen] })).layers[0]).toBeInstanceOf(Unseen);
  });

  it('has another name than those there are', () => {
    const clash = defineModel({ ...declaration, name: 'afn' });
    expect(() => createModel('ststnet', {}, { parts: [clash] })).toThrow(/^Cannot add model 'afn' as there is one/);
    expect(() => findModel('own-net', { parts: [ownNet, ownNet] })).toThrow("Cannot add model 'own-net'");
    expect(() => findModel('afn', { parts: [{ name: 'x' } as never] })).toThrow('parts must be definitions');
    const step = { kind: 'step', name: 'afn', title: 'A step', options: {} };
    expect(findModel('afn', { parts: [step] }).kind).toBe('model');
  });

  it.each([
    [{ name: 'Other' }, 'Cannot define the model "Other" as name must be lower case'],
    [
      { options: { classes: integer('Classes.', { default: 3 }) } },
      'options must have inputShape, seed: networkOptions()',
    ],
    [{ options: { ...declaration.options, preset: integer('A.', { default: 1 }) } }, 'options must not have preset'],
    [{ inputs: [] }, 'inputs must be a list of { name, shape, representations, values } with different names'],
    [{ inputs: [{ name: 'image', shape: [4, 0, 1], representations: [], values: '' }] }, 'inputs must be a list of'],
    [{ inputs: [declaration.inputs[0], declaration.inputs[0]] }, 'with different names'],
    [{ presets: { small: { classes: 1 } } }, 'with the preset "small" as classes must be an integer of at least 2'],
    [{ presets: { small: { width: 1 } } }, '"width" is not an option'],
    [{ create: 3 }, 'create must be a function: current value is 3'],
    [{ results: [{ ...result, id: 'My Paper' }] }, 'every result must have an id of its own, of lower case letters'],
    [{ results: [result, result] }, 'every result must have an id of its own'],
    [{ results: [{ ...result, id: undefined }] }, 'every result must have an id of its own'],
    [{ paper: 3 }, 'paper must be a text, or null'],
  ])('is refused as %j', (change, message) => {
    expect(() => defineModel({ ...declaration, ...change } as never)).toThrow(message);
  });

  it('makes a model of layers with logits first, from the inputs that it declares', () => {
    const made = (create: unknown) => () => defineModel({ ...declaration, create } as never).create();
    const input = (name: string) => tfl.input({ shape: [4], name });
    const dense = (units: number, name = 'image') => {
      const image = input(name);
      return tfl.model({ inputs: image, outputs: tfl.layers.dense({ units }).apply(image) as tfl.SymbolicTensor });
    };
    expect(made(() => ({}))).toThrow('Cannot create other-net as its create() must give a tf.LayersModel');
    expect(made(() => undefined)).toThrow('must give a tf.LayersModel: current value is undefined');
    expect(made(async () => dense(3))).toThrow('must give a tf.LayersModel');
    expect(made(() => dense(4))).toThrow('its first output must be logits [batch, 3]: current value is [batch, 4]');
    expect(made(() => dense(3, 'picture'))).toThrow('among those it declares, image: current value is picture');
    expect(made(() => dense(3))().outputs[0]!.shape).toEqual([null, 3]);
  });
});

describe('a layer', () => {
  it('is refused without a className of its own', () => {
    class Nameless extends ChannelScale {}
    expect(() => new Nameless()).toThrow(
      "Cannot make a layer of class Nameless as the class must have a className of its own: write static className = 'Nameless'",
    );
  });

  it('has its options checked, and stored with their defaults', () => {
    expect(() => new ChannelScale({ start: 0, name: 's' })).toThrow(
      'Cannot make OwnChannelScale s as start must be a number above 0: current value is 0',
    );
    expect(() => new ChannelScale({ begin: 1 } as never)).toThrow('"begin" is not an option');
    expect(new ChannelScale({ name: 's' }).getConfig()).toMatchObject({ start: 1 });
  });

  it('is known to tfjs from the first that is made', () => {
    const known = () => Object.keys(tf.serialization.SerializationMap.getMap().classNameMap);
    class Late extends NetworkLayer {
      static className = 'OwnLate';
    }
    createStstNet();
    expect(known()).toContain('MerParallelConvNorm');
    expect(known()).not.toContain('OwnLate');
    new Late();
    expect(known()).toContain('OwnLate');
  });
});
