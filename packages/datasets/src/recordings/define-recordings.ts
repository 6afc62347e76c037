import type { OptionEntries, Resolved } from '@mer/options';
import { describeFiles } from '../adapters/describe-files.js';
import { findLeaks } from '../adapters/find-leaks.js';
import type { DatasetNote } from '../dataset.js';
import { DatasetError } from '../dataset-error.js';
import { type DatasetDefinition, defineDataset, type OpenMode } from '../define-dataset.js';
import { type DataFolder, fileInfo } from '../files/data-folder.js';
import type { FolderLook } from '../folder-look.js';
import { openFrames } from '../frames/read-frames.js';
import { naturalOrder } from '../natural-order.js';
import { type LocatedRecording, locateRecordings } from './locate-recordings.js';
import { readExpressions } from './read-expressions.js';
import type { ExpressionKind, Recording, RecordingDataset } from './recording.js';
import type { RecordingDeclaration, RecordingSource } from './recording-declaration.js';
import { type RecordingEntries, recordingOptions } from './recording-options.js';

type AnyDeclaration = RecordingDeclaration<string, OptionEntries>;

/**
 * Defines a data set of long videos whose frames are picture files and whose expressions a table annotates. You say where the rows are and which folders are
 * recordings; the checks of every row, corrections, missing frames, the options that go with them, and the reading of frames are then those of all.
 *
 * @throws TypeError for a declaration that is not whole.
 *
 * @example
 * ```ts
 * import { defineRecordings } from '@mer/datasets';
 *
 * const lab = defineRecordings({
 *   name: 'lab-long',
 *   dataset: 'lab',
 *   title: 'Interviews of our own',
 *   fps: 60,
 *   layout: "'anna/first/0001.png'",
 *   options: {},
 *   read: async () => ({
 *     kind: 'raw',
 *     recordings: [{ subject: 'anna', recording: 'first', folder: 'anna/first' }],
 *     rows: [
 *       {
 *         ...{ subject: 'anna', recording: 'first', clip: 'first_1', kind: 'micro' },
 *         ...{ onset: '31', apex: '36', offset: '44', source: { file: 'codes.csv', row: 2 } },
 *       },
 *     ],
 *   }),
 * });
 * console.log(lab.samples); // recordings
 * ```
 */
export function defineRecordings<const Name extends string, const Own extends OptionEntries = OptionEntries>(
  declaration: RecordingDeclaration<Name, Own>,
): DatasetDefinition<Name, RecordingEntries & Own, RecordingDataset> {
  const { name, title, paper, fps, corrections = [] } = declaration;
  return defineDataset({
    name,
    title,
    ...(paper !== undefined && { paper }),
    samples: 'recordings',
    options: { ...declaration.options, ...recordingOptions() } as RecordingEntries & Own,
    traits: { fps, corrections },
    ...(declaration.recognize && { recognize: (look: FolderLook) => declaration.recognize!(look) }),
    open: ({ root, mode, parts: _, ...options }) =>
      openAll(declaration as unknown as AnyDeclaration, root, options as unknown as Resolved<RecordingEntries>, mode),
  });
}

async function openAll(
  declaration: AnyDeclaration,
  folder: DataFolder,
  options: Resolved<RecordingEntries>,
  mode: OpenMode,
): Promise<RecordingDataset> {
  const notes: DatasetNote[] = [];
  const files = new Map<string, number>();
  const context = {
    folder,
    options,
    mode,
    note: (note: DatasetNote) => void notes.push(note),
    alsoRead: (file: string) => void files.set(file, files.get(file) ?? 0),
  };
  let source: RecordingSource = { kind: 'none', recordings: [], rows: [] };
  try {
    source = await declaration.read(context as never);
  } catch (error) {
    if (mode === 'strict' || !(error instanceof DatasetError)) throw error;
    notes.push(...error.notes);
  }
  for (const { source: at } of source.rows) {
    if (at.row !== undefined) files.set(at.file, (files.get(at.file) ?? 0) + 1);
  }
  const wanted = chosen(source, options.exclude, notes);
  const located = await locateRecordings(declaration.layout, context, wanted);
  const recordings = readExpressions(declaration, context, wanted.rows, located);
  recordings.sort(
    ({ recording: a }, { recording: b }) =>
      naturalOrder(a.dataset, b.dataset) || naturalOrder(a.subject, b.subject) || naturalOrder(a.clip, b.clip),
  );
  const leaks = recordings.map(({ recording: { subject, clip, first, count }, frames }) => ({
    record: { subject, clip, onset: first, apex: null, offset: first + count - 1, source: { file: frames.folder } },
    frames,
  }));
  notes.push(...(await findLeaks(folder, leaks, options.leaks)));
  const errors = notes.filter(({ severity }) => severity === 'error');
  if (errors.length > 0 && mode === 'strict') {
    throw new DatasetError(`Cannot open ${declaration.name} in ${folder.name}`, errors);
  }
  const own = Object.keys(declaration.options).filter((key) => key !== 'frames');
  return recordingDataset({
    name: declaration.name,
    folder,
    recordings,
    notes,
    annotationFiles: await describeFiles(declaration.dataset, folder, files),
    options,
    settings: {
      expressions: options.expressions,
      noOffset: options.noOffset,
      corrections: options.corrections,
      frames: source.kind,
      ...Object.fromEntries(own.map((key) => [key, (options as unknown as Record<string, unknown>)[key]])),
    },
  });
}

/** What is left after the option `exclude`. */
function chosen(
  { kind, recordings, rows }: RecordingSource,
  exclude: readonly string[],
  notes: DatasetNote[],
): RecordingSource {
  const keyOf = ({ subject, recording }: { subject: string; recording: string }) => `${subject}/${recording}`;
  const there = new Set([...recordings.map(keyOf), ...rows.map(keyOf)]);
  const excluded = new Set(exclude);
  for (const key of exclude) {
    notes.push(
      there.has(key)
        ? { severity: 'dropped', key, message: 'left out by the option exclude' }
        : { severity: 'error', key, message: 'the option exclude names a recording that is not there' },
    );
  }
  const kept = <T extends { subject: string; recording: string }>(all: readonly T[]) =>
    all.filter((one) => !excluded.has(keyOf(one)));
  return { kind, recordings: kept(recordings), rows: kept(rows) };
}

function recordingDataset({
  name,
  folder,
  recordings,
  notes,
  annotationFiles,
  options,
  settings,
}: {
  name: string;
  folder: DataFolder;
  recordings: readonly LocatedRecording[];
  notes: readonly DatasetNote[];
  annotationFiles: RecordingDataset['annotationFiles'];
  options: Resolved<RecordingEntries>;
  settings: Readonly<Record<string, unknown>>;
}): RecordingDataset {
  const { expressions, decoders, limits } = options;
  const at = (index: number): LocatedRecording => {
    const one = recordings[index];
    if (one) return one;
    throw new RangeError(
      `Cannot open recording as index must be 0 to ${recordings.length - 1}: current value is ${index}`,
    );
  };
  const pathOf = (at: string, file: string) => (at ? `${at}/${file}` : file);
  return Object.freeze({
    kind: 'recordings',
    name,
    classes: Object.freeze<ExpressionKind[]>(expressions === 'both' ? ['micro', 'macro'] : [expressions]),
    samples: Object.freeze(recordings.map(({ recording }): Recording => Object.freeze(recording))),
    notes: Object.freeze(notes),
    ...(annotationFiles && { annotationFiles: Object.freeze(annotationFiles) }),
    settings,
    frames: (index) => at(index).frames,
    async sources(index) {
      const { folder: path, files } = at(index).frames;
      return Promise.all(
        files.map(async (file) => ({
          path: pathOf(path, file),
          size: 0,
          ...(await fileInfo(folder, pathOf(path, file))),
        })),
      );
    },
    readSource: (path) => folder.read(path),
    async openRecording(index, given) {
      const { recording, frames } = at(index);
      // where a file is missing, the frame before it stands in its place
      const files: string[] = [];
      for (const [i, file] of frames.files.entries()) {
        const next = frames.numbers[i + 1] ?? frames.numbers[i]! + 1;
        for (let number = frames.numbers[i]!; number < next; number++) files.push(pathOf(frames.folder, file));
      }
      return openFrames(folder, files.slice(0, recording.count), {
        decoders,
        ...(limits && { limits }),
        ...given,
      });
    },
  } satisfies RecordingDataset);
}
