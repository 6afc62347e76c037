import { axisX, text } from '@observablehq/plot';
import { expect, it } from 'vitest';
import { classScoresFigure } from './class-scores-figure.js';
import { confusionMatrixFigure } from './confusion-matrix-figure.js';
import { learningCurvesFigure, medianCurve } from './learning-curves-figure.js';
import { plotMarkup } from './plot-markup.js';
import { subjectAccuracyFigure } from './subject-accuracy-figure.js';
import { pageTheme } from './theme.js';
import { timelineFigure } from './timeline-figure.js';

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
  () => {
    const values = Array.from({ length: 4000 }, (_, i) => Math.sin(i / 40));
    const traces = [{ name: evil, first: 3, step: 2, values, threshold: 0.5 }];
    const found = [{ onset: 30, offset: 60, kind: 'micro' as const }];
    return timelineFigure(
      { fps: 30, frames: 9000, found, truth: [{ onset: 32, offset: 70 }], traces },
      { title: evil },
    );
  },
  () => timelineFigure({ fps: 30, frames: 90, found: [] }),
  () => classScoresFigure([{ name: evil, recall: 0, precision: 1, f1: 0.5, support: 3 }]),
];

it.each(all.map((make, i) => [i, make] as const))(
  'figure %i is one element, balanced, with all text escaped',
  (_, make) => {
    const svg = make();
    expect(svg).toMatch(/^<svg [^>]*>/);
    expect(svg).not.toMatch(/<script|<style|url\(|href|\son\w+=|\s(id|class)=/);
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

it('plotMarkup() escapes text, also what XML has no name for, and keeps lengths short', () => {
  const svg = plotMarkup({
    width: 300,
    height: 50,
    marks: [axisX([0, 1 / 3]), text(['a\u00a0<b>\u0001&amp;'], { frameAnchor: 'left', title: (name: string) => name })],
  }).text;
  expect(svg).toContain('>a\u00a0&#60;b&#62;\ufffd&#38;amp;<');
  expect(svg).not.toMatch(/\d\.\d\d+[ ,)"]/);
  expect(balanced(svg)).toBe(true);
});

it('learningCurvesFigure() draws a single epoch as dots, and the validation dashed', () => {
  const one = learningCurvesFigure([history(1), history(1)], { measure: 'loss' });
  expect(one.match(/<circle/g)).toHaveLength(3);
  const curves = learningCurvesFigure([history(5, { validationLoss: 1 })], { measure: 'loss' });
  expect(curves).not.toContain('<circle');
  expect(curves.match(/stroke-dasharray="6 4"/g)).toHaveLength(2);
});

it('figures have room for long names, and shorten those that are longer still', () => {
  const widthOf = (svg: string) => Number(svg.match(/ width="(\d+)"/)![1]);
  const classes = Array.from({ length: 8 }, (_, i) => `a class with a name that is long: ${i}`);
  const confusion = classes.map(() => classes.map(() => 3));
  const matrix = confusionMatrixFigure(confusion, { classes });
  expect(widthOf(matrix)).toBeLessThan(1100);
  expect(matrix).toContain('rotate(-35)');
  expect(confusionMatrixFigure(confusion, { classes: ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'] })).not.toContain(
    'rotate(-35',
  );
  const name = 'x'.repeat(90);
  const bars = classScoresFigure([{ name, recall: 0, precision: 1, f1: 0.5, support: 3 }]);
  expect(bars).toContain(`>${'x'.repeat(39)}…<`);
  expect(bars).toContain(`<title>${name}: recall 0.000</title>`);
  expect(widthOf(subjectAccuracyFigure([{ name, dataset: 'd', accuracy: 1, n: 1 }]))).toBeLessThan(700);
});

it('subjectAccuracyFigure() gives each of 68 subjects a row of its own, data sets apart', () => {
  const subjects = Array.from({ length: 68 }, (_, i) => ({
    name: `s${i}`,
    dataset: ['casme2', 'samm', 'smic'][i % 3]!,
    accuracy: (i % 7) / 7,
    n: 1 + (i % 5),
  }));
  const svg = subjectAccuracyFigure(subjects, { overall: 0.4 });
  const rows = [...svg.matchAll(/<text[^>]*transform="translate\([-\d.]+,([\d.]+)\)[^>]*>(s\d+|casme2|samm|smic)</g)];
  expect(rows).toHaveLength(71);
  const places = rows.map(([, y]) => Number(y)).sort((a, b) => a - b);
  expect(Math.min(...places.slice(1).map((y, i) => y - places[i]!))).toBeGreaterThan(12);
  expect(svg).toContain('<title>all samples: 40 %</title>');
});
