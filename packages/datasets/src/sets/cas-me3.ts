import { choice } from '@mer/options';
import type { AnnotatedContext, ClipFinder } from '../adapters/annotated-declaration.js';
import { defineAnnotatedDataset } from '../adapters/define-annotated-dataset.js';
import { type AnnotationSearch, findAnnotations } from '../adapters/find-annotations.js';
import { tableSearch } from '../adapters/table-search.js';
import { withOnset } from '../adapters/with-onset.js';
import { type ClassScheme, each, objective } from '../annotations/class-schemes.js';
import type { AnnotationRow } from '../annotations/clip-record.js';
import type { Correction } from '../annotations/corrections.js';
import type { AnnotatedDataset } from '../dataset.js';
import { DatasetError } from '../dataset-error.js';
import type { OpenOptions } from '../define-dataset.js';
import type { DataFolder } from '../files/data-folder.js';
import { findChild, findFolders, sameName } from '../files/find-paths.js';
import type { FoundRecording } from '../recordings/recording-declaration.js';

const columns = {
  subject: { names: ['Subject'] },
  clip: { names: ['Filename'] },
  onset: { names: ['Onset'] },
  apex: { names: ['Apex'] },
  offset: { names: ['Offset'] },
  actionUnits: { names: ['AU'] },
  objectiveClass: { names: ['Objective class'], optional: true },
  emotion: { names: ['emotion'] },
} as const;

/** What holds all expressions of part A: of macro-expressions there is no other list, and no emotion. */
const expressionColumns = {
  subject: { names: ['Subject'] },
  clip: { names: ['Filename'] },
  onset: { names: ['Onset'] },
  apex: { names: ['Apex'] },
  offset: { names: ['Offset'] },
  actionUnits: { names: ['AU'] },
  type: { names: ['Expression type'] },
  objectiveClass: { names: ['Objective class'], optional: true },
} as const;

const subjectName = /^spNO\.?(\d+)$/i;

const schemes = {
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
  'objective-7': {
    title: 'objective classes I to VII, which macro-expressions have too',
    field: 'objectiveClass',
    classes: objective(7),
    expected: [{ release: 'part A, v2, micro and macro', n: 4206, perClass: [197, 395, 729, 77, 125, 27, 2656] }],
  },
  type: {
    title: 'micro- and macro-expressions',
    field: 'label',
    classes: each(['micro', 'macro']),
    expected: [{ release: 'part A, v2, micro and macro', n: 4206, perClass: [860, 3346] }],
  },
} as const satisfies Readonly<Record<string, ClassScheme>>;

/** Known errors of the lists of part A. */
export const casMe3Corrections: readonly Correction[] = [
  ...(['1845', '2403'] as const).map(
    (right): Correction => ({
      key: 'spNO.40/e',
      field: 'offset',
      wrong: '0',
      right,
      reason: 'the offset is missing (0)',
      source: 'CAS(ME)3_part_A_v2.xls of jingtingEmmaLi/CAS-ME-3; tvaranka/meb',
      when: { within: 120 },
    }),
  ),
  {
    key: 'spNO.216/d',
    field: 'onset',
    wrong: '3647',
    right: '2647',
    reason: 'the onset lies behind apex (2668) and offset (2694): a wrong first digit',
    source: 'CAS(ME)3_part_A_v2.xls of jingtingEmmaLi/CAS-ME-3; tvaranka/meb',
  },
  {
    key: 'spNO.149/d',
    field: 'apex',
    wrong: '83',
    right: '160',
    reason: 'the apex lies before the onset (112)',
    source: 'CAS(ME)3_part_A_v2.xls of jingtingEmmaLi/CAS-ME-3',
    others: [{ right: '123', source: 'tvaranka/meb' }],
  },
  {
    key: 'spNO.214/c',
    field: 'offset',
    wrong: '3460',
    right: '34',
    reason: 'onset and apex are 5, and the recording has other expressions before 3460: 34 and 60 were run together',
    source: 'tvaranka/meb',
    others: [{ right: '3460', source: 'CAS(ME)3_part_A_v2.xls of jingtingEmmaLi/CAS-ME-3' }],
    when: { onset: '5' },
  },
  ...(['onset', 'apex'] as const).map(
    (field): Correction => ({
      key: 'spNO.216/e',
      field,
      wrong: '0',
      right: '1',
      reason: 'the frames start at 1.jpg',
      source: 'exception/casme3_partA_error_list_ZhouJu.xlsx of jingtingEmmaLi/CAS-ME-3; tvaranka/meb',
    }),
  ),
];

/** What frames and workbooks are named. */
const looks = [
  /(^|\/)spNO\.?\d+(?:_[a-z]_\d+)?\/(?:[^/]+\/){0,2}[^/]+\.(?:jpe?g|png|bmp)$/i,
  /CAS\(?ME\)?\^?3[^/]*\.(?:xlsx?|csv)$/i,
];

/** The definition of CAS(ME)^3, part A. */
export const casMe3 = /* @__PURE__ */ defineAnnotatedDataset({
  name: 'cas-me3',
  title: 'CAS(ME)^3 part A: 860 micro-expressions of 94 subjects, 3346 macro-expressions of 98, 30 frames per second',
  paper:
    'Li, Dong, Lu, Wang, Yan, Ma, Liu, Huang, Fu 2023, CAS(ME)^3: A Third Generation Facial Spontaneous Micro-Expression Database with Depth Information and High Ecological Validity, IEEE TPAMI 45(3)',
  fps: 30,
  longest: 900,
  layout: "'part_A/spNO.1/a/color/355.jpg' or 'Part_A_ME_clip/frame/spNO.1_a_355/355.jpg'",
  schemes,
  actionUnits: true,
  corrections: casMe3Corrections,
  megc2019: { scheme: 'megc2019', folder: /cas[ _(-]?me\)?[ _^-]*(?:3|iii)(?![a-z0-9])/i },
  options: {
    expressions: choice(
      'Which expressions: micro, macro, or both; macro-expressions have objective classes and no emotion.',
      ['micro', 'macro', 'both'],
      { default: 'micro' },
    ),
  },
  faults: 'repair',
  recognize: ({ files }) => files.some((file) => looks.some((look) => look.test(file))),
  async readRows(context) {
    const { expressions, classes } = context.options;
    if (expressions === 'micro') return readMicro(context);
    if (typeof classes === 'string' && schemes[classes].field === 'emotion') {
      const message = `macro-expressions have no emotion, which classes: ${classes} is made of: choose classes: objective-7 or type`;
      context.note({ severity: 'error', key: '', message });
      return [];
    }
    const rows = await readPartA(context);
    return rows.filter(({ extra }) => expressions === 'both' || extra?.['label'] === expressions);
  },
  findClips: findCasMe3Clips,
});

/** Reads the list of micro-expressions, which has their emotions. */
function readMicro(context: AnnotatedContext): Promise<readonly AnnotationRow[]> {
  return findAnnotations(context, {
    dataset: 'cas-me3',
    usual: 'cas(me)3_part_A_ME_label_JpgIndex_v2.xlsx',
    names: [/part_?A_ME_label_JpgIndex_v2/i, /part_?A_ME_label/i, /cas[ _(-]?me\)?[ _^-]*3/i],
    ...rowsWithOnset(
      tableSearch({
        dataset: 'cas-me3',
        columns,
        isRow: ({ subject }) => subjectName.test(subject),
        rowOf: ({ file, row, cells }) => {
          return { ...cells, subject: subjectOf(cells.subject), source: { file, row }, extra: { label: 'micro' } };
        },
      }),
    ),
    clips: () => findCasMe3Clips(context),
  });
}

/**
 * Reads all expressions of part A, micro and macro (`extra.label`); micro-expressions get their emotions of the list that has them, where it is there.
 *
 * @throws DatasetError where the list of all expressions is not there.
 */
export async function readPartA(context: AnnotatedContext): Promise<readonly AnnotationRow[]> {
  const rows = await findAnnotations(context, {
    dataset: 'cas-me3',
    usual: 'CAS(ME)3_part_A_v2.xls',
    names: [/part_?A_v2\.[a-z]+$/i, /part_?A_v\d/i, /cas[ _(-]?me\)?[ _^-]*3/i],
    ...rowsWithOnset(
      tableSearch({
        dataset: 'cas-me3',
        columns: expressionColumns,
        isRow: ({ subject, type }) => subjectName.test(subject) && typeOf(type) !== undefined,
        rowOf: ({ file, row, cells: { type, ...cells } }) => {
          const label = typeOf(type) ?? type;
          // a macro-expression may go on for minutes
          const longest = label === 'macro' ? { longest: Number.MAX_SAFE_INTEGER } : {};
          return { ...cells, subject: subjectOf(cells.subject), source: { file, row }, extra: { label }, ...longest };
        },
      }),
    ),
    clips: () => findCasMe3Clips(context),
  });
  const known = rows.filter(({ subject, clip, extra, source }) => {
    if (extra?.['label'] === 'micro' || extra?.['label'] === 'macro') return true;
    const message = `Expression type must begin with Macro or Micro: current value is '${extra?.['label']}'`;
    context.note({ severity: 'error', key: `${subject}/${clip}`, message, ...source });
    return false;
  });
  return withEmotions(context, known);
}

/** Micro-expressions with the emotions that the other list gives those of the same onset or, where it mistook that, of the same offset. */
async function withEmotions(context: AnnotatedContext, rows: readonly AnnotationRow[]): Promise<AnnotationRow[]> {
  const { annotations: _, ...options } = context.options;
  const keysOf = ({ subject, folder, onset, offset }: AnnotationRow) =>
    [`onset ${Number(onset)}`, `offset ${Number(offset)}`].map((mark) => `${subject}/${folder}/${mark}`.toLowerCase());
  const emotions = new Map<string, string>();
  try {
    for (const row of await readMicro({ ...context, options: options as AnnotatedContext['options'] })) {
      for (const key of keysOf(row)) emotions.set(key, row.emotion ?? '');
      context.alsoRead(row.source.file);
    }
  } catch (error) {
    if (!(error instanceof DatasetError)) throw error;
    const message =
      'micro-expressions have no emotion: cas(me)3_part_A_ME_label_JpgIndex_v2.xlsx, which says it, is not there';
    context.note({ severity: 'marked', key: '', message });
  }
  return rows.map((row) => {
    if (row.extra?.['label'] !== 'micro') return row;
    const [first, second] = keysOf(row).map((key) => emotions.get(key));
    return { ...row, emotion: first ?? second ?? '' };
  });
}

/** `Micro-expression` is micro. */
const typeOf = (text: string) => /^(macro|micro)/i.exec(text)?.[1]?.toLowerCase() as 'macro' | 'micro' | undefined;

const subjectOf = (text: string) => {
  const number = subjectName.exec(text)?.[1];
  return number === undefined ? text : `spNO.${Number(number)}`;
};

/** A search whose clips get their onset behind the name. */
function rowsWithOnset<T extends Pick<AnnotationSearch, 'read'>>(search: T): T {
  return {
    ...search,
    read: (sheets: Parameters<T['read']>[0], asked: boolean) => {
      const rows = search.read(sheets, asked);
      return rows && withOnset(rows, 'every');
    },
  };
}

/** The folders of released clips by name, and the folders that hold those of subjects with whole recordings. */
async function casMe3Trees(folder: DataFolder): Promise<{ clips: Map<string, string>; recordings: string[] }> {
  const clipName = /^spNO\.?(\d+)_([a-z])_(\d+)$/i;
  const paths = await findFolders(
    folder,
    (_path, entries) =>
      entries.some(({ kind, name }) => kind === 'folder' && (clipName.test(name) || subjectName.test(name))),
    { depth: 4 },
  );
  const clips = new Map<string, string>();
  const recordings: string[] = [];
  for (const path of paths) {
    if (/(^|\/)depth$/i.test(path)) continue;
    const names = ((await folder.list(path)) ?? []).filter(({ kind }) => kind === 'folder').map(({ name }) => name);
    if (names.some((name) => subjectName.test(name))) recordings.push(path);
    for (const name of names) {
      const parts = clipName.exec(name);
      const key = parts && `spno.${Number(parts[1])}_${parts[2]}_${Number(parts[3])}`.toLowerCase();
      if (key && !clips.has(key)) clips.set(key, `${path ? `${path}/` : ''}${name}`);
    }
  }
  return { clips, recordings };
}

/** The recordings of a part that are on disk: `spNO.1/a`. */
export async function casMe3Videos(folder: DataFolder): Promise<FoundRecording[]> {
  const { recordings } = await casMe3Trees(folder);
  // the parts may lie side by side, and only one is annotated
  const named = recordings.filter((path) => /(^|\/)[^/]*part[ _-]?a[^/]*(?:\/|$)/i.test(path));
  const others = recordings.filter((path) => !/(^|\/)[^/]*part[ _-]?[bc][^/]*(?:\/|$)/i.test(path));
  const found: FoundRecording[] = [];
  for (const path of named.length > 0 ? named : others) {
    const foldersOf = async (of: string) =>
      ((await folder.list(of)) ?? []).filter(({ kind }) => kind === 'folder').map(({ name }) => name);
    for (const name of await foldersOf(path)) {
      if (!subjectName.test(name)) continue;
      const inside = path ? `${path}/${name}` : name;
      for (const letter of (await foldersOf(inside)).filter((one) => /^[a-z]$/i.test(one))) {
        const recording = `${inside}/${letter}`;
        const color = await findChild(folder, recording, (one) => /^colou?r$/i.test(one));
        found.push({ subject: subjectOf(name), recording: letter.toLowerCase(), folder: color ?? recording });
      }
    }
  }
  return found;
}

async function findCasMe3Clips({ folder }: Pick<AnnotatedContext, 'folder'>): Promise<ClipFinder> {
  const { clips, recordings } = await casMe3Trees(folder);
  return {
    kind: clips.size ? 'clips' : 'recordings',
    async find({ subject, clip, onset, extra }) {
      const file = extra['folder']!;
      // The clip's folder is named by the onset as annotated, which a correction may have changed.
      const own =
        clips.get(`${subject}_${file}_${onset}`.toLowerCase()) ?? clips.get(`${subject}_${clip}`.toLowerCase());
      if (own) return { folder: own, shared: false };
      for (const path of recordings) {
        const inside = await findChild(
          folder,
          path,
          (name) => Number(subjectName.exec(name)?.[1]) === Number(subjectName.exec(subject)?.[1]),
        );
        const recording = inside && (await findChild(folder, inside, (name) => sameName(name, file)));
        if (!recording) continue;
        const color = await findChild(folder, recording, (name) => /^colou?r$/i.test(name));
        return { folder: color ?? recording, shared: true };
      }
      return undefined;
    },
  };
}

/**
 * Opens CAS(ME)^3, part A (color): the folder that holds the label workbook and either the whole recordings or the released clips.
 * Micro-expressions by default; `expressions` chooses macro-expressions, which the authors' `CAS(ME)3_part_A_v2.xls` lists with action units
 * and objective classes, and which need whole recordings.
 *
 * Clips are named by recording and onset (`a_355`), as in the clip release; subjects `spNO.1`. The workbook writes every
 * number as text; happy and sad are read as happiness and sadness. Missing offsets of spNO.40/e and the onset 0 of
 * spNO.216/e are corrected (see `corrections`); other impossible frame numbers are mended by rule, each listed.
 *
 * @throws DatasetError listing everything that is wrong with the folder; TypeError or RangeError for a wrong option.
 *
 * @example
 * ```ts no-run
 * import { openCasMe3 } from '@mer/datasets';
 *
 * const dataset = await openCasMe3({ root: 'data/CAS(ME)3', classes: 'emotion-4' });
 * console.log(dataset.samples.length);
 * ```
 *
 * Reference: Li, Dong, Lu, Wang, Yan, Ma, Liu, Huang, Fu 2023, CAS(ME)^3: A Third Generation Facial Spontaneous
 * Micro-Expression Database with Depth Information and High Ecological Validity, IEEE TPAMI 45(3).
 */
export function openCasMe3(given: OpenOptions<typeof casMe3.options>): Promise<AnnotatedDataset> {
  return casMe3.open(given);
}
