import { number } from '@mer/options';
import { DatasetError } from '../dataset-error.js';
import { safePath } from '../files/safe-path.js';
import { defineRecordings } from '../recordings/define-recordings.js';
import { readKind } from '../recordings/expression-kinds.js';
import type { ExpressionRow, FoundRecording } from '../recordings/recording-declaration.js';
import { findTable, plainName, readSheets } from '../tables/read-table.js';

const columns = {
  subject: { names: ['subject', 'sub'] },
  recording: { names: ['recording', 'video', 'vid'] },
  kind: { names: ['kind', 'type', 'Expression type'], optional: true },
  onset: { names: ['onset'], optional: true },
  apex: { names: ['apex'], optional: true },
  offset: { names: ['offset'], optional: true },
  emotion: { names: ['emotion'], optional: true },
  actionUnits: { names: ['actionUnits', 'au'], optional: true },
  folder: { names: ['folder', 'path'], optional: true },
  fps: { names: ['fps'], optional: true },
} as const;

/** The most frames per second. */
const mostFps = 100_000;

/** The definition of any long videos with a manifest. */
export const recordingFolder = /* @__PURE__ */ defineRecordings({
  name: 'recording-folder',
  dataset: 'recordings',
  title: 'Any long videos with a CSV manifest: a row for each expression, or one without for a video that has none',
  fps: 30,
  layout: "the folders that the manifest names, '<subject>/<recording>' where it names none",
  options: {
    fps: number('Frames per second where the manifest says nothing.', { min: 1, max: mostFps, default: 30 }),
  },
  recognize: async ({ header }) => {
    const names = (await header('manifest.csv'))?.map(plainName) ?? [];
    return (
      columns.subject.names.some((name) => names.includes(name)) &&
      columns.recording.names.some((name) => names.includes(name))
    );
  },
  async read({ folder, options, note, alsoRead }) {
    const file = options.annotations === undefined ? 'manifest.csv' : safePath(options.annotations);
    const fail = (message: string) =>
      new DatasetError(`Cannot open recording-folder in ${folder.name}`, [
        { severity: 'error', key: '', file, message },
      ]);
    if ((await folder.size(file)) === undefined) throw fail('the file does not exist');
    const tables = (await readSheets(folder, file)).map((sheet) => findTable(sheet, columns));
    const table = tables.find((rows) => rows?.length);
    if (!table) throw fail('the columns subject and recording must be in its header, and rows below it');
    alsoRead(file);
    const rows: ExpressionRow[] = [];
    const recordings = new Map<string, FoundRecording>();
    for (const { row, cells } of table) {
      const { subject, recording, kind: word, fps: rate, folder: path, ...named } = cells;
      const key = `${subject}/${recording}`;
      const report = (message: string) => void note({ severity: 'error', key, file, row, message });
      const fps = rate === '' ? options.fps : Number(rate);
      if (!(fps > 0 && fps <= mostFps)) {
        report(`fps must be a positive number up to ${mostFps}: current value is '${rate}'`);
        continue;
      }
      let at: string;
      try {
        at = safePath(path || key);
      } catch (error) {
        report((error as Error).message);
        continue;
      }
      const known = recordings.get(key);
      if (known && (known.fps !== fps || (path !== '' && known.folder !== at))) {
        report(
          `the recording is in another row with ${known.folder} at ${known.fps} frames per second: here it is ${at} at ${fps}`,
        );
        continue;
      }
      if (!known) recordings.set(key, { subject, recording, folder: at, fps });
      if (named.onset === '' && named.offset === '' && word === '') continue;
      const kind = readKind(word);
      if (kind === undefined) {
        report(`kind must be micro or macro: current value is '${word}'`);
        continue;
      }
      const apex = named.apex === '' ? 'never' : named.apex;
      rows.push({
        ...named,
        apex,
        subject,
        recording,
        kind,
        clip: `${recording}_${kind}_${named.onset}`,
        source: { file, row },
      });
    }
    return { kind: 'manifest', rows, recordings: [...recordings.values()] };
  },
});
