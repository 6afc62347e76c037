import { useBackend } from '@mer/backends';
import { beforeAll, describe, it } from 'vitest';
import { checkLearning } from '../test/check-network.js';
import { names } from '../test/networks.js';

describe('every network', () => {
  beforeAll(async () => {
    await useBackend('wasm');
  });

  it.each(names)('%s learns 16 samples by heart', checkLearning);
});
