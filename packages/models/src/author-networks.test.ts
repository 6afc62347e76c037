import { useBackend } from '@mer/backends';
import { beforeAll, describe, it } from 'vitest';
import { expectParity, readGolden } from '../test/parity.js';
import { createMmNet } from './mmnet.js';
import { createTsfMicro } from './tsfmicro.js';

const golden = readGolden('author-networks');

describe('networks with author code against PyTorch', () => {
  beforeAll(async () => {
    await useBackend('wasm');
  });

  it('MMNet', () => {
    expectParity(createMmNet({ inputShape: [64, 64, 3], stem: 12, widths: [8, 8, 16, 32] }), golden.mmnet);
  });

  it.each(['parallel', 'early', 'temporal-to-spatial', 'spatial-to-temporal', 'residual'] as const)(
    'TSFmicro, %s fusion',
    (fusion) => {
      const size = { inputShape: [64, 64, 3], widths: [8, 8, 16, 16], projection: 24 } as const;
      const model = createTsfMicro({ ...size, fusion });
      expectParity(model, golden[model.name]);
    },
  );
});
