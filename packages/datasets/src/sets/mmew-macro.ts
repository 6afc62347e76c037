import { choice } from '@mer/options';
import { imageDataset, type ListedImage, listedImage } from '../adapters/listed-images.js';
import { type ClassScheme, each } from '../annotations/class-schemes.js';
import { type Emotion, parseEmotion } from '../annotations/emotions.js';
import type { DatasetNote, ImageDataset } from '../dataset.js';
import { defineDataset, type OpenGiven, type OpenOptions } from '../define-dataset.js';
import { findFolders } from '../files/find-paths.js';
import { followLinksOption } from '../files/follow-links-option.js';
import { limitsOption } from '../files/limits-option.js';
import { pictureName } from '../frames/frame-names.js';
import { naturalOrder } from '../natural-order.js';

const basic = ['happiness', 'surprise', 'disgust', 'fear', 'sadness', 'anger'] as const;

const schemes = {
  'emotion-6': {
    title: 'the six basic emotions',
    field: 'emotion',
    classes: each(basic),
    expected: [{ release: 'as published', n: 900 }],
  },
  megc2019: {
    title: 'the mapping of MEGC2019 to three classes',
    field: 'emotion',
    classes: { negative: ['disgust', 'fear', 'sadness', 'anger'], positive: ['happiness'], surprise: ['surprise'] },
  },
} as const satisfies Readonly<Record<string, ClassScheme>>;

const options = {
  classes: choice('Class scheme.', ['emotion-6', 'megc2019'], { default: 'emotion-6' }),
  limits: limitsOption(),
  followLinks: followLinksOption(),
};

/** `S01-07-001`: person, emotion, sample. */
const imageName = /^S(\d+)-\d+-\d+$/i;

/** The definition of MMEW's macro-expressions. */
export const mmewMacro = /* @__PURE__ */ defineDataset({
  name: 'mmew-macro',
  title: 'MMEW: 900 pictures of macro-expressions of 30 subjects, in color',
  paper:
    'Ben, Ren, Zhang, Wang, Kpalma, Meng, Liu 2022, Video-based facial micro-expression analysis: a survey of datasets, features and algorithms, IEEE TPAMI 44(9)',
  samples: 'images',
  options,
  traits: { schemes, people: 'mmew' },
  recognize: ({ files }) => files.some((file) => /(^|\/)S\d+-\d+-\d+\.(?:jpe?g|png|bmp)$/i.test(file)),
  open,
});

/**
 * Opens MMEW's macro-expressions, one picture each: `Macro_Expression/S01/anger/S01-07-001.jpg`, wherever the tree begins, or with the emotion above the subject. To
 * train a network on before micro-expressions, of which there are fewer.
 *
 * Subjects are named `S01` to `S30`, as in `mmew`, whose people they are: leave a subject out of both. The emotion is the folder's name.
 *
 * @throws DatasetError listing every picture without an emotion, or that is there twice; TypeError or RangeError for a wrong option.
 *
 * @example
 * ```ts no-run
 * import { openMmewMacro } from '@mer/datasets';
 *
 * const dataset = await openMmewMacro({ root: 'data/MMEW_Final' });
 * console.log(dataset.samples.length); // 900
 * ```
 *
 * Reference: Ben, Ren, Zhang, Wang, Kpalma, Meng, Liu 2022, Video-based facial micro-expression analysis: a survey of datasets, features and algorithms,
 * IEEE TPAMI 44(9).
 */
export function openMmewMacro(given: OpenOptions<typeof options>): Promise<ImageDataset> {
  return mmewMacro.open(given);
}

async function open({ root: folder, classes: scheme }: OpenGiven<typeof options>): Promise<ImageDataset> {
  const problems: DatasetNote[] = [];
  const notes: DatasetNote[] = [];
  const { classes } = schemes[scheme];
  const labels = Object.values(classes) as readonly (readonly Emotion[])[];
  const images: ListedImage[] = [];
  const pictures: { path: string; file: string; stem: string }[] = [];
  await findFolders(
    folder,
    (path, entries) => {
      for (const { kind, name } of entries) {
        const stem = kind === 'file' ? pictureName(name) : undefined;
        if (stem !== undefined && imageName.test(stem))
          pictures.push({ path, file: path ? `${path}/${name}` : name, stem });
      }
      return false;
    },
    { depth: 6 },
  );
  for (const { path, file, stem } of pictures) {
    const clip = stem.toUpperCase();
    const subject = `S${String(Number(imageName.exec(stem)![1])).padStart(2, '0')}`;
    const emotion = path
      .split('/')
      .reverse()
      .map((name) => parseEmotion(name))
      .find((one) => one !== undefined);
    const key = `${subject}/${clip}`;
    if (emotion === undefined) {
      const message =
        "its emotion is unknown: a folder above it must be named by it, as in 'Macro_Expression/S01/anger/S01-07-001.jpg'";
      problems.push({ severity: 'error', key, file, message });
      continue;
    }
    const label = labels.findIndex((values) => values.includes(emotion));
    if (label < 0)
      notes.push({ severity: 'dropped', key, file, message: `its emotion ${emotion} has no class in ${scheme}` });
    else images.push(listedImage({ dataset: 'mmew-macro', subject, clip }, label, file, { file }));
  }
  if (pictures.length === 0) {
    const message =
      "there are no pictures of macro-expressions: expected 'Macro_Expression/S01/anger/S01-07-001.jpg' (wrong folder?)";
    problems.push({ severity: 'error', key: '', message });
  }
  images.sort((a, b) => naturalOrder(a.subject, b.subject) || naturalOrder(a.clip, b.clip));
  const settings = { classes: scheme };
  return imageDataset(folder, images, { name: 'mmew-macro', classes: Object.keys(classes), problems, notes, settings });
}
