import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { experimentFolds, holdOutValidation, subjectsOf, testsSubjects } from './folds.js';

const samplesOf = (pairs: readonly (readonly [string, string])[]) =>
  pairs.map(([dataset, subject], i) => ({ dataset, subject, label: i % 3 }));

describe('experimentFolds()', () => {
  it('names folds after subjects, and with the data set where two sets share a name', () => {
    const samples = samplesOf([
      ['a', '1'],
      ['b', '1'],
      ['b', '2'],
    ]);
    expect(experimentFolds(samples, { name: 'leave-one-subject-out' }, 0).map(({ name }) => name)).toEqual([
      'a/1',
      'b/1',
      '2',
    ]);
  });

  it('tests nobody by the protocol all, and everybody is trained on', () => {
    const samples = samplesOf([
      ['a', '1'],
      ['b', '1'],
    ]);
    expect(experimentFolds(samples, { name: 'all' }, 0)).toEqual([{ name: '(all)', train: [0, 1], test: [] }]);
    expect([
      testsSubjects({ protocol: { name: 'all' } }),
      testsSubjects({ protocol: { name: 'leave-one-subject-out' } }),
    ]).toEqual([false, true]);
  });

  it('never has a subject on both sides, whatever the protocol', () => {
    const subject = fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.constantFrom('1', '2', '3', '4'));
    fc.assert(
      fc.property(fc.array(subject, { minLength: 2, maxLength: 60 }), fc.nat(), (pairs, seed) => {
        const samples = samplesOf(pairs);
        const subjects = subjectsOf(samples).length;
        fc.pre(subjects >= 2);
        const protocols = [
          { name: 'leave-one-subject-out' as const },
          { name: 'stratified-group-k-fold', folds: 2 },
          { name: 'subject-hold-out', fraction: 0.3 },
        ];
        for (const protocol of protocols) {
          for (const { train, test } of experimentFolds(samples, protocol, seed)) {
            const held = new Set(subjectsOf(samples, test));
            expect(subjectsOf(samples, train).some((name) => held.has(name))).toBe(false);
            expect(new Set([...train, ...test]).size).toBe(samples.length);
          }
        }
      }),
    );
  });
});

describe('holdOutValidation()', () => {
  it('divides the training part by subject and touches nothing else', () => {
    const samples = samplesOf(Array.from({ length: 40 }, (_, i) => ['x', String(i % 10)] as const));
    const train = samples.map((_, i) => i).filter((i) => samples[i]!.subject !== '3');
    const parts = holdOutValidation(samples, train, { fraction: 0.25, key: [0, '3'] });
    expect([...parts.train, ...parts.validation].sort((a, b) => a - b)).toEqual(train);
    expect(subjectsOf(samples, parts.validation)).toHaveLength(2);
    expect(subjectsOf(samples, parts.validation)).not.toContain('x/3');
    expect(holdOutValidation(samples, train, { fraction: 0.25, key: [0, '3'] })).toEqual(parts);
  });
});
