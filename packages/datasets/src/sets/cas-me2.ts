import { choice } from '@mer/options';
import type { AnnotatedContext, ClipFinder } from '../adapters/annotated-declaration.js';
import { framesOption } from '../adapters/annotated-options.js';
import { defineAnnotatedDataset } from '../adapters/define-annotated-dataset.js';
import { findAnnotations } from '../adapters/find-annotations.js';
import { chooseTree, saysCropped, type TreeContext } from '../adapters/subject-tree.js';
import { type ClassScheme, each } from '../annotations/class-schemes.js';
import type { AnnotationRow } from '../annotations/clip-record.js';
import type { Correction } from '../annotations/corrections.js';
import type { AnnotatedDataset } from '../dataset.js';
import type { OpenOptions } from '../define-dataset.js';
import { findChild, findFolders, sameName } from '../files/find-paths.js';
import type { TextSheet } from '../tables/read-table.js';

const schemes = {
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
} as const satisfies Readonly<Record<string, ClassScheme>>;

/** Known errors of the workbook. */
export const casMe2Corrections: readonly Correction[] = [
  {
    key: '*',
    field: 'reported',
    wrong: 'happyiness',
    right: 'happiness',
    reason: 'misspelt',
    source: 'CAS(ME)^2code_final.xlsx itself',
  },
];

/** What frames and workbooks are named. */
const looks = [
  /(^|\/)s\d{1,2}\/(?:\d+_\d{4}[a-z]*|[a-z]+\d+(?:_\d+)?)\/img\d+\.(?:jpe?g|png|bmp)$/i,
  /CAS\(?ME\)?\^?2[^/]*code[^/]*\.(?:xlsx?|csv)$/i,
];

/** The definition of CAS(ME)^2. */
export const casMe2 = /* @__PURE__ */ defineAnnotatedDataset({
  name: 'cas-me2',
  title: 'CAS(ME)^2: 57 micro- and 300 macro-expressions of 22 subjects, 30 frames per second',
  paper:
    'Qu, Wang, Yan, Li, Wu, Fu 2018, CAS(ME)^2: A Database for Spontaneous Macro-Expression and Micro-Expression Spotting and Recognition, IEEE TAC 9(4)',
  fps: 30,
  longest: 600,
  layout: "'rawpic/s15/15_0101disgustingteeth/img001.jpg'",
  schemes,
  actionUnits: true,
  corrections: casMe2Corrections,
  options: {
    expressions: choice('Which expressions: micro, macro, or both.', ['micro', 'macro', 'both'], { default: 'micro' }),
    frames: framesOption(),
  },
  faults: 'repair',
  recognize: ({ files }) => files.some((file) => looks.some((look) => look.test(file))),
  async readRows(context) {
    const rows = await readCasMe2(context);
    const wanted = context.options.expressions;
    return rows.filter(({ extra }) => wanted === 'both' || extra?.['type'] === wanted);
  },
  findClips: findCasMe2Clips,
});

/** Reads the workbook with the codes of every expression. */
export function readCasMe2(context: AnnotatedContext & TreeContext): Promise<readonly AnnotationRow[]> {
  return findAnnotations(context, {
    dataset: 'cas-me2',
    usual: 'CAS(ME)^2code_final.xlsx',
    names: [/^CAS\(ME\)\^?2 ?code_final.*updated/i, /^CAS\(ME\)\^?2 ?code_final/i, /cas[ _(-]?me\)?[ _^-]*2/i],
    clips: () => findCasMe2Clips({ ...context, note: () => {} }),
    read: readCoding,
    wanted:
      "sheet of codes (participant, video, onset, apex, offset, action units, valence, 'micro-expression', emotion)",
  });
}

/** The sheets have no header: rows are told by what is in them. */
function readCoding(sheets: readonly TextSheet[]): AnnotationRow[] | undefined {
  const folders = new Map<string, string>();
  const videos = new Map<string, string>();
  const coded: { sheet: TextSheet; row: number; cells: readonly string[] }[] = [];
  for (const sheet of sheets) {
    for (const { row, cells } of sheet.rows) {
      // naming rule 1: folder number, folder, participant; naming rule 2: code, video.
      if (/^s\d+$/i.test(cells[1] ?? '') && /^\d+$/.test(cells[2] ?? ''))
        folders.set(cells[2]!, cells[1]!.toLowerCase());
      else if (
        /^\d{3,4}$/.test(cells[0] ?? '') &&
        /^[a-z]+\d+$/i.test(cells[1] ?? '') &&
        !cells.slice(2).some(Boolean)
      ) {
        videos.set(cells[1]!.toLowerCase(), cells[0]!.padStart(4, '0'));
      } else if (/^(?:macro|micro)[- ]?expression$/i.test(cells[7] ?? '')) coded.push({ sheet, row, cells });
    }
  }
  if (!coded.length) return undefined;
  return coded.map(({ sheet, row, cells }): AnnotationRow => {
    const [participant, clip, onset, apex, offset, actionUnits, valence, type, reported] = Array.from(
      { length: 9 },
      (_, i) => cells[i] ?? '',
    ) as [string, string, string, string, string, string, string, string, string];
    const video = clip.replace(/_\d+$/, '').toLowerCase();
    return {
      subject: folders.get(participant) ?? participant,
      clip,
      emotion: valence,
      actionUnits,
      onset,
      apex,
      offset,
      source: { file: sheet.file, row },
      extra: { type: /^micro/i.test(type) ? 'micro' : 'macro', reported, video, code: videos.get(video) ?? '' },
    };
  });
}

/** The folders that hold folders of subjects, of the raw or the cropped frames. */
export async function casMe2Trees(context: TreeContext): Promise<{ kind: string; paths: string[] }> {
  const { folder } = context;
  const isSubject = (name: string) => /^s\d{1,2}$/i.test(name);
  const found = await findFolders(folder, (_path, entries) =>
    entries.some(({ kind, name }) => kind === 'folder' && isSubject(name)),
  );
  // the subjects of SMIC are named alike
  const isRecording = (name: string) => /^(?:\d+_\d{4}|[a-z]+\d+(?:_\d+)?$)/i.test(name);
  const recordings = await Promise.all(
    found.map(async (path) => {
      const subject = await findChild(folder, path, isSubject);
      return subject && findChild(folder, subject, isRecording);
    }),
  );
  const paths = found.filter((_, i) => recordings[i] !== undefined);
  const trees = paths.map((path) => ({ path, cropped: saysCropped(folder.name, path) }));
  return chooseTree(context, trees);
}

async function findCasMe2Clips(context: TreeContext): Promise<ClipFinder> {
  const { folder } = context;
  const { kind, paths: chosen } = await casMe2Trees(context);
  return {
    kind,
    async find({ subject, clip, extra }) {
      for (const path of chosen) {
        const inside = await findChild(folder, path, (name) => sameName(name, subject));
        if (!inside) continue;
        // The whole recording (15_0101disgustingteeth), or one folder for each expression or video.
        const code = extra['code'];
        const whole =
          code && (await findChild(folder, inside, (name) => name.startsWith(`${subject.replace(/\D/g, '')}_${code}`)));
        const found =
          whole ||
          (await findChild(folder, inside, (name) => sameName(name, clip))) ||
          (await findChild(folder, inside, (name) => sameName(name, extra['video']!)));
        if (found) return { folder: found, shared: true };
      }
      return undefined;
    },
  };
}

/**
 * Opens CAS(ME)^2: the folder that holds the code workbook and the frames (`rawpic` or `cropped`).
 *
 * Clips are named as coded (`disgust2_3`), subjects as their folders (`s15`), joined by the workbook's naming rules. The
 * label is the coded valence; the subject's own word is in the record's `extra.reported`. An offset of 0 means that nobody
 * saw the end: it is read as far behind the apex as the onset is before it.
 *
 * @throws DatasetError listing everything that is wrong with the folder; TypeError or RangeError for a wrong option.
 *
 * @example
 * ```ts no-run
 * import { openCasMe2 } from '@mer/datasets';
 *
 * const dataset = await openCasMe2({ root: 'data/CAS(ME)2', classes: 'valence-3' });
 * console.log(dataset.samples.length);
 * ```
 *
 * Reference: Qu, Wang, Yan, Li, Wu, Fu 2018, CAS(ME)^2: A Database for Spontaneous Macro-Expression and Micro-Expression
 * Spotting and Recognition, IEEE TAC 9(4).
 */
export function openCasMe2(given: OpenOptions<typeof casMe2.options>): Promise<AnnotatedDataset> {
  return casMe2.open(given);
}
