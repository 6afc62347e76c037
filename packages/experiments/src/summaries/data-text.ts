import type { RunData } from '../run/run-data.js';

/** One line on what the samples were read from: `246 of 255 clips: 9 dropped (sadness 7, fear 2); 1 corrected`. */
export function dataText({ listed, used, leftOut, outside, assumedApexes, notes, annotationFiles }: RunData): string {
  const labels = Object.entries(outside).map(([label, n]) => `${label} ${n}`);
  const why = labels.length > 0 ? ` (outside of the classes: ${labels.join(', ')})` : '';
  const of = (severity: string) => notes.filter((note) => note.severity === severity).length;
  const counts: [number, string][] = [
    [of('corrected'), 'corrected'],
    [of('warning'), of('warning') === 1 ? 'warning' : 'warnings'],
    [assumedApexes, assumedApexes === 1 ? 'assumed apex' : 'assumed apexes'],
  ];
  const files = annotationFiles.map(({ file }) => file);
  return [
    leftOut > 0 ? `${used} of ${listed} clips: ${leftOut} dropped${why}` : `all ${used} clips`,
    ...counts.flatMap(([n, what]) => (n > 0 ? [`${n} ${what}`] : [])),
    ...(files.length > 0 ? [`read from ${files.join(', ')}`] : []),
  ].join('; ');
}

/** Whether there is anything to say: not of generated samples. */
export function saysSomething({ leftOut, notes, annotationFiles }: RunData): boolean {
  return leftOut > 0 || notes.length > 0 || annotationFiles.length > 0;
}
