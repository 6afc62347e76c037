import { useBackend } from '@mer/backends';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { worstDifference, worstRelativeDifference } from '../test/compare.js';
import { madeUpInput } from '../test/fill.js';
import { expectParity, loadMadeUp, madeUpImages, readGolden } from '../test/parity.js';
import { buildModel } from './build-model.js';
import { createFdp } from './fdp.js';
import { createHtNet } from './htnet.js';
import { countParameters } from './index.js';
import { layerBuilder } from './layers/layer-builder.js';
import { createLearNet } from './learnet.js';
import { createMmNet } from './mmnet.js';
import { createOffApexNet } from './off-apexnet.js';
import { createRcnA } from './rcn-a.js';
import { segNet } from './segnet.js';
import { createTsfMicro } from './tsfmicro.js';

const golden = readGolden('author-networks');

describe('networks with author code against PyTorch', () => {
  beforeAll(async () => {
    await useBackend('wasm');
  });

  it('MMNet', () => {
    expectParity(createMmNet({ inputShape: [64, 64, 3], stem: 12, widths: [8, 8, 16, 32] }), golden.mmnet);
  });

  it('MMNet of three classes, whose parameters are those of its code at full width', () => {
    const three = { positionDepth: 3, expansion: 2, dropPath: 0.3 };
    expectParity(
      createMmNet({ inputShape: [64, 64, 3], stem: 12, widths: [8, 8, 16, 32], ...three }),
      golden['mmnet-3'],
    );
    const full = createMmNet(three);
    expect(countParameters(full).trainable).toBe(9_442_425);
    full.dispose();
  });

  it.each(['parallel', 'early', 'temporal-to-spatial', 'spatial-to-temporal', 'residual'] as const)(
    'TSFmicro, %s fusion',
    (fusion) => {
      const size = { inputShape: [64, 64, 3], widths: [8, 8, 16, 16], projection: 24 } as const;
      const model = createTsfMicro({ ...size, fusion });
      expectParity(model, golden[model.name]);
    },
  );

  it('LEARNet', () => {
    expectParity(createLearNet({ inputShape: [80, 80, 3], width: 4, hidden: 12 }), golden.learnet);
  });

  it('OFF-ApexNet', () => {
    expectParity(createOffApexNet({ hidden: 32 }), golden['off-apexnet']);
  });

  it('RCN-A', () => {
    expectParity(createRcnA({ inputShape: [28, 28, 3], width: 8, grid: 5 }), golden['rcn-a']);
  });

  it.each([28, 56])('HTNet on %i pixels', (size) => {
    const model = createHtNet({ inputShape: [size, size, 3], width: 10, depths: [1, 2, 1] });
    expectParity(model, golden[size === 28 ? 'htnet' : 'htnet-56']);
  });

  it.each(['paper', 'released'] as const)('FDP, %s', (variant) => {
    const reference = golden[variant === 'paper' ? 'fdp' : 'fdp-released'];
    const narrow = {
      variant,
      inputShape: [8, 32, 32, 1],
      stem: [8, 6, 8],
      depths: [1, 2],
      local: [32, 40],
      global: [128, 160],
      reductions: [4, 2],
      hidden: 12,
    } as const;
    const model = createFdp({ ...narrow, outputs: 'all', decoder: 4 });
    expectParity(model, reference);
    const [clip] = madeUpImages(model, 2);
    const [, image, scores] = model.predict(clip!) as tf.Tensor[];
    const sample = tf.stridedSlice(image!, [0, 0, 0, 0], [2, 32, 32, 1], [1, 5, 5, 1]);
    expect(worstDifference(sample.arraySync(), reference.image)).toBeLessThan(1e-4);
    if (variant === 'paper') expect(worstRelativeDifference(scores!.arraySync(), reference.scores)).toBeLessThan(1e-4);
    const alone = createFdp(narrow);
    const state = Object.entries(reference.state).filter(([name]) => !name.startsWith('dyimg_net.'));
    const unused = Object.entries(reference.state).filter(([name]) => name.startsWith('dyimg_net.'));
    expectParity(alone, { ...reference, state: Object.fromEntries(state), unused: Object.fromEntries(unused) });
  });

  it('SegNet of a picture of which most is one color, where windows have their maximum four times', () => {
    const reference = golden['segnet-flat'];
    const input = tfl.input({ shape: [32, 32, 8] });
    const outputs = segNet(layerBuilder({ seed: 0 }), input, { width: 8, outputs: 1 });
    const model = buildModel({ name: 'segnet', inputs: input, outputs });
    loadMadeUp(model, reference);
    const rows = tf.tensor4d(madeUpInput('image0', 32 * 8 * 8), [1, 32, 8, 8]);
    const image = model.predict(tf.concat([rows, tf.fill([1, 32, 24, 8], 0.3)], 2)) as tf.Tensor4D;
    const sample = tf.squeeze(tf.stridedSlice(image, [0, 0, 0, 0], [1, 32, 32, 1], [1, 5, 5, 1]));
    expect(worstDifference(sample.arraySync(), reference.image)).toBeLessThan(1e-5);
  });
});
