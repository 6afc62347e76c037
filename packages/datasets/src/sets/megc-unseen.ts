import { DatasetError } from '../dataset-error.js';
import type { DataFolder } from '../files/data-folder.js';
import { findFiles, findFolders } from '../files/find-paths.js';
import { safePath } from '../files/safe-path.js';
import { pictureName } from '../frames/frame-names.js';
import { defineRecordings } from '../recordings/define-recordings.js';
import { readKind } from '../recordings/expression-kinds.js';
import type { ExpressionRow, FoundRecording } from '../recordings/recording-declaration.js';
import { findTable, readSheets, type TableRow } from '../tables/read-table.js';

const columns = {
  video: { names: ['vid', 'video', 'clip', 'filename', 'recording'] },
  subject: { names: ['subject', 'sub'], optional: true },
  dataset: { names: ['dataset', 'set'], optional: true },
  fps: { names: ['fps'], optional: true },
  folder: { names: ['folder', 'path'], optional: true },
  onset: { names: ['onset', 'pred_onset'], optional: true },
  apex: { names: ['apex'], optional: true },
  offset: { names: ['offset', 'pred_offset'], optional: true },
  kind: { names: ['type', 'kind'], optional: true },
  emotion: { names: ['emotion'], optional: true },
} as const;

/** What the two data sets of the challenges are called in lists, and their frames per second. */
const sources = {
  samm: { name: /^samm/i, fps: 200 },
  'cas-me3': { name: /^cas/i, fps: 30 },
} as const;

type Source = keyof typeof sources;

/** `006_3` is a video of SAMM; those of CAS(ME)^3 begin with letters. */
const sourceOf = (video: string): Source => (/^\d{3}_\d+$/.test(video) ? 'samm' : 'cas-me3');

/** What follows the name of a video where its faces were cut out. */
const suffix = /[_-](?:aligned|cropped|crop|face)$/i;

const plainVideo = (text: string) =>
  text
    .trim()
    .replace(/\.(?:avi|mp4|mov|mkv)$/i, '')
    .replace(suffix, '');

/** The definition of the unseen videos of the challenges of 2022 to 2025. */
export const megcUnseen = /* @__PURE__ */ defineRecordings({
  name: 'megc-unseen',
  dataset: 'cas-me3',
  title:
    'The unseen videos of MEGC2022 to MEGC2025: SAMM at 200 and CAS(ME)^3 at 30 frames per second, without annotations',
  paper: 'Davison, Li, Yap, See, Cheng, Li, Hong, Wang 2023, MEGC2023: ACM Multimedia 2023 ME Grand Challenge',
  fps: 30,
  layout: "'006_3/006_3_0001.jpg' or 'a_b1/1.jpg', folders named by their videos",
  options: {},
  async read({ folder, options, note, alsoRead }) {
    const folders = await videoFolders(folder);
    const list = await listed(folder, options.annotations);
    if (!list) {
      const recordings = [...folders].map(([video, path]) => ({ ...described(video), folder: path, annotated: false }));
      return { kind: 'folders', rows: [], recordings };
    }
    const rows: ExpressionRow[] = [];
    const recordings = new Map<string, FoundRecording>();
    for (const { file, row, cells } of list) {
      alsoRead(file);
      const video = plainVideo(cells.video);
      const report = (message: string) => void note({ severity: 'error', key: video, file, row, message });
      if (video === '' || /[\\/\0]/.test(video)) {
        report(`the name of the video must be one without slashes: current value is '${cells.video}'`);
        continue;
      }
      const of = described(video);
      const dataset = (Object.keys(sources) as Source[]).find((one) => sources[one].name.test(cells.dataset));
      if (cells.dataset !== '' && dataset === undefined) {
        report(`dataset must begin with samm or cas: current value is '${cells.dataset}'`);
        continue;
      }
      const fps = cells.fps === '' ? sources[dataset ?? of.dataset].fps : Number(cells.fps);
      if (!(fps > 0 && fps <= 100_000)) {
        report(`fps must be a positive number up to 100000: current value is '${cells.fps}'`);
        continue;
      }
      let path = folders.get(video.toLowerCase()) ?? video;
      try {
        if (cells.folder !== '') path = safePath(cells.folder);
      } catch (error) {
        report((error as Error).message);
        continue;
      }
      const subject = cells.subject || of.subject;
      const annotated = cells.onset !== '' || cells.offset !== '';
      const key = `${subject}/${video}`;
      const known = recordings.get(key);
      recordings.set(key, {
        ...{ subject, recording: video, folder: path, fps, dataset: dataset ?? of.dataset },
        annotated: annotated || known?.annotated === true,
      });
      if (!annotated) continue;
      const kind = readKind(cells.kind);
      if (kind === undefined) {
        report(`type must be me or mae: current value is '${cells.kind}'`);
        continue;
      }
      const { onset, offset, emotion } = cells;
      const clip = `${video}_${kind}_${onset}`;
      const apex = cells.apex === '' ? 'never' : cells.apex;
      rows.push({ subject, recording: video, clip, kind, onset, apex, offset, emotion, source: { file, row } });
    }
    // a list with annotations has those of every video
    const whole = rows.length > 0;
    return { kind: 'list', rows, recordings: [...recordings.values()].map((one) => ({ ...one, annotated: whole })) };
  },
});

/** What the name of a video says. */
function described(video: string): FoundRecording & { dataset: Source } {
  const dataset = sourceOf(video);
  const subject = dataset === 'samm' ? video.slice(0, 3) : (/^(.+?)_[^_]*$/.exec(video)?.[1] ?? video);
  return { subject, recording: video, folder: video, fps: sources[dataset].fps, dataset };
}

/** Folders with pictures, by the names of their videos in lower case. */
async function videoFolders(folder: DataFolder): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  const paths = await findFolders(
    folder,
    (path, entries) =>
      path !== '' && entries.some(({ kind, name }) => kind === 'file' && pictureName(name) !== undefined),
    { depth: 5 },
  );
  for (const path of paths) {
    const names = path.split('/');
    const last =
      /^(?:colou?r|frames?|images?)$/i.test(names.at(-1)!) && names.length > 1 ? names.at(-2)! : names.at(-1)!;
    const video = plainVideo(last).toLowerCase();
    if (!found.has(video)) found.set(video, path);
  }
  return found;
}

/** The rows of the lists: the one that is asked for, or every CSV file that names videos. */
async function listed(
  folder: DataFolder,
  asked: string | undefined,
): Promise<TableRow<keyof typeof columns>[] | undefined> {
  const fail = (file: string, message: string) =>
    new DatasetError(`Cannot open megc-unseen in ${folder.name}`, [{ severity: 'error', key: '', file, message }]);
  if (asked !== undefined) {
    const file = safePath(asked);
    if ((await folder.size(file)) === undefined)
      throw fail(file, 'the file named by the option annotations does not exist');
    const rows = await rowsOf(folder, file);
    if (rows.length > 0) return rows;
    throw fail(file, 'a column vid (or video) must be in its header, and rows below it');
  }
  const files = await findFiles(folder, (name) => /\.csv$/i.test(name));
  const rows: TableRow<keyof typeof columns>[] = [];
  for (const file of files) rows.push(...(await rowsOf(folder, file)));
  return rows.length > 0 ? rows : undefined;
}

async function rowsOf(folder: DataFolder, file: string): Promise<TableRow<keyof typeof columns>[]> {
  const tables = (await readSheets(folder, file)).map((sheet) => findTable(sheet, columns));
  return tables.flatMap((rows) => rows ?? []);
}
