import { describe, expect, it } from 'vitest';
import { scoresCsv } from '../report/csv.js';
import { parseExperiment } from '../schema/parse.js';
import { contextOf } from './context.js';
import { startOf } from './start-text.js';
import { summarize } from './summary.js';
import { summaryText } from './summary-text.js';

const experimentOf = (model: object) =>
  parseExperiment({
    name: 'begun',
    data: { name: 'synthetic' },
    model: { name: 'small-cnn', ...model },
    training: { epochs: 1 },
  });
const start = { paper: 'ImageNet weights of ResNet-18' };
const stage = { name: 'macro', dataset: 'mmew-macro', samples: 900, subjects: 30, shared: 1, data: {} as never };

describe('where a run began', () => {
  it('is in its text, in every row of its CSV, and in what captions tell, where it lacks the start of its paper', () => {
    const experiment = experimentOf({ start });
    const predictions = [
      { id: 'x/a/1', dataset: 'x', subject: 'a', clip: '1', truth: 0, predicted: 0, logits: [1, 0] },
      { id: 'x/b/1', dataset: 'x', subject: 'b', clip: '1', truth: 1, predicted: 0, logits: [1, 0] },
    ];
    const fold = { fold: 'a', seed: 0, epochChoice: 'last', epoch: 1, trained: 1, validationSubjects: [], predictions };
    const summary = summarize([fold], { experiment, classes: ['p', 'q'], backend: 'cpu', totalFolds: 1 });
    const lacks = 'random weights, not from ImageNet weights of ResNet-18 as the paper does';
    expect(summaryText(summary).match(new RegExp(lacks, 'g'))!.length).toBe(2);
    expect(contextOf(summary)).toContain(`; start: ${lacks}`);
    const results = scoresCsv({ summary })
      .split('\n')
      .filter((line) => line.startsWith('result'));
    expect(results.length).toBeGreaterThan(0);
    for (const line of results) expect(line).toContain(`start: ${lacks}`);
    // weights that were given have no start of their own
    const given = summarize([{ ...fold, epochChoice: 'given' }], {
      experiment,
      classes: ['p', 'q'],
      backend: 'cpu',
      totalFolds: 1,
    });
    expect(given.start).toBeUndefined();
  });

  it('is told in words', () => {
    expect(startOf(experimentOf({}))).toBeUndefined();
    expect(startOf(experimentOf({ weights: 'runs/mine/net.pth' }))).toEqual({ text: 'start: net.pth', lacks: false });
    const trained = { name: 'macro', training: { epochs: 1 } };
    const staged = (settings: object) => ({ ...experimentOf({ start }), stages: [settings] as never });
    expect(startOf(staged(trained), [stage])!.lacks).toBe(true);
    expect(startOf(staged({ ...trained, data: { name: 'mmew-macro' } }), [stage])).toEqual({
      text: 'start: random weights, then stage macro (mmew-macro: 900 samples of 30 subjects, of whom 1 is in the data of the experiment, and left out where a fold tests them); the paper: ImageNet weights of ResNet-18',
      lacks: false,
    });
    expect(startOf(experimentOf({}), [{ ...stage, shared: 0 }])!.text).toContain(
      'none of whom is in the data of the experiment',
    );
  });
});
