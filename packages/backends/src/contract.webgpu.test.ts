import { existsSync } from 'node:fs';
import '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { contract, contractTerms, runContractCase } from './contract.js';
import { useBackend } from './index.js';

// Without a graphics card, the one that Chromium emulates serves.
const swiftShader = '/usr/lib/chromium/vk_swiftshader_icd.json';
const driver = process.env['VK_ICD_FILENAMES'] ?? (existsSync(swiftShader) ? swiftShader : undefined);
if (driver !== undefined) process.env['VK_ICD_FILENAMES'] = driver;

describe.skipIf(driver === undefined)(
  'contract on webgpu in Node (skipped without VK_ICD_FILENAMES or Chromium)',
  () => {
    beforeAll(async () => {
      const { device, version } = await useBackend('webgpu');
      expect(device).not.toBe('');
      expect(version).toBe('4.22.0');
    });
    for (const item of contract) {
      const { tolerance, skip } = contractTerms('webgpu', item);
      it.skipIf(skip)(skip ? `${item.name} (skipped: ${skip})` : item.name, async () => {
        const { error, worst, leaked } = await runContractCase(item);
        expect(error, worst).toBeLessThanOrEqual(tolerance);
        expect(leaked).toBe(0);
      });
    }
  },
);
