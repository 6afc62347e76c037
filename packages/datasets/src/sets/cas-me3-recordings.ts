import { choice } from '@mer/options';
import type { AnnotationRow } from '../annotations/clip-record.js';
import { defineRecordings } from '../recordings/define-recordings.js';
import type { ExpressionRow } from '../recordings/recording-declaration.js';
import { casMe3, casMe3Corrections, casMe3Videos, readPartA } from './cas-me3.js';
import { partCRecordings, readPartC } from './cas-me3-c.js';

/** The definition of the whole videos of CAS(ME)^3. */
export const casMe3Recordings = /* @__PURE__ */ defineRecordings({
  name: 'cas-me3-recordings',
  dataset: 'cas-me3',
  title:
    'CAS(ME)^3, whole: part A with 3346 macro- and 860 micro-expressions in 956 of its 1300 videos; part C, 303 and 165 in one of each subject; 30 frames per second',
  paper: casMe3.paper!,
  fps: 30,
  layout: "'part_A/spNO.1/a/color/355.jpg', or for part C 'part_C/4/color/520.jpg'",
  corrections: casMe3Corrections,
  options: {
    part: choice('Which part: A, thirteen videos of each subject, or C, the mock crime.', ['A', 'C'], { default: 'A' }),
  },
  recognize: (look) => casMe3.recognize(look),
  async read(context) {
    const { folder, options } = context;
    if (options.part === 'C') {
      const rows = await readPartC(context, 'both');
      const recordings = [...(await partCRecordings(folder))].map(([subject, path]) => ({
        subject,
        recording: mockCrime,
        folder: path,
        dataset: 'cas-me3-c',
      }));
      return { kind: 'part C', rows: rows.map((row) => expressionOf(row, mockCrime)), recordings };
    }
    const rows = await readPartA(context);
    return {
      kind: 'part A',
      rows: rows.map((row) => expressionOf(row, (row.folder ?? row.clip).toLowerCase())),
      recordings: await casMe3Videos(folder),
    };
  },
});

/** The one recording of a subject of part C, named as in the workbook. */
const mockCrime = 'mockCrime';

function expressionOf(row: AnnotationRow, recording: string): ExpressionRow {
  const { label, ...extra } = row.extra ?? {};
  return { ...row, recording, kind: label === 'macro' ? 'macro' : 'micro', extra };
}
