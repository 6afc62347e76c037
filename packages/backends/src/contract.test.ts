import '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { contract, contractTerms, runContractCase } from './contract.js';
import { useBackend } from './index.js';

for (const backend of ['cpu', 'wasm'] as const) {
  describe(`contract on ${backend}`, () => {
    beforeAll(async () => {
      await useBackend(backend);
    });
    for (const item of contract) {
      const { tolerance, skip } = contractTerms(backend, item);
      it.skipIf(skip)(skip ? `${item.name} (skipped: ${skip})` : item.name, async () => {
        const { error, worst, leaked } = await runContractCase(item);
        expect(error, worst).toBeLessThanOrEqual(tolerance);
        expect(leaked).toBe(0);
      });
    }
  });
}
