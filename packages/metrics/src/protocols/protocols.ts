import { integer, number, partsByName } from '@mer/options';
import { defineProtocol } from './define-protocol.js';
import { leaveOneDatasetOut } from './leave-one-dataset-out.js';
import { leaveOneSubjectOut } from './leave-one-subject-out.js';
import type { Fold, LabeledSample } from './samples.js';
import { stratifiedGroupKFold } from './stratified-group-k-fold.js';
import { subjectHoldOut } from './subject-hold-out.js';

/** Folds named after the subject alone, where no two data sets have one of that name. */
function shortlyNamed(folds: readonly Fold[], samples: readonly LabeledSample[]): Fold[] {
  const subjects = folds.map(({ test }) => samples[test[0]!]!.subject);
  return folds.map((fold, i) => {
    const subject = subjects[i]!;
    return subjects.indexOf(subject) === subjects.lastIndexOf(subject) ? { ...fold, name: subject } : fold;
  });
}

/**
 * All protocols by name, for experiments as data. Each is also a direct import.
 *
 * @example
 * ```ts
 * import { protocols } from '@mer/metrics';
 *
 * const folds = protocols['leave-one-subject-out'].split([{ subject: 'a' }, { subject: 'b' }], {}, { seed: 0 });
 * console.log(folds.map(({ name }) => name)); // [ 'a', 'b' ]
 * ```
 */
export const protocols = /* @__PURE__ */ partsByName([
  /* @__PURE__ */ defineProtocol({
    name: 'leave-one-subject-out',
    title: 'Each subject is tested once, by a network that never saw it',
    paper: null,
    options: {},
    split: (samples) => shortlyNamed(leaveOneSubjectOut(samples), samples),
  }),
  /* @__PURE__ */ defineProtocol({
    name: 'leave-one-dataset-out',
    title: 'Each data set is tested once',
    paper: null,
    options: {},
    split: (samples) => leaveOneDatasetOut(samples),
  }),
  /* @__PURE__ */ defineProtocol({
    name: 'stratified-group-k-fold',
    title: 'k folds of whole subjects with like class counts',
    paper: 'the greedy rule of scikit-learn’s StratifiedGroupKFold',
    options: { folds: integer('Number of folds.', { min: 2, default: 5 }) },
    split: (samples, { folds }, { seed }) => stratifiedGroupKFold(samples, { folds, seed }),
  }),
  /* @__PURE__ */ defineProtocol({
    name: 'subject-hold-out',
    title: 'Some subjects are tested, once',
    paper: null,
    options: { fraction: number('Share of the subjects that are tested.', { above: 0, below: 1, default: 0.2 }) },
    split: (samples, { fraction }, { seed }) => subjectHoldOut(samples, { fraction, seed }),
  }),
  /* @__PURE__ */ defineProtocol({
    name: 'all',
    title: 'Everybody is trained on and nobody tested: the one network to ship, without a score of its own',
    paper: null,
    options: {},
    tests: false,
    split: (samples) => [{ name: '(all)', train: samples.map((_, i) => i), test: [] }],
  }),
]);
