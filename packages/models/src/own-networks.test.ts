import { useBackend } from '@mer/backends';
import { beforeAll, describe, expect, it } from 'vitest';
import { expectAdamStep, expectParity, loadMadeUp, readGolden } from '../test/parity.js';
import { createAfn } from './afn.js';
import { createDiaNet } from './dianet.js';
import { createFmaNet } from './fmanet.js';
import { createMegaNet } from './meganet.js';

const golden = readGolden('own-networks');
const inputShape = [64, 64, 3] as const;

describe('networks built from abstracts against PyTorch', () => {
  beforeAll(async () => {
    await useBackend('wasm');
  });

  it('AFN', () => {
    expectParity(createAfn({ inputShape, width: 8 }), golden.afn);
  });

  it('AFN, recurrent', () => {
    const model = createAfn({ inputShape, width: 8, recurrent: { windows: 3, units: 12 } });
    expectParity(model, golden['afn-recurrent']);
  });

  it('DIANet', () => {
    expectParity(createDiaNet({ inputShape, width: 4, hidden: 16 }), golden.dianet);
  });

  it('FMANet', () => {
    expectParity(createFmaNet({ inputShape, width: 8 }), golden.fmanet);
  });

  it('MEGANet', () => {
    expectParity(createMegaNet({ inputShape, widths: [8, 16, 32, 64] }), golden.meganet);
  });

  it('AFN takes the Adam step of PyTorch', () => {
    const model = createAfn({ inputShape, width: 8, dropout: 0 });
    loadMadeUp(model, golden.afn);
    expectAdamStep(model, readGolden('afn-adam'));
  });

  it('the ablations have their inputs', () => {
    expect(createAfn({ inputShape, width: 2, fusion: 'motion' }).inputNames).toEqual(['motion']);
    expect(createDiaNet({ inputShape, width: 4, fusion: 'rise' }).inputNames).toEqual(['rise']);
    for (const fusion of ['channel', 'stream', 'concat', 'mean'] as const) {
      expect(createAfn({ inputShape, width: 2, fusion }).outputs[0]!.shape).toEqual([null, 5]);
    }
    for (const fusion of ['concat', 'sum'] as const) {
      expect(createDiaNet({ inputShape, width: 4, fusion }).outputs[0]!.shape).toEqual([null, 5]);
    }
    expect(() => createAfn({ fusion: 'sum' as never })).toThrow('fusion must be one of adaptive');
  });
});
