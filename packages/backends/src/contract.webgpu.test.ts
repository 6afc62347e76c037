import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { softwareVulkan } from '../../../tools/software-vulkan.js';
import { contract, contractTerms, runContractCase } from './contract.js';
import { useBackend } from './index.js';

const driver = softwareVulkan();

describe.skipIf(driver === undefined)(
  'contract on webgpu in Node (skipped without VK_ICD_FILENAMES, or Chromium and libvulkan)',
  () => {
    beforeAll(async () => {
      const { device, version } = await useBackend('webgpu');
      expect(device).not.toBe('');
      // small tensors would be worked on by the processor: most of these
      tf.env().set('WEBGPU_CPU_FORWARD', false);
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
