/**
 * How a training step holds less memory.
 *
 * | name | what is kept for the reverse pass |
 * | --- | --- |
 * | `plain` | what tfjs keeps: every tensor and every gradient until the step ends |
 * | `releasing` | what gradients read, each tensor until its last reader has run |
 * | `fused` | of a convolution, its batch norm, sum and rectifier one tensor; the others are made again |
 * | `recomputing` | what crosses from one of `stretches` stretches of the network to the next, each of which runs once more; where samples do not depend on each other in `parts` parts of the batch |
 *
 * `microBatch`: so many samples at a time, whose gradients are added up. Exact where samples do not depend on each other; batch statistics are those of a
 * micro-batch.
 */
export type MemoryStrategy = (
  | { name: 'plain' | 'releasing' | 'fused' }
  | { name: 'recomputing'; stretches: number; parts: number }
) & { microBatch?: number | undefined };

/** The names of {@link MemoryStrategy}, from most memory to least. */
export const MEMORY_STRATEGIES = ['plain', 'releasing', 'fused', 'recomputing'] as const;

/**
 * A strategy in words.
 *
 * @param strategy - how a training step holds less memory
 * @returns a few words
 *
 * @example
 * ```ts
 * import { memoryStrategyText } from '@mer/training';
 *
 * console.log(memoryStrategyText({ name: 'recomputing', stretches: 6, parts: 4 })); // 'recomputing 6 stretches in 4 parts of the batch'
 * ```
 */
export function memoryStrategyText(strategy: MemoryStrategy): string {
  const { name, microBatch } = strategy;
  const words = [strategy.name === 'recomputing' ? `${name} ${strategy.stretches} stretches` : name];
  if (strategy.name === 'recomputing' && strategy.parts > 1) words.push(`in ${strategy.parts} parts of the batch`);
  if (microBatch !== undefined) words.push(`micro-batches of ${microBatch}`);
  return words.join(microBatch === undefined ? ' ' : ', ');
}
