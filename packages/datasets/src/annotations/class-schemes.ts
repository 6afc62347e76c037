import type { ClipRecord } from './clip-record.js';

/** A way of turning annotations into classes. */
export interface ClassScheme {
  /** What it is, in a few words. */
  title: string;
  /** Column that decides; `label` is the manifest's own in the data set `folder`. */
  field: 'emotion' | 'objectiveClass' | 'label';
  /** Classes in order, each with the annotated values that belong to it. */
  classes: Readonly<Record<string, readonly string[]>>;
  /** Clips (`subject/clip`) that the scheme leaves out although their value belongs to a class, with the reason. */
  except?: Readonly<Record<string, string>>;
  /** Number of clips in the releases, where known: what to compare the printed n with. */
  expected?: readonly { release: string; n: number; perClass: readonly number[] }[];
}

/** Each value is its own class. */
const each = <const T extends readonly string[]>(values: T) =>
  Object.fromEntries(values.map((value) => [value, [value]])) as unknown as Readonly<Record<string, readonly string[]>>;

const objective = (count: 5 | 7) => each((['I', 'II', 'III', 'IV', 'V', 'VI', 'VII'] as const).slice(0, count));

/** MMEW's README calls repression what its workbook calls others. */
const mmewOthers = { others: ['others', 'repression'] } as const;

const official = 'not in the official list of the MEGC2019 challenge';

/**
 * The class schemes of each data set, by name: `classSchemes.casme2.megc2019`.
 *
 * `expected` holds the counts of the known releases; an adapter prints the n that it found.
 *
 * @example
 * ```ts
 * import { classSchemes } from '@mer/datasets';
 *
 * console.log(Object.keys(classSchemes.mmew)); // [ 'emotion-7', 'emotion-6', 'emotion-4', 'megc2019' ]
 * ```
 */
export const classSchemes = Object.freeze({
  casme2: {
    'emotion-5': {
      title: 'five emotions: sadness and fear are left out',
      field: 'emotion',
      classes: each(['disgust', 'happiness', 'repression', 'surprise', 'others']),
      expected: [
        { release: '20140508', n: 246, perClass: [63, 32, 27, 25, 99] },
        { release: '20190701', n: 249, perClass: [63, 32, 27, 28, 99] },
      ],
    },
    'emotion-7': {
      title: 'all seven labels',
      field: 'emotion',
      classes: each(['disgust', 'happiness', 'repression', 'surprise', 'others', 'sadness', 'fear']),
      expected: [
        { release: '20140508', n: 255, perClass: [63, 32, 27, 25, 99, 7, 2] },
        { release: '20190701', n: 255, perClass: [63, 32, 27, 28, 99, 4, 2] },
      ],
    },
    megc2019: {
      title: 'MEGC2019, three classes: negative is disgust and repression',
      field: 'emotion',
      classes: { negative: ['disgust', 'repression'], positive: ['happiness'], surprise: ['surprise'] },
      except: {
        'sub04/EP12_01f': `${official} (it has no apex)`,
        'sub05/EP09_05f': `${official} (its apex is its onset)`,
        'sub24/EP07_01': `${official} (sadness in the 2014 workbook, surprise in that of 2019)`,
        'sub24/EP07_04f': `${official} (sadness in the 2014 workbook, surprise in that of 2019)`,
        'sub24/EP10_03': `${official} (sadness in the 2014 workbook, surprise in that of 2019)`,
      },
      expected: [{ release: 'either', n: 145, perClass: [88, 32, 25] }],
    },
    'objective-5': {
      title: 'objective classes I to V, as in MEGC2018',
      field: 'objectiveClass',
      classes: objective(5),
      expected: [
        { release: 'CASME2-ObjectiveClasses.xlsx', n: 185, perClass: [25, 15, 99, 26, 20] },
        { release: '20190701', n: 174, perClass: [30, 18, 93, 15, 18] },
      ],
    },
    'objective-7': {
      title: 'objective classes I to VII',
      field: 'objectiveClass',
      classes: objective(7),
      expected: [
        { release: 'CASME2-ObjectiveClasses.xlsx', n: 255, perClass: [25, 15, 99, 26, 20, 1, 69] },
        { release: '20190701', n: 255, perClass: [30, 18, 93, 15, 18, 2, 79] },
      ],
    },
  },
  samm: {
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
  },
  smic: {
    megc2019: {
      title: 'the three classes of SMIC, which are those of MEGC2019',
      field: 'emotion',
      classes: each(['negative', 'positive', 'surprise']),
      expected: [
        { release: 'HS', n: 164, perClass: [70, 51, 43] },
        { release: 'VIS', n: 71, perClass: [23, 28, 20] },
        { release: 'NIR', n: 71, perClass: [23, 28, 20] },
      ],
    },
  },
  mmew: {
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
  },
  casMe2: {
    'valence-4': {
      title: 'positive, negative, surprise, others',
      field: 'emotion',
      classes: each(['negative', 'positive', 'surprise', 'others']),
      expected: [{ release: 'micro-expressions', n: 57, perClass: [21, 8, 9, 19] }],
    },
    'valence-3': {
      title: 'positive, negative, surprise: others are left out',
      field: 'emotion',
      classes: each(['negative', 'positive', 'surprise']),
      expected: [{ release: 'micro-expressions', n: 38, perClass: [21, 8, 9] }],
    },
  },
  casMe3: {
    'emotion-7': {
      title: 'all seven labels',
      field: 'emotion',
      classes: each(['disgust', 'surprise', 'others', 'fear', 'anger', 'sadness', 'happiness']),
      expected: [{ release: 'part A, v2', n: 860, perClass: [250, 187, 161, 86, 64, 57, 55] }],
    },
    'emotion-4': {
      title: 'negative is disgust, fear, anger and sadness; positive is happiness; surprise; others',
      field: 'emotion',
      classes: {
        negative: ['disgust', 'fear', 'anger', 'sadness'],
        positive: ['happiness'],
        surprise: ['surprise'],
        others: ['others'],
      },
      expected: [{ release: 'part A, v2', n: 860, perClass: [457, 55, 187, 161] }],
    },
    megc2019: {
      title: 'the mapping of MEGC2019 to three classes: others are left out',
      field: 'emotion',
      classes: {
        negative: ['disgust', 'fear', 'anger', 'sadness'],
        positive: ['happiness'],
        surprise: ['surprise'],
      },
      expected: [{ release: 'part A, v2', n: 699, perClass: [457, 55, 187] }],
    },
  },
  casme1: {
    'emotion-8': {
      title: 'all eight labels',
      field: 'emotion',
      classes: each(['tense', 'disgust', 'repression', 'surprise', 'happiness', 'sadness', 'contempt', 'fear']),
      expected: [{ release: 'as published', n: 189, perClass: [68, 45, 39, 20, 7, 6, 2, 2] }],
    },
    'emotion-4': {
      title: 'the four large classes',
      field: 'emotion',
      classes: each(['tense', 'disgust', 'repression', 'surprise']),
      expected: [{ release: 'as published', n: 172, perClass: [68, 45, 39, 20] }],
    },
  },
} as const satisfies Readonly<Record<string, Readonly<Record<string, ClassScheme>>>>);

/** The value of a record that decides its class. */
export function classValue(scheme: Pick<ClassScheme, 'field'>, record: ClipRecord): string | null {
  return scheme.field === 'label' ? (record.extra['label'] ?? null) : record[scheme.field];
}

/** The index of a record's class in a scheme; undefined where the scheme has no class for it. */
export function classOf(scheme: ClassScheme, record: ClipRecord): number | undefined {
  if (scheme.except && Object.hasOwn(scheme.except, `${record.subject}/${record.clip}`)) return undefined;
  const value = classValue(scheme, record);
  const index = Object.values(scheme.classes).findIndex((values) => value !== null && values.includes(value));
  return index < 0 ? undefined : index;
}
