import { useBackend } from '@mer/backends';
import '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { softwareVulkan } from '../../../tools/software-vulkan.js';
import { checkLearning, checkNetwork, firstLosses } from '../test/check-network.js';
import { checkSpottingLearning, spottingNames } from '../test/check-spotting.js';
import { worstRelativeDifference } from '../test/compare.js';
import { names } from '../test/networks.js';
import type { ModelName } from './index.js';

const driver = softwareVulkan();

// An emulated card takes most of its time to compile: 10 to 25 seconds per network. All run with MER_SLOW_TESTS=1 or MER_WEBGPU_TESTS=1.
const all = process.env['MER_SLOW_TESTS'] === '1' || process.env['MER_WEBGPU_TESTS'] === '1';
const chosen: readonly ModelName[] = all ? names : ['ststnet'];

// Of 4 samples these end on so few places that batch norm divides by what is left of rounding: in the third loss of resnet50 even cpu and wasm differ by
// 0.4. It has gradients so steep besides that Adam's steps part the backends after two, though the gradients are equal to 1e-4 in all layers.
const steps: Partial<Record<ModelName, { batch: number; descent?: boolean }>> = {
  densenet121: { batch: 16 },
  resnet50: { batch: 16, descent: true },
};

describe.skipIf(driver === undefined)(
  'networks on webgpu in Node (skipped without VK_ICD_FILENAMES, or Chromium and libvulkan)',
  () => {
    const expected = new Map<ModelName, number[]>();

    beforeAll(async () => {
      await useBackend('wasm');
      for (const name of chosen) expected.set(name, await firstLosses(name, steps[name]));
      await useBackend('webgpu');
    });

    // outputs of a model and of its saved copy differed in the seventh digit on an emulated card, for most networks; the weights are equal
    it.each(chosen)('%s: shape, loss, a gradient for every weight; saves and loads; no tensors left', (name) =>
      checkNetwork(name, { batch: 2, tolerance: 1e-5 }),
    );

    // minutes per network on an emulated card
    it.each(all ? names : [])('%s learns 16 samples by heart', (name) => checkLearning(name), 1_200_000);
    it.each(all ? spottingNames : [])('%s learns 16 samples by heart', checkSpottingLearning, 1_200_000);

    it.each(chosen)('%s takes the first steps of training as on wasm', async (name) => {
      expect(worstRelativeDifference(await firstLosses(name, steps[name]), expected.get(name))).toBeLessThan(1e-3);
    });
  },
);
