import { checkLimit } from '@mer/io';
import { list, number, show, text } from '@mer/options';
import type { AnnotatedContext, ClipFinder } from '../adapters/annotated-declaration.js';
import { defineAnnotatedDataset } from '../adapters/define-annotated-dataset.js';
import { type ClassScheme, type LabelKind, splitLabels } from '../annotations/class-schemes.js';
import type { AnnotationRow, ClipRecord } from '../annotations/clip-record.js';
import { labelKindOption } from '../annotations/label-kind-option.js';
import type { AnnotatedDataset, DatasetNote } from '../dataset.js';
import { DatasetError } from '../dataset-error.js';
import type { OpenOptions } from '../define-dataset.js';
import { videoAt } from '../files/folder-video.js';
import { readText } from '../files/read-text.js';
import { safePath } from '../files/safe-path.js';
import { type ClipFrames, listFrames } from '../frames/clip-frames.js';
import { naturalOrder } from '../natural-order.js';
import { findTable, plainName, readSheets } from '../tables/read-table.js';
import { isVideoName } from '../video-name.js';

const columns = {
  subject: { names: ['subject'] },
  clip: { names: ['clip'] },
  label: { names: ['label', 'emotion'] },
  folder: { names: ['folder', 'path'], optional: true },
  onset: { names: ['onset'], optional: true },
  apex: { names: ['apex'], optional: true },
  offset: { names: ['offset'], optional: true },
  fps: { names: ['fps'], optional: true },
  actionUnits: { names: ['actionUnits', 'au'], optional: true },
} as const;

/** The most frames per second. */
const mostFps = 100_000;

type Cells = Record<keyof typeof columns, string>;

/** The definition of any clips with a manifest. */
export const clipFolder = /* @__PURE__ */ defineAnnotatedDataset({
  name: 'clip-folder',
  title: 'Any clips with a CSV or JSON manifest',
  fps: 30,
  layout: "the folders that the manifest names, '<subject>/<clip>' where it names none",
  otherTrees: false,
  options: {
    classes: list("Class names in order; the manifest's labels, sorted, if empty.", text('A class.', {}), {
      different: true,
      default: [],
    }),
    labelKind: labelKindOption(),
    fps: number('Frames per second where the manifest says nothing.', { min: 1, max: mostFps, default: 30 }),
  },
  labelKind: ({ labelKind }) => (labelKind as LabelKind | undefined) ?? 'single',
  recognize: async ({ files, header }) => {
    const names = (await header('manifest.csv'))?.map(plainName) ?? [];
    // images of clips name a file in each row
    return files.includes('manifest.json') || (names.includes('subject') && !names.includes('file'));
  },
  async readRows(context) {
    const problems: DatasetNote[] = [];
    const rows: AnnotationRow[] = [];
    for (const { file, row, cells } of await readManifest(context)) {
      const report = (message: string) => void problems.push({ severity: 'error', key: '', file, row, message });
      const { label, folder, fps, ...named } = cells;
      if (label === '' && context.options.labelKind !== 'multiple') report('the label is missing');
      let path = '';
      try {
        path = safePath(folder || `${cells.subject}/${cells.clip}`);
      } catch (error) {
        report((error as Error).message);
        continue;
      }
      if (fps !== '' && !(Number(fps) > 0 && Number(fps) <= mostFps)) {
        report(`fps must be a positive number up to ${mostFps}: current value is '${fps}'`);
      }
      path = (await videoAt(context.folder, path)) ?? path;
      const whole = named.onset === '' && named.offset === '';
      let frames: ClipFrames | undefined;
      try {
        if (whole || isVideoName(path)) frames = await listFrames(context.folder, path);
      } catch (error) {
        report((error as Error).message);
        continue;
      }
      const numbers = frames?.numbers ?? [];
      if (whole && numbers.length === 0) {
        report(`the folder '${path}' has no frames, and is no video`);
        continue;
      }
      rows.push({
        ...named,
        ...(whole && { onset: String(numbers[0]), offset: String(numbers.at(-1)) }),
        apex: named.apex === '' ? 'never' : named.apex,
        // a video says its own rate
        fps: fps === '' ? frames?.video?.fps || context.options.fps : Number(fps),
        source: { file, row },
        extra: { label, path },
      });
    }
    for (const problem of problems) context.note(problem);
    return rows;
  },
  scheme(records, { folder, options, note }): ClassScheme {
    const { labelKind = 'single' } = options;
    const said = records.map(({ extra }) => extra['label']!);
    const labels = [...new Set(labelKind === 'multiple' ? said.flatMap(splitLabels) : said)].sort(naturalOrder);
    checkLimit(
      `Cannot open clip-folder in ${folder.name}`,
      'the different labels of its manifest',
      'labels',
      labels.length,
      folder.limits,
    );
    const asked = options.classes;
    for (const name of asked.filter((one) => !labels.includes(one))) {
      const message = `the option classes names '${name}', which no clip has: the labels are ${labels.join(', ')}`;
      note({ severity: 'error', key: '', message });
    }
    const names = asked.length ? asked : labels;
    return {
      title: "the manifest's labels",
      field: 'label',
      labelKind,
      classes: Object.fromEntries(names.map((name) => [name, [name]])),
    };
  },
  async findClips({ folder }): Promise<ClipFinder> {
    return {
      kind: 'manifest',
      async find({ extra }: ClipRecord) {
        const path = extra['path']!;
        return ((await folder.list(path)) ?? isVideoName(path)) ? { folder: path } : undefined;
      },
    };
  },
});

async function readManifest({
  folder,
  options,
}: AnnotatedContext): Promise<{ file: string; row: number; cells: Cells }[]> {
  const named = options.annotations;
  const names = named === undefined ? ['manifest.csv', 'manifest.json'] : [safePath(named)];
  const there = await Promise.all(names.map((name) => folder.size(name)));
  const file = names.find((_name, i) => there[i] !== undefined);
  const fail = (message: string) =>
    new DatasetError(`Cannot open clip-folder in ${folder.name}`, [{ severity: 'error', key: '', file, message }]);
  if (!file) throw fail(`there is no ${names.join(' or ')}`);
  if (!/\.json$/i.test(file)) {
    for (const sheet of await readSheets(folder, file)) {
      const rows = findTable(sheet, columns);
      if (rows?.length) return rows;
    }
    throw fail('the columns subject, clip and label must be in its header, and rows below it');
  }
  const content = await readText(folder, file).catch((cause: unknown) => {
    throw fail((cause as Error).message);
  });
  let list: unknown;
  try {
    list = JSON.parse(content);
  } catch (cause) {
    throw fail(`it must be JSON: ${(cause as Error).message}`);
  }
  if (!Array.isArray(list) || list.length === 0)
    throw fail('it must be a list of clips: [{ "subject": …, "clip": …, "label": … }]');
  const cannot = `Cannot read '${file}' in ${folder.name}`;
  const { length } = Object.keys(columns);
  checkLimit(cannot, 'its entries times its columns', 'cells', list.length * length, folder.limits);
  return list.map((entry: unknown, i) => {
    const fields = new Map(
      Object.entries((entry ?? {}) as Record<string, unknown>).map(([key, value]) => [key.toLowerCase(), value]),
    );
    const cells = Object.fromEntries(
      Object.entries(columns).map(([column, { names: keys, ...rest }]) => {
        const value = keys.map((key) => fields.get(key.toLowerCase())).find((one) => one !== undefined && one !== null);
        if (value === undefined && !('optional' in rest)) throw fail(`entry ${i + 1} must have '${keys[0]}'`);
        if (value !== undefined && !['string', 'number'].includes(typeof value)) {
          throw fail(`'${keys[0]}' of entry ${i + 1} must be text or a number: current value is ${show(value)}`);
        }
        return [column, value === undefined ? '' : String(value).trim()];
      }),
    ) as Cells;
    return { file, row: i + 1, cells };
  });
}

/**
 * Opens any clips that lie in folders of frames, or are videos, listed by `manifest.csv` or `manifest.json`.
 *
 * Columns: subject, clip, label; and if wanted folder (relative to the root; `<subject>/<clip>` otherwise; a video is named, or has that name with its ending, and its frames count from 1), onset, apex,
 * offset (frame numbers as in the file names; the first and last frame of the folder otherwise, no apex), fps, actionUnits.
 * In JSON it is a list of objects with these keys. With `labelKind: 'multiple'` a label is several joined by +, or empty for none.
 *
 * @throws DatasetError listing everything that is wrong with manifest and folders; TypeError or RangeError for a wrong option.
 *
 * @example
 * ```ts no-run
 * import { openClipFolder } from '@mer/datasets';
 *
 * const dataset = await openClipFolder({ root: 'my-clips', classes: ['negative', 'positive', 'surprise'] });
 * console.log(dataset.samples.length);
 * ```
 */
export function openClipFolder(given: OpenOptions<typeof clipFolder.options>): Promise<AnnotatedDataset> {
  return clipFolder.open(given);
}
