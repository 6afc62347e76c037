import { expect, it } from 'vitest';
import { uar } from './uar.js';
import { uf1 } from './uf1.js';

const both = { truth: [0, 0, 1, 1], predicted: [0, 1, 1, 1], classes: 3 };

it('uf1() and uar() count a class absent from truth and prediction as `absent` says', () => {
  const present = [2 / 3, 4 / 5];
  expect(uf1(both)).toBeCloseTo((present[0]! + present[1]!) / 3, 12);
  expect(uf1(both, { absent: 1 })).toBeCloseTo((present[0]! + present[1]! + 1) / 3, 12);
  expect(uf1(both, { absent: 'skip' })).toBeCloseTo((present[0]! + present[1]!) / 2, 12);
  expect(uar(both, { absent: 'skip' })).toBeCloseTo(0.75, 12);
  expect(() => uf1(both, { absent: 2 })).toThrow(/absent must be a number from 0 to 1 or 'skip': current value is 2/);
});

it('uf1() gives a class that is predicted but never true an F1 of 0, whatever `absent` says; its recall is undefined', () => {
  const extra = { truth: [0, 0, 1, 1], predicted: [0, 2, 1, 1], classes: 3 };
  expect(uf1(extra, { absent: 'skip' })).toBeCloseTo((2 / 3 + 1 + 0) / 3, 12);
  expect(uar(extra)).toBeCloseTo((0.5 + 1 + 0) / 3, 12);
  expect(uar(extra, { absent: 'skip' })).toBeCloseTo(0.75, 12);
});

it('takes names, indices, a mixture, and typed arrays alike', () => {
  const classes = ['negative', 'positive'];
  const expected = uf1({ truth: [0, 0, 1, 1], predicted: [0, 1, 1, 1], classes });
  expect(uf1({ truth: ['negative', 0, 1, 'positive'], predicted: Int32Array.of(0, 1, 1, 1), classes })).toBe(expected);
});

it('rejects unknown labels, unequal lists, no samples and unusable classes, naming the culprit', () => {
  const classes = ['negative', 'positive'];
  expect(() => uf1({ truth: [0, 2], predicted: [0, 0], classes })).toThrow(
    /truth\[1\] must be .* negative, positive: .* 2/,
  );
  expect(() => uf1({ truth: [0], predicted: ['happy'], classes })).toThrow(/predicted\[0\].*"happy"/);
  expect(() => uf1({ truth: [0], predicted: [0, 1], classes })).toThrow(/as long as truth \(1\): current value is 2/);
  expect(() => uf1({ truth: [], predicted: [], classes })).toThrow(/at least one sample/);
  expect(() => uf1({ truth: [0], predicted: [0], classes: 0 })).toThrow(/class count/);
  expect(() => uf1({ truth: [0], predicted: [0], classes: [] })).toThrow(/non-empty array/);
  expect(() => uf1({ truth: [0], predicted: [0], classes: ['a', 'a'] })).toThrow(/every name must occur once/);
  expect(() => uf1({ confusion: [[1, 2]] })).toThrow(/must be 1 by 1/);
  expect(() =>
    uf1({
      confusion: [
        [1, -2],
        [0, 1],
      ],
    }),
  ).toThrow(/confusion\[0\]\[1\]/);
});
