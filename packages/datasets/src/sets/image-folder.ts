import { choice, list, text } from '@mer/options';
import { imageDataset, type ListedImage, listedImage } from '../adapters/listed-images.js';
import { isName } from '../annotations/check-rows.js';
import { type LabelKind, splitLabels } from '../annotations/class-schemes.js';
import { labelKindOption } from '../annotations/label-kind-option.js';
import type { DatasetNote, ImageDataset } from '../dataset.js';
import { DatasetError } from '../dataset-error.js';
import { defineDataset, type OpenGiven, type OpenOptions } from '../define-dataset.js';
import type { DataFolder } from '../files/data-folder.js';
import { limitsOption } from '../files/limits-option.js';
import { safePath } from '../files/safe-path.js';
import { pictureName } from '../frames/frame-names.js';
import { naturalOrder } from '../natural-order.js';
import { findTable, readSheets } from '../tables/read-table.js';

const columns = {
  subject: { names: ['subject'] },
  clip: { names: ['clip', 'image', 'name'], optional: true },
  label: { names: ['label', 'emotion', 'class'] },
  file: { names: ['file', 'path'] },
  dataset: { names: ['dataset'], optional: true },
} as const;

const layouts = ['subject/class', 'class/subject'] as const;

const options = {
  classes: list('Class names in order; the labels that are there, sorted, if empty.', text('A class.', {}), {
    different: true,
    default: [],
  }),
  layout: choice(
    'Where the list of images comes from: manifest.csv, folders by subject and class, folders by class and subject, or the manifest if there is one and else the folders by subject (auto).',
    ['auto', 'manifest', ...layouts],
    { default: 'auto' },
  ),
  labelKind: labelKindOption(),
  limits: limitsOption(),
  dataset: text('Name of the data set in the samples, where the manifest says none.', { default: 'images' }),
};

/** A row before its class is known. */
interface Row {
  dataset: string;
  subject: string;
  clip: string;
  label: string;
  file: string;
  place: ListedImage['place'];
}

/** The definition of any images with subjects and labels. */
export const imageFolder = /* @__PURE__ */ defineDataset({
  name: 'image-folder',
  title: 'Any images with a manifest, or in folders by subject and class',
  samples: 'images',
  options,
  traits: { labelKind: ({ labelKind }) => (labelKind as LabelKind | undefined) ?? 'single' },
  async recognize({ header }) {
    const names = (await header('manifest.csv')) ?? [];
    return ['subject', 'label', 'file'].every((name) => names.includes(name)) && !names.includes('dataset');
  },
  open: openImages,
});

/**
 * Opens any images, one per sample, with a subject and a label each: flow images of your own, apex frames.
 *
 * - `manifest.csv` has the columns subject, label and file (relative to the root), and if wanted clip (else the file's name without
 *   its ending) and dataset (else the option `dataset`);
 * - or folders say both: `<subject>/<class>/<image>` or `<class>/<subject>/<image>` (`layout`).
 *
 * With `labelKind: 'multiple'` a label is several joined by +, or empty for none.
 *
 * Order: data set, subject, clip, numbers by value. `readImage` gives `[H, W, 3]`, float32, 0..255 as stored.
 *
 * @throws DatasetError listing every row or file that is wrong: an image that does not exist, a label outside `classes`, a clip
 * listed twice, a path that leaves the root; TypeError or RangeError for a wrong option.
 *
 * @example
 * ```ts no-run
 * import { openImageFolder } from '@mer/datasets';
 *
 * const dataset = await openImageFolder({ root: 'my-flow', classes: ['negative', 'positive', 'surprise'] });
 * const image = await dataset.readImage(0);
 * console.log(image.shape);
 * ```
 */
export function openImageFolder(given: OpenOptions<typeof options>): Promise<ImageDataset> {
  return imageFolder.open(given);
}

async function openImages({
  root: folder,
  layout,
  classes: asked,
  labelKind = 'single',
  dataset,
}: OpenGiven<typeof options>): Promise<ImageDataset> {
  const name = 'image-folder';
  const problems: DatasetNote[] = [];
  const listed = layout === 'manifest' || (layout === 'auto' && (await folder.size('manifest.csv')) !== undefined);
  const rows = listed
    ? await readManifest(folder, { dataset, labelKind }, problems)
    : await readFolders(folder, layout === 'class/subject' ? layout : 'subject/class', dataset);
  if (!rows.length && !problems.length) {
    problems.push({
      severity: 'error',
      key: '',
      message: `there are no images: expected manifest.csv, or '${layout === 'class/subject' ? 'happiness/s01' : 's01/happiness'}/1.png' (wrong folder, or the option layout?)`,
    });
  }
  const several = labelKind === 'multiple';
  const wordsOf = (label: string) => (several ? splitLabels(label) : [label]);
  const labels = [...new Set(rows.flatMap(({ label }) => wordsOf(label)))].sort(naturalOrder);
  const classes = asked.length ? asked : labels;
  for (const absent of rows.length ? asked.filter((one) => !labels.includes(one)) : []) {
    const message = `the option classes names '${absent}', which no image has: the labels are ${labels.join(', ')}`;
    problems.push({ severity: 'error', key: '', message });
  }
  const notes: DatasetNote[] = [];
  const images = rows.flatMap(({ label, file, place, ...sample }) => {
    if (several) {
      const words = wordsOf(label);
      return [
        listedImage(
          sample,
          [...classes.keys()].filter((i) => words.includes(classes[i]!)),
          file,
          place,
        ),
      ];
    }
    const index = classes.indexOf(label);
    if (index >= 0) return [listedImage(sample, index, file, place)];
    const message = `its label '${label}' is not among the option classes`;
    notes.push({ severity: 'dropped', key: `${sample.subject}/${sample.clip}`, message, ...place });
    return [];
  });
  images.sort(
    (a, b) => naturalOrder(a.dataset, b.dataset) || naturalOrder(a.subject, b.subject) || naturalOrder(a.clip, b.clip),
  );
  return imageDataset(folder, images, { name, classes: Object.freeze([...classes]), labelKind, problems, notes });
}

async function readManifest(
  folder: DataFolder,
  { dataset, labelKind }: { dataset: string; labelKind: LabelKind },
  problems: DatasetNote[],
): Promise<Row[]> {
  const file = 'manifest.csv';
  if ((await folder.size(file)) === undefined) {
    throw new DatasetError(`Cannot open image-folder in ${folder.name}`, [
      { severity: 'error', key: '', file, message: 'the file does not exist' },
    ]);
  }
  const [sheet] = await readSheets(folder, file);
  const table = sheet && findTable(sheet, columns);
  if (!table?.length) {
    const message = 'the columns subject, label and file must be in its header, and rows below it';
    problems.push({ severity: 'error', key: '', file, message });
    return [];
  }
  return table.flatMap(({ row, cells }): Row[] => {
    const before = problems.length;
    const report = (message: string) => void problems.push({ severity: 'error', key: '', file, row, message });
    const clip = cells.clip || pictureName(cells.file.split('/').at(-1)!)?.trim() || '';
    for (const [what, name] of Object.entries({ subject: cells.subject, clip, dataset: cells.dataset || dataset })) {
      if (!isName(name)) report(`${what} '${name}' must be a name without slashes`);
    }
    if (cells.label === '' && labelKind === 'single') report('the label is missing');
    let path = '';
    try {
      path = safePath(cells.file);
    } catch (error) {
      report((error as Error).message);
    }
    if (problems.length > before) return [];
    const { subject, label } = cells;
    return [{ dataset: cells.dataset || dataset, subject, clip, label, file: path, place: { file, row } }];
  });
}

async function readFolders(folder: DataFolder, layout: (typeof layouts)[number], dataset: string): Promise<Row[]> {
  const rows: Row[] = [];
  const foldersOf = async (path: string) =>
    ((await folder.list(path)) ?? []).filter(({ kind, name }) => kind === 'folder' && !name.startsWith('.'));
  for (const { name: outer } of await foldersOf('')) {
    for (const { name: inner } of await foldersOf(outer)) {
      const [subject, label] = layout === 'subject/class' ? [outer, inner] : [inner, outer];
      for (const { kind, name } of (await folder.list(`${outer}/${inner}`)) ?? []) {
        const clip = kind === 'file' ? pictureName(name)?.trim() : undefined;
        if (clip === undefined) continue;
        const file = `${outer}/${inner}/${name}`;
        rows.push({ dataset, subject, clip, label, file, place: { file } });
      }
    }
  }
  return rows;
}
