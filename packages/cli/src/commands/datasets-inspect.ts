import { useBackend } from '@mer/backends';
import {
  type AnnotationSummary,
  type DatasetInspection,
  formatNote,
  type ImageCheck,
  inspectFolder,
  type OpenDatasetOptions,
  openDataset,
  type RecordingSummary,
  type Summary,
} from '@mer/datasets';
import { type ApexStudy, scoreApexes, setValue } from '@mer/experiments';
import { visible } from '@mer/options';
import { UsageError } from '../errors.js';
import { interruptible } from '../interrupt.js';
import { print, printJson, terminal } from '../output.js';
import { ownParts } from '../own-parts.js';
import { createCounter } from '../progress.js';
import { table } from '../table.js';

interface Options {
  set: string[];
  use: string[];
  images: 'none' | 'check' | 'decode';
  apex?: boolean;
  json?: boolean;
}

/** `mer datasets inspect <name> [dir]` */
export async function datasetsInspect(
  name: string,
  dir: string | undefined,
  { set, use, images, apex, json }: Options,
): Promise<void> {
  const options = set.reduce<unknown>(setValue, {}) as Record<string, unknown>;
  const { parts } = await ownParts(use);
  const counter = createCounter(terminal, 'looked at the pictures of', 'samples');
  let inspection: DatasetInspection;
  try {
    inspection = await inspectFolder(name, { ...options, root: dir, parts }, { images, onProgress: counter.show });
  } catch (cause) {
    if (cause instanceof TypeError || cause instanceof RangeError) throw new UsageError(cause.message, { cause });
    throw cause;
  } finally {
    counter.end();
  }
  const apexes = apex ? await spottedApexes(name, { ...options, root: dir, parts }) : undefined;
  if (json) printJson(apexes ? { ...inspection, apexes } : inspection);
  else print(`${[describe(inspection), ...(apexes ? ['', ...describeApexes(apexes)] : [])].join('\n')}\n`);
  if (inspection.notes.some(({ severity }) => severity === 'error')) process.exitCode = 1;
}

/** How well apexes are spotted in the clips of a data set that have one annotated. */
async function spottedApexes(name: string, options: OpenDatasetOptions): Promise<ApexStudy> {
  await useBackend('auto');
  const dataset = await openDataset(name, options);
  if (dataset.kind !== 'clips') {
    throw new UsageError(`Cannot spot apexes in ${name} as it must be a data set of clips: it has ${dataset.kind}`);
  }
  const counter = createCounter(terminal, 'spotted the apex of', 'clips');
  try {
    return await interruptible('stopped', (signal) =>
      scoreApexes(dataset, { size: 224, onProgress: counter.show, signal }),
    );
  } finally {
    counter.end();
  }
}

function describeApexes({ clips, left, ways }: ApexStudy): string[] {
  const rows = Object.entries(ways).map(([way, scores]) => {
    const { meanAbsoluteError, medianAbsoluteError, milliseconds, spottingRate } = scores;
    const time = Number.isNaN(milliseconds) ? '-' : milliseconds.toFixed(1);
    return [way, meanAbsoluteError.toFixed(2), medianAbsoluteError.toFixed(1), time, spottingRate.toFixed(4)];
  });
  return [
    `spotted apexes beside the annotated ones: ${clips} clips${left > 0 ? `, ${left} without an apex between onset and offset` : ''}`,
    ...table([['way', 'mean error, frames', 'median', 'ms', 'ASR'], ...rows]),
  ];
}

function describe(inspection: DatasetInspection): string {
  const { name, kind, n, subjects, classes, perClass, perDataset, perSubject, annotations, images, notes } = inspection;
  const { annotationFiles, clips, recordings } = inspection;
  // of recordings, classes are the kinds of the expressions in them
  const counted = recordings ? 'expressions' : 'clips';
  const many = recordings ? 'recordings' : 'n';
  const sets = Object.entries(perDataset);
  const counts = (entry: Record<string, number>) => classes.map((label) => String(entry[label] ?? 0));
  const lines = [`${visible(name)}: ${n} ${kind}, ${subjects} subjects, ${classes.length} classes`];
  for (const { dataset, file, rows, sha256 } of annotationFiles) {
    const of = dataset === name ? '' : `${dataset}: `;
    const counted = rows > 0 ? `, ${rows} rows` : '';
    lines.push(`read from: ${of}${visible(file)}${counted}${sha256 === undefined ? '' : `, SHA-256 ${sha256}`}`);
  }
  if (recordings) lines.push(describeRecordings(recordings));
  if (clips.leftOut > 0) lines.push(`${clips.used} of ${clips.listed} ${counted}: ${clips.leftOut} dropped`);
  if (n > 0) {
    lines.push(
      '',
      ...table([
        ['data set', ...classes, many, 'subjects'],
        ...(sets.length > 1
          ? sets.map(([set, entry]) => [set, ...counts(entry.perClass), String(entry.n), String(entry.subjects)])
          : []),
        ['all', ...counts(perClass), String(n), String(subjects)],
      ]),
      '',
      ...table([
        ['data set', 'subject', ...classes, many],
        ...perSubject.map((entry) => [entry.dataset, entry.subject, ...counts(entry.perClass), String(entry.n)]),
      ]),
    );
  }
  if (annotations) lines.push('', ...describeAnnotations(annotations, counted));
  if (images) lines.push('', ...describeImages(images));
  for (const severity of ['error', 'warning', 'corrected', 'dropped', 'marked'] as const) {
    const some = notes.filter((note) => note.severity === severity);
    if (some.length > 0)
      lines.push('', `${severity}: ${some.length}`, ...some.map((note) => `  ${visible(formatNote(note))}`));
  }
  return lines.join('\n');
}

function describeRecordings({ expressive, quiet, unseen, frames, seconds }: RecordingSummary): string {
  const parts = [
    [expressive, 'with expressions'],
    [quiet, 'without any'],
    [unseen, 'whose expressions nobody may know'],
  ] as const;
  const states = parts.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`);
  const length = frames
    ? `; ${frames.least} to ${frames.greatest} frames, ${(seconds / 60).toFixed(1)} minutes in all`
    : '';
  return `recordings: ${states.join(', ') || 'none'}${length}`;
}

function describeImages({ files, bytes, unreadable, sizes, formats, decoded }: ImageCheck): string[] {
  const state = unreadable > 0 ? `${unreadable} cannot be read` : 'every one is whole';
  const counts = (of: Record<string, number>) =>
    Object.entries(of)
      .map(([key, n]) => `${key} (${n})`)
      .join(', ');
  return [
    `pictures: ${files.toLocaleString('en')} files, ${(bytes / 1e6).toFixed(1)} MB, ${decoded ? 'decoded' : 'read'}: ${state}`,
    `  sizes (samples): ${counts(sizes)}`,
    `  formats (samples): ${counts(formats)}`,
  ];
}

function describeAnnotations(annotations: AnnotationSummary, counted: string): string[] {
  const { n, subjects, perEmotion, fps, length, rise, fall, apex, schemes, outside, perActionUnit } = annotations;
  const list = (counts: Readonly<Record<string, number>>) =>
    Object.entries(counts)
      .map(([key, count]) => `${visible(key)} ${count}`)
      .join(', ');
  const span = (title: string, summary: Summary | null) =>
    summary
      ? [[title, summary.least, summary.median, Number(summary.mean.toFixed(1)), summary.greatest].map(String)]
      : [];
  return [
    `annotations: ${n} ${counted}, ${subjects} subjects; ${list(perEmotion)}`,
    ...(perActionUnit.length > 0
      ? [`action units (${counted}): ${perActionUnit.map(({ unit, n: clips }) => `${unit} (${clips})`).join(', ')}`]
      : []),
    ...(Object.keys(outside).length > 0 ? [`outside of the classes: ${list(outside)}`] : []),
    `frames per second: ${Object.entries(fps)
      .map(([rate, count]) => `${rate} (${count} ${counted})`)
      .join(', ')}`,
    `apex: ${apex.missing} without, ${apex.atOnset} at onset, ${apex.atOffset} at offset`,
    '',
    ...table([
      ['frames', 'least', 'median', 'mean', 'greatest'],
      ...span('onset to offset', length),
      ...span('onset to apex', rise),
      ...span('apex to offset', fall),
    ]),
    ...(schemes.length > 0
      ? [
          '',
          ...table([
            ['class scheme', 'n here', 'n of the releases', 'classes'],
            ...schemes.map(({ name, n: here, expected, perClass }) => [
              name,
              String(here),
              expected.map(({ release, n: known }) => `${known} (${release})`).join('; '),
              list(perClass),
            ]),
          ]),
        ]
      : []),
  ];
}
