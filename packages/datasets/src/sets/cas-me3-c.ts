import { choice } from '@mer/options';
import type { AnnotatedContext, ClipFinder } from '../adapters/annotated-declaration.js';
import { defineAnnotatedDataset } from '../adapters/define-annotated-dataset.js';
import { findAnnotations } from '../adapters/find-annotations.js';
import { tableSearch } from '../adapters/table-search.js';
import { type ClassScheme, each } from '../annotations/class-schemes.js';
import type { AnnotationRow } from '../annotations/clip-record.js';
import type { AnnotatedDataset } from '../dataset.js';
import type { OpenOptions } from '../define-dataset.js';
import type { DataFolder } from '../files/data-folder.js';
import { findFolders } from '../files/find-paths.js';
import { pictureName } from '../frames/frame-names.js';

/** The list of micro-expressions: emotions and action units. */
const microColumns = {
  subject: { names: ['sub', 'Subject'] },
  clip: { names: ['count'] },
  onset: { names: ['onset'] },
  offset: { names: ['offset'] },
  actionUnits: { names: ['au'] },
  emotion: { names: ['emotion'] },
} as const;

/** The list of all expressions: `Exp_type` is 1 for micro, 0 for macro. */
const allColumns = {
  subject: { names: ['Subject'] },
  onset: { names: ['Onset'] },
  offset: { names: ['Offset'] },
  type: { names: ['Exp_type'] },
  risk: { names: ['risk'], optional: true },
} as const;

const classes = { negative: ['negative'], positive: ['positive'], surprise: ['surprise'] } as const;

const schemes = {
  'valence-4': {
    title: 'negative, positive, surprise, others',
    field: 'emotion',
    classes: { ...classes, others: ['others'] },
    expected: [{ release: 'micro-expressions', n: 165, perClass: [99, 16, 30, 20] }],
  },
  'valence-3': {
    title: 'negative, positive, surprise: others are left out',
    field: 'emotion',
    classes,
    expected: [{ release: 'micro-expressions', n: 145, perClass: [99, 16, 30] }],
  },
  type: {
    title: 'micro- and macro-expressions',
    field: 'label',
    classes: each(['micro', 'macro']),
    expected: [{ release: 'micro and macro', n: 468, perClass: [165, 303] }],
  },
} as const satisfies Readonly<Record<string, ClassScheme>>;

/** The definition of CAS(ME)^3, part C. */
export const casMe3C = /* @__PURE__ */ defineAnnotatedDataset({
  name: 'cas-me3-c',
  title:
    'CAS(ME)^3 part C, the mock crime: 165 micro-expressions of 30 subjects, 303 macro-expressions, 30 frames per second',
  paper:
    'Li, Dong, Lu, Wang, Yan, Ma, Liu, Huang, Fu 2023, CAS(ME)^3: A Third Generation Facial Spontaneous Micro-Expression Database with Depth Information and High Ecological Validity, IEEE TPAMI 45(3)',
  fps: 30,
  apex: false,
  longest: 900,
  layout: "'part_C/4/color/520.jpg', one folder for each subject",
  schemes,
  options: {
    expressions: choice(
      'Which expressions: micro, macro, or both; macro-expressions have no emotion.',
      ['micro', 'macro', 'both'],
      {
        default: 'micro',
      },
    ),
  },
  recognize: ({ files }) => files.some((file) => /CAS\(?ME\)?\^?3[^/]*part[ _-]?C[^/]*\.(?:xlsx?|csv)$/i.test(file)),
  async readRows(context) {
    const { expressions, classes: scheme } = context.options;
    if (expressions !== 'micro' && schemes[scheme].field === 'emotion') {
      const message = `macro-expressions have no emotion, which classes: ${scheme} is made of: choose classes: type`;
      context.note({ severity: 'error', key: '', message });
      return [];
    }
    return readPartC(context, expressions);
  },
  findClips: ({ folder }) => finderOf(folder),
});

/** Reads the expressions of part C; `extra.label` is micro or macro. */
export async function readPartC(
  context: AnnotatedContext,
  expressions: 'micro' | 'macro' | 'both',
): Promise<AnnotationRow[]> {
  const micro = expressions === 'macro' ? [] : await readMicro(context);
  if (expressions === 'micro') return micro;
  // the option annotations names the list of micro-expressions, where these are read
  const { annotations, ...options } = context.options;
  const own = {
    ...context,
    options: { ...options, ...(expressions === 'macro' && { annotations }) },
  } as AnnotatedContext;
  const all = await findAnnotations(own, {
    dataset: 'cas-me3-c',
    usual: 'CAS(ME)3_part_C.xls',
    names: [/part[ _-]?C\.[a-z]+$/i, /part[ _-]?C(?!_?ME)/i],
    ...tableSearch({
      dataset: 'cas-me3-c',
      columns: allColumns,
      isRow: ({ subject, type }) => /^\d+$/.test(subject) && /^[01]$/.test(type),
      rowOf: ({ file, row, cells: { subject, onset, offset, type, risk } }) => ({
        subject: subjectOf(subject),
        clip: `c_${onset}`,
        onset,
        offset,
        source: { file, row },
        extra: { label: type === '0' ? 'macro' : 'micro', risk },
        ...(type === '0' && { longest: Number.MAX_SAFE_INTEGER }),
      }),
    }),
    clips: () => finderOf(context.folder),
  });
  return [...micro, ...all.filter(({ extra }) => extra?.['label'] === 'macro')];
}

async function readMicro(context: AnnotatedContext): Promise<AnnotationRow[]> {
  const rows = await findAnnotations(context, {
    dataset: 'cas-me3-c',
    usual: 'CAS(ME)3_part_C_ME.xlsx',
    names: [/part[ _-]?C_?ME\.[a-z]+$/i, /part[ _-]?C/i],
    ...tableSearch({
      dataset: 'cas-me3-c',
      columns: microColumns,
      isRow: ({ subject }) => /^\d+$/.test(subject),
      rowOf: ({ file, row, cells: { clip: count, ...cells } }) => ({
        ...cells,
        subject: subjectOf(cells.subject),
        clip: `c_${cells.onset}`,
        source: { file, row },
        extra: { label: 'micro', count },
      }),
    }),
    clips: () => finderOf(context.folder),
  });
  return [...rows];
}

const subjectOf = (text: string) => (/^\d+$/.test(text) ? String(Number(text)) : text);

async function finderOf(folder: DataFolder): Promise<ClipFinder> {
  const recordings = await partCRecordings(folder);
  return {
    kind: 'recordings',
    async find({ subject }) {
      const path = recordings.get(subject);
      return path === undefined ? undefined : { folder: path, shared: true };
    },
  };
}

const subjectFolder = /^(?:spNO\.?|subject|sub|s)?[ _-]?0*(\d+)$/i;

/** The folder of each subject's one recording, by number: `part_C/4/color`, `part_C/spNO.4`, or `4`. */
export async function partCRecordings(folder: DataFolder): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  const paths = await findFolders(
    folder,
    (path, entries) => {
      const names = path.split('/');
      if (names.some((name) => /^depth$|part[ _-]?[ab](?![a-z])/i.test(name))) return false;
      return entries.some(({ kind, name }) => kind === 'file' && pictureName(name) !== undefined);
    },
    { depth: 6 },
  );
  for (const path of paths) {
    const names = path.split('/');
    const last = /^colou?r$/i.test(names.at(-1)!) ? names.at(-2) : names.at(-1);
    const number = subjectFolder.exec(last ?? '')?.[1];
    if (number !== undefined && !found.has(String(Number(number)))) found.set(String(Number(number)), path);
  }
  return found;
}

/**
 * Opens CAS(ME)^3, part C: a mock crime and its interrogation, one recording of eight minutes for each subject.
 *
 * Subjects are their numbers (other people than those of part A with the same numbers); clips are named by their onset (`c_15874`). There are no apexes. The
 * micro-expressions are those of `CAS(ME)3_part_C_ME.xlsx`, with action units and emotions; macro-expressions, of `CAS(ME)3_part_C.xls`, have neither.
 *
 * @throws DatasetError listing everything that is wrong with the folder; TypeError or RangeError for a wrong option.
 *
 * @example
 * ```ts no-run
 * import { openCasMe3C } from '@mer/datasets';
 *
 * const dataset = await openCasMe3C({ root: 'data/CAS(ME)3', classes: 'valence-3' });
 * console.log(dataset.samples.length); // 145
 * ```
 *
 * Reference: Li, Dong, Lu, Wang, Yan, Ma, Liu, Huang, Fu 2023, CAS(ME)^3: A Third Generation Facial Spontaneous
 * Micro-Expression Database with Depth Information and High Ecological Validity, IEEE TPAMI 45(3). The frames were not seen when this was written: their tree
 * is assumed.
 */
export function openCasMe3C(given: OpenOptions<typeof casMe3C.options>): Promise<AnnotatedDataset> {
  return casMe3C.open(given);
}
