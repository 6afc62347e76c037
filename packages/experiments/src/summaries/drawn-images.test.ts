import { describe, expect, it } from 'vitest';
import type { FoldPredictions } from '../run/run-store.js';
import { parseExperiment } from '../schema/parse.js';
import { drawnText } from './drawn-images.js';
import { summarize } from './summary.js';
import { summaryText } from './summary-text.js';

const experiment = parseExperiment({
  name: 'drawing',
  data: { name: 'synthetic' },
  inputs: [{ steps: ['dynamic-image'] }],
  model: { name: 'small-cnn' },
  training: { epochs: 1 },
  seeds: [0, 1],
});

/** A fold of one subject, whose images have these qualities; none where there are none. */
const fold = (seed: number, subject: string, qualities: readonly (readonly [number, number] | null)[]) => {
  const predictions = qualities.map((quality, i) => ({
    ...{ id: `x/${subject}/${i}`, dataset: 'x', subject, clip: String(i), truth: i % 2, predicted: 0, logits: [1, 0] },
    ...(quality && { drawn: { psnr: quality[0], ssim: quality[1] } }),
  }));
  const about = { fold: subject, seed, epochChoice: 'last', epoch: 1, trained: 1, validationSubjects: [] };
  return { ...about, predictions } satisfies FoldPredictions;
};
const options = { experiment, classes: ['p', 'q'], backend: 'cpu', totalFolds: 4 };

describe('images that a network draws', () => {
  it('are means over clips, then over seeds', () => {
    const folds = [
      fold(0, 'a', [
        [20, 0.5],
        [22, 0.7],
        [24, 0.6],
      ]),
      fold(0, 'b', [[30, 1]]),
      fold(1, 'a', [
        [21, 0.5],
        [21, 0.5],
        [21, 0.5],
      ]),
      fold(1, 'b', [[21, 0.5]]),
    ];
    const summary = summarize(folds, options);
    expect(summary.drawn).toEqual({
      n: 4,
      psnr: { mean: 22.5, std: expect.closeTo(Math.SQRT1_2 * 3, 12) },
      ssim: { mean: expect.closeTo(0.6, 12), std: expect.closeTo(Math.SQRT1_2 * 0.2, 12) },
    });
    expect(summaryText(summary)).toMatch(
      /drawn images {2}PSNR 22\.50 ± 2\.12 dB, SSIM 0\.600 ± 0\.141 \(4 images against their targets\)/,
    );
  });

  it('count where they were measured, and are not told where none was', () => {
    const some = summarize([fold(0, 'a', [[20, 0.5], null]), fold(0, 'b', [null, [40, 0.7]])], options);
    expect(drawnText(some.drawn!)).toBe('PSNR 30.00 dB, SSIM 0.600 (2 images against their targets)');
    const none = summarize([fold(0, 'a', [null]), fold(0, 'b', [null])], options);
    expect(none).not.toHaveProperty('drawn');
    expect(summaryText(none)).not.toContain('drawn');
  });
});
