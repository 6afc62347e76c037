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

    it('tells what is not a number from the largest and the smallest of few', async () => {
      const x = tf.tensor([1, Number.NaN, 2, 3, 4, 5, Number.NaN, 7, Number.POSITIVE_INFINITY, 0], [5, 2]);
      expect([...(await tf.max(x, 1).data())]).toEqual([Number.NaN, 3, 5, Number.NaN, Number.POSITIVE_INFINITY]);
      expect([...(await tf.min(x, 1).data())]).toEqual([Number.NaN, 2, 4, Number.NaN, 0]);
    });
  },
);
