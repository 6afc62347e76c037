import { defineAnnotatedDataset } from '../adapters/define-annotated-dataset.js';
import { findAnnotations } from '../adapters/find-annotations.js';
import { namedClips } from '../adapters/named-clips.js';
import { tableSearch } from '../adapters/table-search.js';
import { type ClassScheme, each } from '../annotations/class-schemes.js';
import type { AnnotatedDataset } from '../dataset.js';
import type { OpenOptions } from '../define-dataset.js';

const columns = {
  subject: { names: ['Subject'] },
  clip: { names: ['Filename'] },
  onset: { names: ['OnsetFrame', 'Onset'] },
  apex: { names: ['ApexFrame', 'Apex'] },
  offset: { names: ['OffsetFrame', 'Offset'] },
  actionUnits: { names: ['Action Units', 'AU'] },
  emotion: { names: ['Estimated Emotion', 'Emotion'] },
  remarks: { names: ['remarks'], optional: true },
} as const;

/** MMEW's README calls repression what its workbook calls others. */
const mmewOthers = { others: ['others', 'repression'] } as const;

const schemes = {
  'emotion-7': {
    title: 'all seven labels',
    field: 'emotion',
    classes: { ...each(['happiness', 'surprise', 'disgust']), ...mmewOthers, ...each(['fear', 'sadness', 'anger']) },
    expected: [{ release: 'as published', n: 300, perClass: [36, 89, 72, 66, 16, 13, 8] }],
  },
  'emotion-6': {
    title: 'the six basic emotions: others are left out',
    field: 'emotion',
    classes: each(['happiness', 'surprise', 'disgust', 'fear', 'sadness', 'anger']),
    expected: [{ release: 'as published', n: 234, perClass: [36, 89, 72, 16, 13, 8] }],
  },
  'emotion-4': {
    title: 'the four large classes',
    field: 'emotion',
    classes: { ...each(['happiness', 'surprise', 'disgust']), ...mmewOthers },
    expected: [{ release: 'as published', n: 263, perClass: [36, 89, 72, 66] }],
  },
  megc2019: {
    title: 'the mapping of MEGC2019 to three classes: others are left out',
    field: 'emotion',
    classes: {
      negative: ['anger', 'disgust', 'fear', 'sadness'],
      positive: ['happiness'],
      surprise: ['surprise'],
    },
    expected: [{ release: 'as published', n: 234, perClass: [109, 36, 89] }],
  },
} as const satisfies Readonly<Record<string, ClassScheme>>;

/** What frames and workbooks are named. */
const looks = [/(^|\/)S\d+-\d+-\d+\/[^/]+\.(?:jpe?g|png|bmp)$/i, /MMEW[^/]*\.(?:xlsx?|csv)$/i];

/** `S13-07-001`. */
const clipName = /^S\d+-\d+-\d+$/i;

/** The definition of MMEW. */
export const mmew = /* @__PURE__ */ defineAnnotatedDataset({
  name: 'mmew',
  title: 'MMEW: 300 micro-expression clips of 30 subjects, 90 frames per second',
  paper:
    'Ben, Ren, Zhang, Wang, Kpalma, Meng, Liu 2022, Video-based facial micro-expression analysis: a survey of datasets, features and algorithms, IEEE TPAMI 44(9)',
  fps: 90,
  longest: 450,
  layout: "'Micro_Expression/anger/S13-07-001/1.jpg' or 'S03/happiness/S03-01-002/1.jpg'",
  schemes,
  actionUnits: true,
  megc2019: { scheme: 'megc2019', folder: /mmew/i },
  options: {},
  faults: 'repair',
  recognize: ({ files }) => files.some((file) => looks.some((look) => look.test(file))),
  async readRows(context) {
    return findAnnotations(context, {
      dataset: 'mmew',
      usual: 'MMEW_Micro_Exp.xlsx',
      names: [/^MMEW_Micro_Exp\.[a-z]+$/i, /mmew/i],
      ...tableSearch({
        dataset: 'mmew',
        columns,
        isRow: ({ clip }) => clipName.test(clip),
        rowOf: ({ file, row, cells: { remarks, ...named } }) => {
          const digits = /^S?0*(\d+)$/i.exec(named.subject)?.[1];
          const subject = digits === undefined ? named.subject : `S${digits.padStart(2, '0')}`;
          return { ...named, subject, source: { file, row }, extra: { remarks } };
        },
      }),
      clips: () => namedClips({ ...context, note: () => {} }, clipName),
    });
  },
  // Clip folders are named by subject, emotion and sample, wherever they lie: both released trees have them.
  findClips: (context) => namedClips(context, clipName),
});

/**
 * Opens MMEW's micro-expressions: the folder that holds the workbook and either of the two released trees.
 *
 * Subjects are named `S01` to `S30`, clips as their folders (`S13-07-001`). Frame numbers count within the clip, from 1.
 * Rows of the released workbook with impossible frame numbers are mended by rule (`faults: 'repair'`), each listed.
 *
 * @throws DatasetError listing everything that is wrong with the folder; TypeError or RangeError for a wrong option.
 *
 * @example
 * ```ts no-run
 * import { openMmew } from '@mer/datasets';
 *
 * const dataset = await openMmew({ root: 'data/MMEW_Final', classes: 'emotion-4' });
 * console.log(dataset.samples.length);
 * ```
 *
 * Reference: Ben, Ren, Zhang, Wang, Kpalma, Meng, Liu 2022, Video-based facial micro-expression analysis: a survey of
 * datasets, features and algorithms, IEEE TPAMI 44(9). The workbook was not seen when this was written: its columns are
 * those that public loaders use.
 */
export function openMmew(given: OpenOptions<typeof mmew.options>): Promise<AnnotatedDataset> {
  return mmew.open(given);
}
