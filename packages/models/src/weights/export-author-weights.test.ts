import { useBackend } from '@mer/backends';
import type * as tfl from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { madeUpValues } from '../../test/fill.js';
import { type NetworkGolden, readGolden } from '../../test/parity.js';
import { createModel, createMtsn, createSfamnet, createSoftnet, exportAuthorWeights, loadWeights } from '../index.js';

const networks = readGolden('author-networks');
const spotting = readGolden('spotting-networks');
const mmnet = { inputShape: [64, 64, 3], stem: 12, widths: [8, 8, 16, 32] } as const;
const tsfmicro = { inputShape: [64, 64, 3], widths: [8, 8, 16, 16], projection: 24 } as const;
const fdp = {
  variant: 'released',
  inputShape: [8, 32, 32, 1],
  stem: [8, 6, 8],
  depths: [1, 2],
  local: [32, 40],
  global: [128, 160],
  reductions: [4, 2],
  hidden: 12,
  decoder: 4,
} as const;
const slstt = { inputShape: [3, 16, 16, 3], patch: 8, width: 24, depth: 2, heads: 3, units: 20, hidden: 16 } as const;
const mol = { inputShape: [4, 64, 64, 1], classes: 3, width: 16, flow: 4, landmarks: 8, hidden: 12 } as const;

/** Each network with public code: what a state dict of its class has, and the network. */
const CASES: Record<string, [NetworkGolden, () => tfl.LayersModel]> = {
  ststnet: [readGolden('ststnet'), () => createModel('ststnet', { classes: 3 })],
  mmnet: [networks.mmnet, () => createModel('mmnet', mmnet)],
  tsfmicro: [networks.tsfmicro, () => createModel('tsfmicro', tsfmicro)],
  'tsfmicro, early': [networks['tsfmicro-early'], () => createModel('tsfmicro', { ...tsfmicro, fusion: 'early' })],
  'tsfmicro, temporal-to-spatial': [
    networks['tsfmicro-temporal-to-spatial'],
    () => createModel('tsfmicro', { ...tsfmicro, fusion: 'temporal-to-spatial' }),
  ],
  'off-apexnet': [networks['off-apexnet'], () => createModel('off-apexnet', { hidden: 32 })],
  'rcn-a': [networks['rcn-a'], () => createModel('rcn-a', { inputShape: [28, 28, 3], width: 8, grid: 5 })],
  htnet: [networks.htnet, () => createModel('htnet', { width: 10, depths: [1, 2, 1] })],
  fdp: [networks['fdp-released'], () => createModel('fdp', { ...fdp, outputs: 'all' })],
  'skd-tstsan': [readGolden('skd-tstsan'), () => createModel('skd-tstsan', { outputs: 'all' })],
  slstt: [readGolden('slstt'), () => createModel('slstt', slstt)],
  'slstt, mean': [readGolden('slstt'), () => createModel('slstt', { ...slstt, head: 'mean' })],
  causalnet: [readGolden('causalnet'), () => createModel('causalnet', { width: 16, depths: [1, 1, 2], hidden: 24 })],
  mol: [readGolden('mol'), () => createModel('mol', { ...mol, outputs: 'all' })],
  mtsn: [spotting.mtsn, () => createMtsn()],
  sfamnet: [spotting.sfamnet, () => createSfamnet()],
};

/** A made-up state dict of the class; counters count. */
function stateDictOf({ state, unused = {}, gain = 2 }: NetworkGolden) {
  const arrays: Record<string, { dtype: 'float32' | 'int64'; shape: number[]; data: Float32Array | Float64Array }> = {};
  for (const [name, shape] of Object.entries({ ...state, ...unused })) {
    arrays[name] = { dtype: 'float32', shape, data: madeUpValues(name, shape, { gain }) };
    if (!name.endsWith('.running_mean')) continue;
    const counter = name.replace('running_mean', 'num_batches_tracked');
    arrays[counter] = { dtype: 'int64', shape: [], data: Float64Array.of(Object.keys(arrays).length) };
  }
  return arrays;
}

describe('weights as the code of a network stores them', () => {
  beforeAll(async () => {
    await useBackend('cpu');
  });

  it.each(Object.entries(CASES))(
    '%s: a state dict that was loaded comes out as it was',
    async (_, [golden, create]) => {
      const model = create();
      const arrays = stateDictOf(golden);
      loadWeights(model, arrays);
      const found = await exportAuthorWeights(model, { rest: arrays });
      for (const [name, { shape, data }] of Object.entries(arrays)) {
        expect(found[name]?.shape, name).toEqual(shape);
        // compared as bytes: a matcher takes seconds for three million numbers
        expect(Buffer.from(found[name]!.data.buffer).equals(Buffer.from(data.buffer)), name).toBe(true);
      }
      // what the reference files do not list of what is stored and never used starts as it does
      for (const name of Object.keys(found)) if (!(name in arrays)) expect(name).toMatch(NEVER_USED);
      model.dispose();
    },
  );

  it.each(['learnet', 'softnet'])('%s: with names and layouts of Keras', async (name) => {
    const create = () =>
      name === 'softnet' ? createSoftnet({ seed: 1 }) : createModel('learnet', { preset: 'small', seed: 1 });
    const model = create();
    const found = await exportAuthorWeights(model);
    const own = name === 'softnet' ? 'conv2d_2/kernel' : 'batch_normalization_4/moving_variance';
    expect(Object.keys(found)).toContain(own);
    expect(found[name === 'softnet' ? 'conv2d/kernel' : 'Conv_S/kernel']!.shape.slice(0, 2)).toEqual(
      name === 'softnet' ? [5, 5] : [3, 3],
    );
    const other =
      name === 'softnet' ? createSoftnet({ seed: 2 }) : createModel('learnet', { preset: 'small', seed: 2 });
    loadWeights(other, found);
    expect(await exportAuthorWeights(other)).toEqual(found);
    model.dispose();
    other.dispose();
  });

  it('starts what a network never used, and computes tables', async () => {
    const found = await exportAuthorWeights(createModel('tsfmicro', tsfmicro));
    expect(found['main_branch.layers.2.Relpos.decay']!.data[1]).toBeCloseTo(Math.log(1 - 2 ** -5), 6);
    expect([...found['main_branch.layers.2.Relpos.angle']!.data].map((x) => +x.toPrecision(3))).toEqual([
      1, 1, 0.0464, 0.0464, 0.00215, 0.00215, 0.0001, 0.0001,
    ]);
    expect(found['vit_pos.cls_token']!.shape).toEqual([1, 1, 16]);
    expect(found['main_branch.norm.num_batches_tracked']).toEqual({
      dtype: 'int64',
      shape: [],
      data: Float64Array.of(0),
    });
  });

  it('takes modules that were left out from another state dict, and names them else', async () => {
    const whole = await exportAuthorWeights(createModel('fdp', { ...fdp, outputs: 'all' }));
    const part = createModel('fdp', { ...fdp, seed: 1 });
    await expect(exportAuthorWeights(part)).rejects.toThrow(
      "Cannot export the weights of fdp as its authors' code stores them as their network has dyimg_net.… too: make it with outputs: 'all', or give a state dict that has them as rest",
    );
    const found = await exportAuthorWeights(part, { rest: whole });
    expect(Object.keys(found).sort()).toEqual(Object.keys(whole).sort());
    expect(found['dyimg_net.conv11.weight']).toEqual(whole['dyimg_net.conv11.weight']);
  });

  it('refuses networks that no public code has, and says why', async () => {
    await expect(exportAuthorWeights(createModel('dual-branch', { preset: 'small' }))).rejects.toThrow(
      "Cannot export the weights of dual-branch as its authors' code stores them as no public code that this package knows has this network: exportWeights(",
    );
    await expect(exportAuthorWeights(createModel('fdp', { ...fdp, variant: 'paper' }))).rejects.toThrow(
      "as the authors' code has variant: 'released' alone",
    );
  });
});

const NEVER_USED =
  /^(main_branch\.(layers\.\d\.Relpos|patch_embed|proj|norm|head)\.|vit_pos\.(cls_token|head|to_Mask)|pos\.|head\.)/;
