import { useBackend } from '@mer/backends';
import { beforeAll, describe, it } from 'vitest';
import { checkNetwork } from '../test/check-network.js';
import { names } from '../test/networks.js';

/** Networks that the cpu backend runs on two samples: it is slow. */
const heavy: readonly string[] = ['dianet', 'fdp', 'tsfmicro', 'vgg19'];

describe.each(['cpu', 'wasm'] as const)('every network, narrow, on %s', (backend) => {
  beforeAll(async () => {
    await useBackend(backend);
  });

  it.each(names)('%s: shape, loss, a gradient for every weight; saves and loads; no tensors left', (name) =>
    checkNetwork(name, { batch: backend === 'cpu' && heavy.includes(name) ? 2 : 4 }),
  );
});
