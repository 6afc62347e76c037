import { expect, it } from 'vitest';
import { classScoresFigure } from './class-scores-figure.js';
import { confusionMatrixFigure } from './confusion-matrix-figure.js';
import { learningCurvesFigure, medianCurve } from './learning-curves-figure.js';
import { subjectAccuracyFigure } from './subject-accuracy-figure.js';
import { pageTheme } from './theme.js';

const evil = `</text><script>alert("1")</script>&'`;
const history = (epochs: number, more: object = {}) =>
  Array.from({ length: epochs }, (_, i) => ({
    epoch: i + 1,
    loss: 1 / (i + 1),
    accuracy: 0.5,
    learningRate: 1,
    ...more,
  }));

const all = [
  () =>
    confusionMatrixFigure(
      [
        [3, 1],
        [0, 0],
      ],
      { classes: [evil, 'b'], title: evil },
    ),
  () => learningCurvesFigure([history(3), history(5)], { measure: 'loss', title: evil }),
  () => learningCurvesFigure([history(1, { validationAccuracy: 0.4 })], { measure: 'accuracy' }),
  () =>
    subjectAccuracyFigure(
      [
        { name: evil, dataset: evil, accuracy: 0, n: 1 },
        { name: 'b', dataset: 'c', accuracy: 1, n: 2 },
      ],
      { overall: 0.5 },
    ),
  () => classScoresFigure([{ name: evil, recall: 0, precision: 1, f1: 0.5, support: 3 }]),
];

it.each(all.map((make, i) => [i, make] as const))(
  'figure %i is one element, balanced, with all text escaped',
  (_, make) => {
    const svg = make();
    expect(svg).toMatch(/^<svg [^>]*>/);
    expect(svg).not.toContain('<script');
    expect(svg).not.toMatch(/NaN|undefined|Infinity/);
    expect(balanced(svg)).toBe(true);
    expect(make()).toBe(svg);
  },
);

/** Whether every tag is closed in its turn: what XML asks for. */
function balanced(xml: string): boolean {
  const open: string[] = [];
  for (const [, close, name, , self] of xml.matchAll(/<(\/?)([a-z]+)((?:\s[a-zA-Z0-9-]+="[^"<]*")*)\s*(\/?)>/g)) {
    if (close) {
      if (open.pop() !== name) return false;
    } else if (!self) open.push(name!);
  }
  return open.length === 0 && !/<(?!\/?[a-z]+[\s>/])/.test(xml);
}

it('confusionMatrixFigure() shows counts and shares of the row, and none for a class without samples', () => {
  const svg = confusionMatrixFigure(
    [
      [3, 1],
      [0, 0],
    ],
    { classes: ['a', 'b'] },
  );
  expect(svg).toContain('>75 %<');
  expect(svg).toContain('>n = 0<');
  expect(svg.match(/>–</g)).toHaveLength(2);
  expect(() => confusionMatrixFigure([[1]], { classes: ['a', 'b'] })).toThrow('must be 2 by 2');
});

it('the theme of pages has no color of its own', () => {
  expect(confusionMatrixFigure([[1]], { classes: ['a'], theme: pageTheme })).not.toMatch(/#[0-9a-f]{6}/);
  expect(confusionMatrixFigure([[1]], { classes: ['a'] })).toContain('fill="#ffffff"');
});

it('learningCurvesFigure() stays small for many long folds', () => {
  const histories = Array.from({ length: 204 }, () => history(800));
  expect(learningCurvesFigure(histories, { measure: 'loss' }).length).toBeLessThan(300_000);
  expect(() => learningCurvesFigure([[]], { measure: 'loss' })).toThrow('none has');
});

it('medianCurve() takes the folds that have trained so long', () => {
  const curve = medianCurve([
    [
      { epoch: 1, value: 1 },
      { epoch: 2, value: 5 },
    ],
    [{ epoch: 1, value: 3 }],
  ]);
  expect(curve).toEqual([
    { epoch: 1, value: 2 },
    { epoch: 2, value: 5 },
  ]);
});
