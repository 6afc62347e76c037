import { existsSync } from 'node:fs';
import '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { contract, contractTerms, runContractCase } from './contract.js';
import { useBackend } from './index.js';

const swiftShader = '/usr/lib/chromium/vk_swiftshader_icd.json';
if (process.env['VK_ICD_FILENAMES'] === undefined && existsSync(swiftShader)) {
  process.env['VK_ICD_FILENAMES'] = swiftShader;
}

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
