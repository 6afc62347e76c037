import { leaveOneDatasetOut } from './leave-one-dataset-out.js';
import { leaveOneSubjectOut } from './leave-one-subject-out.js';
import type { Fold, LabeledSample } from './samples.js';
import { type StratifiedGroupKFoldOptions, stratifiedGroupKFold } from './stratified-group-k-fold.js';
import { type SubjectHoldOutOptions, subjectHoldOut } from './subject-hold-out.js';

/** What every protocol is: samples in, folds out; each takes the options that concern it. */
export type Protocol = (
  samples: readonly LabeledSample[],
  options?: StratifiedGroupKFoldOptions & SubjectHoldOutOptions,
) => Fold[];

/**
 * All protocols by name, for experiments as data. Each is also a direct import.
 *
 * @example
 * ```ts
 * import { protocols } from '@mer/metrics';
 *
 * const folds = protocols['leave-one-subject-out']([{ subject: 'a' }, { subject: 'b' }]);
 * console.log(folds.map(({ name }) => name)); // [ 'a', 'b' ]
 * ```
 */
export const protocols = Object.freeze({
  /** See {@link leaveOneSubjectOut}. */
  'leave-one-subject-out': leaveOneSubjectOut,
  /** See {@link leaveOneDatasetOut}. */
  'leave-one-dataset-out': leaveOneDatasetOut,
  /** See {@link stratifiedGroupKFold}. */
  'stratified-group-k-fold': stratifiedGroupKFold,
  /** See {@link subjectHoldOut}. */
  'subject-hold-out': subjectHoldOut,
}) satisfies Readonly<Record<string, Protocol>>;
