import { type Fold, foldOf, type SubjectSample, subjectsToSplit } from './samples.js';

/**
 * Leave-one-subject-out (LOSO): one fold per subject, tested on all of that subject's samples, trained on all others.
 *
 * A subject is the pair (data set, subject id), so ids that repeat in a composite set stay apart. Folds come in order of
 * first appearance and are named by {@link subjectKey}. Pool the predictions of all folds before scoring.
 *
 * @throws TypeError for a sample without subject or with an unusable data set.
 * @throws RangeError for an empty list or fewer than two subjects.
 *
 * @example
 * ```ts
 * import { leaveOneSubjectOut } from '@mer/metrics';
 *
 * const folds = leaveOneSubjectOut([{ subject: 'a' }, { subject: 'b' }, { subject: 'a' }]);
 * console.log(folds[0]); // { name: 'a', train: [ 1 ], test: [ 0, 2 ] }
 * console.log(folds.length); // 2
 * ```
 */
export function leaveOneSubjectOut(samples: readonly SubjectSample[]): Fold[] {
  const subjects = subjectsToSplit(samples, 'leave one subject out');
  return Array.from(subjects, ([name, test]) => foldOf(name, test, samples.length));
}
