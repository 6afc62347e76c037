import { recomputed } from '@mer/backends';
import { planSegments, type RunModelOptions, type Segment } from '@mer/models';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { type BatchRows, within } from './batch-rows.js';
import type { MemoryStrategy } from './memory-strategy.js';

/** Where a network is cut, and how its stretches run once more in the reverse pass. */
export function recomputing(
  model: LayersModel,
  strategy: Extract<MemoryStrategy, { name: 'recomputing' }>,
  { rows, from }: { rows: BatchRows | undefined; from: number | undefined },
): Pick<RunModelOptions, 'cuts' | 'around'> {
  const around = ({ inputs, batch, variables, separable, run }: Segment) =>
    recomputed((part, { again, rows: some }) => run(part, { again, rows: within(rows, some) }), {
      inputs,
      batch,
      variables,
      parts: separable ? strategy.parts : 1,
    });
  return { cuts: planSegments(model, strategy.stretches, { from }), around };
}
