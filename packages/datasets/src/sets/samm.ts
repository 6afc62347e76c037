import type { ClipFinder } from '../adapters/annotated-declaration.js';
import { framesOption } from '../adapters/annotated-options.js';
import { defineAnnotatedDataset } from '../adapters/define-annotated-dataset.js';
import { findAnnotations } from '../adapters/find-annotations.js';
import { numberedSubjects, type TreeContext } from '../adapters/subject-tree.js';
import { tableSearch } from '../adapters/table-search.js';
import { type ClassScheme, each, objective } from '../annotations/class-schemes.js';
import type { Correction } from '../annotations/corrections.js';
import type { AnnotatedDataset } from '../dataset.js';
import type { OpenOptions } from '../define-dataset.js';

const columns = {
  subject: { names: ['Subject'] },
  clip: { names: ['Filename'] },
  onset: { names: ['Onset Frame', 'Onset'] },
  apex: { names: ['Apex Frame', 'Apex'] },
  offset: { names: ['Offset Frame', 'Offset'] },
  actionUnits: { names: ['Action Units'] },
  emotion: { names: ['Estimated Emotion'] },
  objectiveClass: { names: ['Objective Classes', 'Objective Class'], optional: true },
  inducement: { names: ['Inducement Code'], optional: true },
  duration: { names: ['Duration'], optional: true },
  notes: { names: ['Notes'], optional: true },
} as const;

/** `6` and `006` are the subject `006`. */
const sammSubject = (text: string) => (/^\d{1,3}$/.test(text) ? text.padStart(3, '0') : text);

const schemes = {
  'emotion-5': {
    title: 'five emotions: disgust, fear and sadness are left out',
    field: 'emotion',
    classes: each(['anger', 'contempt', 'happiness', 'surprise', 'others']),
    expected: [{ release: 'v2', n: 136, perClass: [57, 12, 26, 15, 26] }],
  },
  'emotion-8': {
    title: 'all eight labels',
    field: 'emotion',
    classes: each(['anger', 'happiness', 'others', 'surprise', 'contempt', 'disgust', 'fear', 'sadness']),
    expected: [{ release: 'v2', n: 159, perClass: [57, 26, 26, 15, 12, 9, 8, 6] }],
  },
  megc2019: {
    title: 'MEGC2019, three classes: others are left out',
    field: 'emotion',
    classes: {
      negative: ['anger', 'contempt', 'disgust', 'fear', 'sadness'],
      positive: ['happiness'],
      surprise: ['surprise'],
    },
    expected: [{ release: 'v2', n: 133, perClass: [92, 26, 15] }],
  },
  'objective-5': {
    title: 'objective classes I to V, as in MEGC2018',
    field: 'objectiveClass',
    classes: objective(5),
    expected: [{ release: 'v2', n: 68, perClass: [24, 13, 20, 8, 3] }],
  },
  'objective-7': {
    title: 'objective classes I to VII',
    field: 'objectiveClass',
    classes: objective(7),
    expected: [{ release: 'v2', n: 159, perClass: [24, 13, 20, 8, 3, 7, 84] }],
  },
} as const satisfies Readonly<Record<string, ClassScheme>>;

const corrections: readonly Correction[] = [
  {
    key: '028/028_4_1',
    field: 'apex',
    wrong: '1143',
    right: '',
    reason:
      'the apex lies after the offset (1134); onset, offset and Duration agree, so the apex is the wrong one, and unknown',
    source: 'SAMM_Micro_FACS_Codes_v2.xlsx itself, where onset, offset and Duration agree',
    others: [
      { right: '1113', source: 'the copy of davidnvq/me_recognition' },
      { right: '1105', source: 'tvaranka/meb, by optical flow' },
    ],
  },
  {
    key: '032/032_3_1',
    field: 'apex',
    wrong: '1930',
    right: '4930',
    reason: 'the apex lies before the onset (4896): a wrong first digit',
    source: 'the copy of davidnvq/me_recognition and two other public copies of the workbook',
    others: [
      { right: '4945', source: 'tvaranka/meb, by optical flow' },
      { right: '', source: 'SAMM Long Videos' },
    ],
  },
];

/** What frames and workbooks are named. */
const looks = [/(^|\/)\d{3}_\d+_\d+\/[^/]+\.(?:jpe?g|png|bmp)$/i, /SAMM[^/]*\.(?:xlsx?|csv)$/i];

/** `006_1_2`. */
const clipName = /^\d{1,3}_\d+_\d+$/;

/** The definition of SAMM. */
export const samm = /* @__PURE__ */ defineAnnotatedDataset({
  name: 'samm',
  title: 'SAMM: 159 clips of 29 subjects, 200 frames per second',
  paper: 'Davison, Lansley, Costen, Tan, Yap 2018, SAMM: A Spontaneous Micro-Facial Movement Dataset, IEEE TAC 9(1)',
  fps: 200,
  longest: 400,
  layout: "'006/006_1_2/006_05562.jpg'",
  schemes,
  actionUnits: true,
  corrections,
  megc2019: {
    scheme: 'megc2019',
    folder: /samm/i,
    keyOf: (subject, clip) => `${sammSubject(subject)}/${clip}`,
  },
  options: { frames: framesOption() },
  recognize: ({ files }) => files.some((file) => looks.some((look) => look.test(file))),
  async readRows(context) {
    return findAnnotations(context, {
      dataset: 'samm',
      usual: 'SAMM_Micro_FACS_Codes_v2.xlsx',
      names: [/^SAMM_Micro_FACS_Codes_v\d+\.[a-z]+$/i, /SAMM.*Micro.*FACS/i, /samm/i],
      ...tableSearch({
        dataset: 'samm',
        columns,
        isRow: ({ clip }) => clipName.test(clip),
        rowOf: ({ file, row, cells: { inducement, duration, notes, ...named } }) => ({
          ...named,
          subject: sammSubject(named.subject),
          source: { file, row },
          extra: { inducement, duration, notes },
        }),
      }),
      clips: () => findSammClips({ ...context, note: () => {} }),
    });
  },
  findClips: findSammClips,
});

function findSammClips(context: TreeContext): Promise<ClipFinder> {
  const look = { subject: /^0*(\d{1,3})$/, clip: clipName, alone: clipName, frame: /\d\.(?:jpe?g|png|bmp)$/i };
  return numberedSubjects(context, look);
}

/**
 * Opens SAMM: the folder that holds the FACS workbook and the frames.
 *
 * The header is found by its content, whether it is in row 14 below the prose or in row 1 of an edited copy. Subjects are
 * named `006` to `037`, clips as in the workbook (`006_1_2`). Two apexes of the released workbook are corrected
 * (028_4_1, 032_3_1; see `corrections`).
 *
 * @throws DatasetError listing everything that is wrong with the folder; TypeError or RangeError for a wrong option.
 *
 * @example
 * ```ts no-run
 * import { openSamm } from '@mer/datasets';
 *
 * const dataset = await openSamm({ root: 'data/SAMM', classes: 'megc2019' });
 * console.log(dataset.samples.length, dataset.notes.map(({ message }) => message));
 * ```
 *
 * Reference: Davison, Lansley, Costen, Tan, Yap 2018, SAMM: A Spontaneous Micro-Facial Movement Dataset, IEEE TAC 9(1).
 */
export function openSamm(given: OpenOptions<typeof samm.options>): Promise<AnnotatedDataset> {
  return samm.open(given);
}
