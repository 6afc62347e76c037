import '@tensorflow/tfjs-layers';
import { rehearse, useBackend } from '@mer/backends';
import { createModel, type ModelName } from '@mer/models';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { gradientStep } from './gradient-step.js';
import { type MemoryStrategy, memoryStrategyText } from './memory-strategy.js';

interface Heap {
  _malloc(bytes: number): number;
  _free(address: number): void;
}

/** The most bytes that are live at a time while something runs on the wasm backend itself. */
function measured(run: () => void): number {
  const { wasm } = tf.backend() as unknown as { wasm: Heap };
  const { _malloc: malloc, _free: free } = wasm;
  const sizes = new Map<number, number>();
  let [live, peak] = [0, 0];
  wasm._malloc = (bytes) => {
    const at = malloc(bytes);
    sizes.set(at, bytes);
    live += bytes;
    peak = Math.max(peak, live);
    return at;
  };
  wasm._free = (at) => {
    live -= sizes.get(at) ?? 0;
    sizes.delete(at);
    free(at);
  };
  try {
    tf.tidy(run);
  } finally {
    Object.assign(wasm, { _malloc: malloc, _free: free });
  }
  expect(live).toBe(0);
  return peak;
}

/** Makes a network and takes a step. */
function step(name: ModelName, strategy: MemoryStrategy): void {
  const model = createModel(name, { preset: 'small', classes: 3, seed: 5 } as never);
  const inputs = model.inputs.map(({ shape }) => tf.ones([4, ...(shape.slice(1) as number[])]));
  const classes = tf.cast(tf.oneHot(tf.tensor1d([0, 1, 2, 0], 'int32'), 3), 'float32') as tf.Tensor2D;
  gradientStep(
    model,
    inputs,
    { classes, images: [] },
    {
      loss: { name: 'cross-entropy', labelSmoothing: 0 },
      strategy,
      onGradient: (_variable, gradient) => gradient.dispose(),
    },
  );
  model.dispose();
}

const strategies: MemoryStrategy[] = [
  { name: 'plain' },
  { name: 'releasing' },
  { name: 'fused' },
  { name: 'recomputing', stretches: 4, parts: 2 },
];

describe('the rehearsal of a training step', () => {
  beforeAll(() => useBackend('wasm'));

  it.each(['ststnet', 'htnet', 'mmnet', 'resnet18', 'densenet121', 'vit-b16'] as const)(
    'says to the byte what the step of %s takes',
    (name) => {
      for (const strategy of strategies) {
        const peak = measured(() => step(name, strategy));
        const foreseen = rehearse((memory) => {
          tf.tidy(() => step(name, strategy));
          const { tensors, scratch } = memory.takePeak();
          return tensors + scratch;
        });
        expect(foreseen, memoryStrategyText(strategy)).toBe(peak);
      }
    },
  );
});
