import { useBackend } from '@mer/backends';
import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { worstRelativeDifference } from '../../test/compare.js';
import { expectParity, madeUpImages, readGolden } from '../../test/parity.js';
import { countParameters } from '../index.js';
import { createMtsn } from './mtsn.js';
import { createSfamnet } from './sfamnet.js';
import { createSoftnet } from './softnet.js';

const golden = readGolden('spotting-networks');

describe('spotting networks against PyTorch', () => {
  beforeAll(async () => {
    await useBackend('wasm');
  });

  it.each([
    ['softnet', createSoftnet, 314_817],
    ['mtsn', createMtsn, 66_209],
    ['sfamnet', createSfamnet, 7_207],
  ] as const)('%s: names, scores, parameters', (name, create, parameters) => {
    const model: tfl.LayersModel = create();
    expectParity(model, golden[name]);
    expect(countParameters(model).trainable).toBe(parameters);
  });

  it('SFAMNet recognizes as PyTorch does', () => {
    const model = createSfamnet();
    expectParity(model, golden.sfamnet);
    const [image] = madeUpImages(model, 2);
    const [, logits] = model.predict(image!) as tf.Tensor[];
    expect(worstRelativeDifference(logits!.arraySync(), golden.sfamnet.others[0])).toBeLessThan(1e-4);
    tf.dispose([image!, logits!]);
    expect(countParameters(createSfamnet({ classes: 8 })).trainable).toBe(8_386);
  });

  it('refuse options that are none', () => {
    expect(() => createSoftnet({ width: 3 } as never)).toThrow(/Cannot create softnet .*width/);
    expect(() => createMtsn({ hidden: 0 })).toThrow(/Cannot create mtsn as hidden/);
    expect(() => createSfamnet({ classes: 1 })).toThrow(/Cannot create sfamnet as classes/);
  });
});
