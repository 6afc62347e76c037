import { useBackend } from '@mer/backends';
import { beforeAll, describe, it } from 'vitest';
import { checkLearning } from '../test/check-network.js';
import { checkSpottingLearning, spottingNames } from '../test/check-spotting.js';
import { names } from '../test/networks.js';

// The cpu backend takes minutes for all networks: with MER_CPU_TESTS=1. On webgpu they are learned in networks.webgpu.test.ts.
const quick = names.filter((name) => ['small-cnn', 'learnet'].includes(name));
const everywhere = process.env['MER_SLOW_TESTS'] === '1' || process.env['MER_CPU_TESTS'] === '1';

describe.each([
  ['wasm', names],
  ['cpu', everywhere ? names : quick],
] as const)('every network on %s', (backend, chosen) => {
  beforeAll(async () => {
    await useBackend(backend);
  });

  it.each(chosen)('%s learns 16 samples by heart', checkLearning, backend === 'cpu' ? 600_000 : undefined);
  it.each(backend === 'wasm' || everywhere ? spottingNames : (['sfamnet'] as const))(
    '%s learns 16 samples by heart',
    checkSpottingLearning,
    60_000,
  );
});
