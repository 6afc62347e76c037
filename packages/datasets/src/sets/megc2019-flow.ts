import { choice } from '@mer/options';
import { imageDataset, type ListedImage, listedImage } from '../adapters/listed-images.js';
import { isName } from '../annotations/check-rows.js';
import { megc2019Classes, megc2019Schemes } from '../annotations/megc2019-classes.js';
import type { DatasetNote, ImageDataset } from '../dataset.js';
import { DatasetError } from '../dataset-error.js';
import { defineDataset, type OpenGiven, type OpenOptions } from '../define-dataset.js';
import type { DataFolder } from '../files/data-folder.js';
import { limitsOption } from '../files/limits-option.js';
import { readCsv } from '../files/read-text.js';
import { safePath } from '../files/safe-path.js';
import { naturalOrder } from '../natural-order.js';

const dataSets = ['casme2', 'smic', 'samm'] as const;
const columns = ['dataset', 'subject', 'clip', 'label', 'file'] as const;

const options = {
  layout: choice(
    'Where the list of images comes from: manifest.csv, the folders (tree), or the manifest if there is one (auto).',
    ['auto', 'manifest', 'tree'],
    { default: 'auto' },
  ),
  limits: limitsOption(),
};

/** The definition of the MEGC2019 composite as optical-flow images. */
export const megc2019Flow = /* @__PURE__ */ defineDataset({
  name: 'megc2019-flow',
  title: 'MEGC2019 composite (CASME II, SMIC-HS, SAMM) as optical-flow images',
  paper:
    'See, Yap, Li, Hong, Wang 2019, MEGC 2019 (FG 2019), the composite and its classes; Liong, Gan, See, Khor, Huang 2019, arXiv 1902.03634, the images',
  samples: 'images',
  options,
  traits: {
    schemes: megc2019Schemes(),
    // as stored: u, v, strain
    madeBy: [{ step: 'uv-strain', options: { flow: 'tvl1', order: 'u-v-strain', range: 'byte' } }],
  },
  async recognize({ files, header }) {
    const names = (await header('manifest.csv')) ?? [];
    return columns.every((column) => names.includes(column)) || files.some((file) => /(^|\/)u_test\//.test(file));
  },
  open: openFlow,
});

/**
 * Opens the MEGC2019 composite (CASME II, SMIC-HS, SAMM) as optical-flow images, one per clip.
 *
 * Two layouts are read and give the same samples:
 * - a manifest: `manifest.csv` with the columns dataset (casme2, smic, samm), subject, clip, label (0, 1, 2 or negative,
 *   positive, surprise) and file (relative to the root);
 * - the tree in which these images are published: `<root>/<subject>/u_test/<class number>/<subject>_<clip> .png`, with the
 *   space before `.png` (a name without it is read too). The union of all `u_test` folders is the whole set; `u_train`
 *   folders repeat it and are not read. The data set follows from the subject: `sub01` CASME II, `s01` SMIC, `006` SAMM.
 *
 * Order: CASME II, SMIC, SAMM; then subject, then clip, numbers by value. Every image is checked to exist before this
 * returns; its content is read by `readImage`, as `[H, W, 3]` float32 0..255 exactly as stored: channel 0 is u, 1 is v,
 * 2 is strain, each min-max scaled. The authors of STSTNet read the files as B, G, R: their network expects the channels
 * reversed (strain, v, u).
 *
 * @throws DatasetError listing every row or file that is wrong: an image that does not exist, an unknown label, a column
 * that is missing or unknown, a clip listed twice, a path that leaves the root.
 *
 * @example
 * ```ts no-run
 * import { openMegc2019Flow } from '@mer/datasets';
 *
 * const dataset = await openMegc2019Flow({ root: 'data/megc2019-flow28' });
 * console.log(dataset.samples.length); // 442
 * const image = await dataset.readImage(0);
 * console.log(image.shape); // [ 28, 28, 3 ]
 * ```
 *
 * Reference: See, Yap, Li, Hong, Wang 2019, MEGC 2019 (FG 2019), the composite and its classes; Liong, Gan, See, Khor,
 * Huang 2019, arXiv 1902.03634, the images.
 */
export function openMegc2019Flow(given: OpenOptions<typeof options>): Promise<ImageDataset> {
  return megc2019Flow.open(given);
}

async function openFlow({ root: folder, layout }: OpenGiven<typeof options>): Promise<ImageDataset> {
  const name = 'megc2019-flow';
  const entries = (await folder.list('')) ?? [];
  const hasManifest = entries.some((entry) => entry.name === 'manifest.csv');
  if (layout === 'manifest' && !hasManifest) {
    throw new DatasetError(`Cannot open ${name} in ${folder.name}`, [
      { severity: 'error', key: '', file: 'manifest.csv', message: 'the file does not exist' },
    ]);
  }
  const problems: DatasetNote[] = [];
  const rows =
    layout === 'manifest' || (layout === 'auto' && hasManifest)
      ? await readManifest(folder, problems)
      : await readTree(folder, problems);
  const rank = (row: ListedImage) => dataSets.indexOf(row.dataset as (typeof dataSets)[number]);
  rows.sort((a, b) => rank(a) - rank(b) || naturalOrder(a.subject, b.subject) || naturalOrder(a.clip, b.clip));
  return imageDataset(folder, rows, { name, classes: megc2019Classes, problems });
}

async function readManifest(folder: DataFolder, problems: DatasetNote[]): Promise<ListedImage[]> {
  const file = 'manifest.csv';
  const report = (message: string, row?: number, key = '') =>
    void problems.push({ severity: 'error', key, file, row, message });
  const [header, ...records] = await readCsv(folder, file);
  const names = header?.fields.map((field) => field.trim()) ?? [];
  for (const column of columns) {
    const times = names.filter((other) => other === column).length;
    if (times !== 1) report(`column '${column}' must be there once: it is there ${times} times`, 1);
  }
  if (problems.length) return [];
  if (!records.length) report('there is no row below the header');

  const rows: ListedImage[] = [];
  for (const { row, fields } of records) {
    // a spreadsheet program writes rows of commas
    if (fields.every((field) => field.trim() === '')) continue;
    if (fields.length !== names.length) {
      report(`the row has ${fields.length} fields, the header ${names.length}`, row);
      continue;
    }
    const [dataset, subject, clip, label, image] = columns.map((column) => fields[names.indexOf(column)]!.trim()) as [
      string,
      string,
      string,
      string,
      string,
    ];
    const before = problems.length;
    if (!dataSets.includes(dataset as (typeof dataSets)[number])) {
      report(`data set '${dataset}' is unknown: the data sets are ${dataSets.join(', ')}`, row);
    }
    for (const [what, text] of Object.entries({ subject, clip })) {
      if (!isName(text)) report(`${what} '${text}' must be a name without slashes`, row);
    }
    const index = labelOf(label);
    if (index < 0) {
      report(`class label '${label}' is unknown: the labels are ${allowedLabels}`, row);
    }
    if (image === '') report('the file is not given', row);
    let path = '';
    try {
      path = safePath(image);
    } catch (error) {
      report((error as Error).message, row);
    }
    if (problems.length === before) rows.push(listedImage({ dataset, subject, clip }, index, path, { file, row }));
  }
  return rows;
}

async function readTree(folder: DataFolder, problems: DatasetNote[]): Promise<ListedImage[]> {
  const rows: ListedImage[] = [];
  const report = (file: string, message: string) => void problems.push({ severity: 'error', key: '', file, message });
  for (const { name: subject, kind } of (await folder.list('')) ?? []) {
    const test = `${subject}/u_test`;
    const classes = kind === 'folder' ? await folder.list(test) : undefined;
    if (!classes) continue;
    const dataset = dataSetOf(subject);
    if (!dataset) {
      report(subject, `subject '${subject}' is unknown: they are named sub01 (CASME II), s01 (SMIC) or 006 (SAMM)`);
      continue;
    }
    for (const { name: className, kind: classKind } of classes) {
      if (classKind !== 'folder') continue;
      const label = labelOf(className);
      if (label < 0) {
        report(`${test}/${className}`, `class folder '${className}' is unknown: the labels are ${allowedLabels}`);
        continue;
      }
      for (const { name: file, kind: fileKind } of (await folder.list(`${test}/${className}`)) ?? []) {
        if (fileKind !== 'file' || !/\.png$/i.test(file)) continue;
        const path = `${test}/${className}/${file}`;
        const clip = file.replace(/ ?\.png$/i, '').slice(subject.length + 1);
        if (!file.startsWith(`${subject}_`) || clip === '') {
          report(path, `the file must be named '${subject}_<clip> .png'`);
          continue;
        }
        rows.push(listedImage({ dataset, subject, clip }, label, path, { file: path }));
      }
    }
  }
  if (!rows.length && !problems.length) {
    report('', "there is neither a manifest.csv nor a '<subject>/u_test/<class number>' folder with images in it");
  }
  return rows;
}

const allowedLabels = megc2019Classes.map((name, index) => `${index} (${name})`).join(', ');

function labelOf(text: string): number {
  return /^[012]$/.test(text) ? Number(text) : (megc2019Classes as readonly string[]).indexOf(text);
}

function dataSetOf(subject: string): (typeof dataSets)[number] | undefined {
  if (/^sub\d+$/.test(subject)) return 'casme2';
  if (/^s\d+$/.test(subject)) return 'smic';
  return /^\d+$/.test(subject) ? 'samm' : undefined;
}
