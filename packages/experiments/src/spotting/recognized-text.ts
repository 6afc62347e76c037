import type { RecognizedStudy } from './recognize-study.js';

/** The scores of spot-then-recognize as lines of text. */
export function recognizedText({ run, classes, scores, recordings }: RecognizedStudy): string {
  const number = (value: number) => value.toFixed(4);
  const score = [
    ['', 'F1 spotting', 'hits', 'F1 recognition', 'UF1', 'UAR', 'STRS'],
    ...Object.entries(scores).map(([kind, { strs, spotting, recognition }]) => [
      kind,
      number(spotting.f1),
      String(recognition.samples),
      ...[recognition.f1, recognition.uf1, recognition.recall, strs].map(number),
    ]),
  ];
  const video = [
    ['recording', 'expressions', 'spotted', 'hits', 'right class'],
    ...recordings.map(({ subject, recording, expressions, spotted, hits, right }) => [
      `${subject}/${recording}`,
      ...[expressions, spotted, hits, right].map(String),
    ]),
  ];
  return [
    `Recognized by ${run}, each subject by the fold that has not seen them; ${classes.length} classes: ${classes.join(', ')}.`,
    'STRS: F1 of spotting times F1 of recognition, that being 2PR / (P + R) of mean precision and recall over the classes, of hits that have one of them.',
    '',
    ...columns(score),
    '',
    ...columns(video),
  ].join('\n');
}

/** Rows under each other, the first column to the left. */
function columns(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((cells) => cells[column]!.length)));
  return rows.map((cells) =>
    cells.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join('  '),
  );
}
