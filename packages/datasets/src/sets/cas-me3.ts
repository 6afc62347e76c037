import type { AnnotatedContext, ClipFinder } from '../adapters/annotated-declaration.js';
import { defineAnnotatedDataset } from '../adapters/define-annotated-dataset.js';
import { type AnnotationSearch, findAnnotations } from '../adapters/find-annotations.js';
import { tableSearch } from '../adapters/table-search.js';
import { withOnset } from '../adapters/with-onset.js';
import { type ClassScheme, each } from '../annotations/class-schemes.js';
import type { Correction } from '../annotations/corrections.js';
import type { AnnotatedDataset } from '../dataset.js';
import type { OpenOptions } from '../define-dataset.js';
import { findChild, findFolders, sameName } from '../files/find-paths.js';

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
} as const satisfies Readonly<Record<string, ClassScheme>>;

const corrections: readonly Correction[] = [
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

/** The definition of CAS(ME)^3, part A, micro-expressions. */
export const casMe3 = /* @__PURE__ */ defineAnnotatedDataset({
  name: 'cas-me3',
  title: 'CAS(ME)^3 part A: 860 micro-expressions of 94 subjects, 30 frames per second',
  paper:
    'Li, Dong, Lu, Wang, Yan, Ma, Liu, Huang, Fu 2023, CAS(ME)^3: A Third Generation Facial Spontaneous Micro-Expression Database with Depth Information and High Ecological Validity, IEEE TPAMI 45(3)',
  fps: 30,
  longest: 900,
  layout: "'part_A/spNO.1/a/color/355.jpg' or 'Part_A_ME_clip/frame/spNO.1_a_355/355.jpg'",
  schemes,
  actionUnits: true,
  corrections,
  megc2019: { scheme: 'megc2019', folder: /cas[ _(-]?me\)?[ _^-]*(?:3|iii)(?![a-z0-9])/i },
  options: {},
  faults: 'repair',
  recognize: ({ files }) => files.some((file) => looks.some((look) => look.test(file))),
  async readRows(context) {
    return findAnnotations(context, {
      dataset: 'cas-me3',
      usual: 'cas(me)3_part_A_ME_label_JpgIndex_v2.xlsx',
      names: [/part_?A_ME_label_JpgIndex_v2/i, /part_?A_ME_label/i, /cas[ _(-]?me\)?[ _^-]*3/i],
      ...tableOfRows(),
      clips: () => findCasMe3Clips(context),
    });
  },
  findClips: findCasMe3Clips,
});

/** Reads rows whose clips get their onset behind the name. */
function tableOfRows(): Pick<AnnotationSearch, 'read' | 'wanted'> {
  const search = tableSearch({
    dataset: 'cas-me3',
    columns,
    isRow: ({ subject }) => subjectName.test(subject),
    rowOf: ({ file, row, cells }) => {
      const number = subjectName.exec(cells.subject)?.[1];
      const subject = number === undefined ? cells.subject : `spNO.${Number(number)}`;
      return { ...cells, subject, source: { file, row }, extra: {} };
    },
  });
  return {
    ...search,
    read: (sheets, asked) => {
      const rows = search.read(sheets, asked);
      return rows && withOnset(rows, 'every');
    },
  };
}

async function findCasMe3Clips({ folder }: Pick<AnnotatedContext, 'folder'>): Promise<ClipFinder> {
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
 * Opens the micro-expressions of CAS(ME)^3, part A (color): the folder that holds the label workbook and either the whole
 * recordings or the released clips.
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
