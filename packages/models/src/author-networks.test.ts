import { useBackend } from '@mer/backends';
import { beforeAll, describe, it } from 'vitest';
import { expectParity, readGolden } from '../test/parity.js';
import { createHtNet } from './htnet.js';
import { createLearNet } from './learnet.js';
import { createMmNet } from './mmnet.js';
import { createOffApexNet } from './off-apex-net.js';
import { createRcnA } from './rcn-a.js';
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
});
