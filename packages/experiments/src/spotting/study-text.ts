import type { SpottingScore } from '@mer/metrics';
import type { StudyResult } from './run-study.js';

/** The scores of a study as lines of text. */
export function studyText({ study, scores, oracle, interval, chosen }: StudyResult): string {
  const { videos, quietVideos, ...kinds } = scores;
  const rows = [
    ['', 'TP', 'FP', 'FN', 'precision', 'recall', 'F1'],
    ...Object.entries(kinds).map(([kind, score]) => row(kind, score)),
    row('all, best options for the test subjects (not comparable)', oracle.all),
  ];
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((cells) => cells[column]!.length)));
  const lines = rows.map((cells) =>
    cells.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join('  '),
  );
  const subjects = Object.keys(chosen).length;
  const between = interval
    ? ` F1 of all: ${interval.estimate.toFixed(4)}, 95 % over subjects ${interval.lower.toFixed(4)} to ${interval.upper.toFixed(4)}.`
    : '';
  const open = Object.keys(study.choose);
  const how =
    open.length > 0 ? `${open.join(', ')} chosen on the training subjects by F1 of ${study.by}` : 'nothing chosen';
  const { weights } = study.spotter;
  const named = Object.values(weights ?? {}).filter((file) => !/\{(subject|number)\}/.test(file));
  return [
    `${study.spotter.name} on ${study.data.name}: ${videos} recordings (${quietVideos} without an expression) of ${subjects} subjects, leave one subject out; ${how}.${between}`,
    ...(named.length > 0
      ? [
          `All folds begin with ${named.join(', ')}: where test subjects were seen in making it, the scores are too good.`,
        ]
      : []),
    'A hit overlaps an expression of its kind by a half at least, one to one; counts are pooled over all recordings.',
    '',
    ...lines,
  ].join('\n');
}

const row = (name: string, { tp, fp, fn, precision, recall, f1 }: SpottingScore) => [
  name,
  ...[tp, fp, fn].map(String),
  ...[precision, recall, f1].map((value) => value.toFixed(4)),
];
