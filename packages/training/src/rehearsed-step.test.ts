import '@tensorflow/tfjs-layers';
import { rehearse, useBackend } from '@mer/backends';
import { createModel, type ModelName } from '@mer/models';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { measureHeap } from '../../backends/test/measure-heap.js';
import { gradientStep } from './gradient-step.js';
import { type MemoryStrategy, memoryStrategyText } from './memory-strategy.js';

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
        const { peak, left } = measureHeap(() => step(name, strategy));
        expect(left).toBe(0);
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
