import '@tensorflow/tfjs-backend-cpu';
import { describeOptions, isPart, optionsSchema } from '@mer/options';
import { jsonSchemaOf } from '@mer/options/json-schema';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import type { Clip } from './clip.js';
import { createRepresentation, createStep } from './create-step.js';
import { defineRepresentation } from './define-representation.js';
import { defineStep } from './define-step.js';
import { findRepresentation, findStep } from './find-step.js';
import * as api from './index.js';
import { type RepresentationName, representations, type StepName, steps } from './registry.js';

const clip: Clip = {
  frames: tf.randomUniform([9, 40, 36, 3], 0, 1, 'float32', 1),
  onset: 0,
  apex: 4,
  offset: 8,
};
const stepNames = Object.keys(steps) as StepName[];

describe('representations', () => {
  it.each(Object.keys(representations) as RepresentationName[])(
    '%s gives the shape it announces and leaks nothing',
    (name) => {
      const represent = createRepresentation(name);
      const before = tf.memory().numTensors;
      const image = represent(clip);
      expect(image.shape).toEqual([...represent.outputShape([40, 36, 3])]);
      image.dispose();
      expect(tf.memory().numTensors).toBe(before);
    },
  );

  it('is frozen', () => {
    expect(Object.isFrozen(representations)).toBe(true);
    expect(Object.isFrozen(representations['dynamic-image'])).toBe(true);
    expect(Object.isFrozen(representations['dynamic-image']().options)).toBe(true);
  });

  it('says by traits what the parts need', () => {
    const withTrait = (trait: keyof api.StepTraits) => stepNames.filter((name) => findStep(name).traits[trait]);
    expect(withTrait('directed')).toEqual([
      'flow',
      'flow-color',
      'uv-strain',
      'cof',
      'mm-cof',
      'long-term-flow',
      'four-part-flow',
    ]);
    expect(withTrait('histogram')).toEqual(['lbp-top', 'hoof', 'bi-woof']);
    expect(withTrait('needsLandmarks')).toEqual(['align', 'four-part-flow']);
    expect(withTrait('marksApex')).toEqual(['spot-apex']);
    for (const name of Object.keys(representations)) {
      const represent = () => createRepresentation(name)({ ...clip, apex: null }).dispose();
      if (findStep(name).traits.needsApex) expect(represent).toThrow(/must have an apex/);
      else expect(represent).not.toThrow();
    }
  });
});

describe('every step', () => {
  it.each(stepNames)('%s is a part, described, and what it prints makes it again', (name) => {
    const definition = findStep(name);
    expect(isPart(definition, name in representations ? 'representation' : 'step')).toBe(true);
    const declaration = { ...definition, compute: definition, outputShape: definition().outputShape };
    expect(() => defineStep(declaration as never)).not.toThrow();
    expect(describeOptions(definition.options).every(({ about }) => about.endsWith('.'))).toBe(true);
    const { properties } = jsonSchemaOf(optionsSchema(definition.options));
    expect(Object.keys(properties as object)).toEqual(Object.keys(definition.options));
    for (const options of [{}, changed[name] ?? {}]) {
      const step = createStep({ step: name, options });
      const again = evaluated(String(step));
      expect(again.hash()).toBe(step.hash());
      expect(String(again)).toBe(String(step));
    }
    expect(Object.keys(changed[name] ?? {}).length === 0).toBe(Object.keys(definition.options).length === 0);
  });
});

/** What a text of code gives, where the names are those that the package exports. */
function evaluated(code: string): api.AnyStep {
  return new Function(...Object.keys(api), `return ${code};`)(...Object.values(api));
}

/** Some option of each step, changed. */
const changed: Partial<Record<StepName, object>> = {
  'dynamic-image': { span: [1, 5], gray: true },
  trdi: { variant: 'linear' },
  midi: { flow: { name: 'farneback', window: 9 }, measure: 'flow' },
  'rank-pooling': { c: 2, span: 'all' },
  'dual-phase': { phase: 'onset-apex' },
  mesti: { spread: 0.5 },
  flow: { flow: { name: 'tvl1', preset: 'ipol', warps: 2 }, stableRegion: [0.1, 0.2, 0.3, 0.4] },
  'flow-color': { style: 'middlebury' },
  'uv-strain': { size: 0, order: 'strain-v-u' },
  cof: { flow: 'horn-schunck' },
  'mm-cof': { threshold: 0.25 },
  frame: { at: 'onset' },
  'frame-difference': { scaling: 'symmetric' },
  'lbp-top': { blocks: [2, 3] },
  hoof: { bins: 4 },
  'bi-woof': { normalize: 'none' },
  align: { layout: 'mol', border: 0.5 },
  stabilize: { region: [0.1, 0.2, 0.3, 0.4] },
  'spot-apex': { regions: [[0, 0, 0.5, 0.5]] },
  interpolate: { frames: 7 },
  sample: { method: 'floor' },
  magnify: { alpha: 2 },
  'long-term-flow': { frames: 5, missing: 'tim' },
  resize: { size: [20, 30], antialias: false },
  normalize: { mean: [0.1, 0.2, 0.3], std: 0.5 },
  multiply: { by: 2 },
  regions: { grid: 2 },
  'four-parts': { axes: 'released' },
  'four-part-flow': { axes: 'released', size: 32 },
};

describe('createRepresentation()', () => {
  it('rejects an unknown name and lists the known ones', () => {
    expect(() => createRepresentation('dynamic_image')).toThrow(
      /one of dynamic-image, trdi, midi.*"dynamic_image", did you mean "dynamic-image"\?/,
    );
    expect(() => createRepresentation('toString')).toThrow(RangeError);
    expect(() => createRepresentation('resize')).toThrow(RangeError);
  });

  it('rejects an unknown option when the representation is made, not when it is applied', () => {
    expect(() => createRepresentation('dynamic-image', { colour: true })).toThrow(
      'Cannot make the step "dynamic-image" as "colour" is not an option: the options are variant,',
    );
  });

  it('knows the number of channels from the options', () => {
    expect(createRepresentation('dynamic-image', { gray: true }).outputShape([8, 9, 3])).toEqual([8, 9, 1]);
  });
});

describe('own parts', () => {
  const mean = defineRepresentation({
    name: 'mean-frame',
    title: 'The mean of all frames',
    paper: null,
    ours: 'all of it',
    traits: { directed: true },
    options: {},
    compute: ({ frames }: Clip) => tf.mean(frames, 0) as tf.Tensor3D,
    outputShape: (frame) => frame,
  });
  const nothing = defineStep({
    name: 'nothing',
    title: 'The same clip',
    paper: null,
    takes: 'clip',
    gives: 'clip',
    options: {},
    compute: (given: Clip): Clip => ({ ...given, frames: tf.clone(given.frames) }),
    outputShape: (frame) => frame,
  });
  const parts = [nothing, mean];

  it('are found beside ours', () => {
    expect(findStep('mean-frame', { parts })).toBe(mean);
    expect(findRepresentation('mean-frame', { parts }).traits.directed).toBe(true);
    const step = createStep(
      {
        pipe: [
          { step: 'nothing', options: {} },
          { step: 'mean-frame', options: {} },
        ],
      },
      { parts },
    );
    expect(step(clip).dataSync()).toEqual(mean(clip).dataSync());
    expect(step.traits.directed).toBe(true);
    expect(String(createRepresentation('mean-frame', {}, { parts }))).toBe('meanFrame()');
    expect(() => findRepresentation('nothing', { parts })).toThrow(/must be one of .*, mean-frame: /);
    expect(() => findStep('mean-frame')).toThrow(RangeError);
  });

  it('must have names of their own', () => {
    const clash = defineStep({ ...declaration, name: 'trdi' });
    expect(() => findStep('nothing', { parts: [clash] })).toThrow(
      `Cannot add step 'trdi' as there is one of that name already ("Temporal-ranked dynamic image")`,
    );
  });
});

const declaration = {
  name: 'brighten',
  title: 'Every value raised',
  paper: null,
  takes: 'image',
  gives: 'image',
  options: {},
  compute: (image: tf.Tensor3D) => tf.add(image, 1) as tf.Tensor3D,
  outputShape: (frame: api.ImageShape) => frame,
} as const;

describe('defineStep()', () => {
  it.each([
    [{ name: 'My Step' }, 'name must be lower case letters, digits and single dashes'],
    [{ title: '' }, 'title must be a text that is not empty'],
    [{ options: { by: 3 } }, 'options.by must be a schema'],
    [{ paper: undefined }, 'paper must be a text, or null: current value is undefined'],
    [{ takes: 'video' }, 'takes must be one of clip, image, any: current value is "video"'],
    [{ gives: 'any' }, "gives must be 'any' where takes is, and only there"],
    [{ traits: null }, 'traits must be an object'],
    [{ version: 0 }, 'version must be a positive integer: current value is 0'],
    [{ short: 'by' }, 'short must be the name of an option: current value is "by"'],
    [{ compute: undefined }, 'compute must be a function'],
    [{ outputShape: 3 }, 'outputShape must be a function: current value is 3'],
    [{ computeAsync: 3 }, 'computeAsync must be a function: current value is 3'],
  ])('refuses %j', (change, message) => {
    expect(() => defineStep({ ...declaration, ...change } as never)).toThrow(message);
  });

  it('computes at once, or gives the step; what is no options is an input', () => {
    const { resize, mesti } = api;
    const image = tf.ones([4, 4, 1]) as tf.Tensor3D;
    const before = tf.memory().numTensors;
    const made = [resize(image, { size: 2 }), resize(2)(image), resize({ size: 2 })(image), resize([2, 2])(image)];
    for (const one of made) expect(one.shape).toEqual([2, 2, 1]);
    tf.dispose(made);
    expect(tf.memory().numTensors).toBe(before);
    expect(resize(2, { antialias: false }).hash()).toBe(resize({ size: 2, antialias: false }).hash());
    expect(() => mesti(null as never)).toThrow(/clip must be \{ frames, onset, apex, offset \}: current value is null/);
    expect(() => mesti(3 as never)).toThrow(TypeError);
    expect(() => mesti(clip, { sprad: 1 } as never)).toThrow(/"sprad" is not an option, did you mean "spread"\?/);
  });
});
