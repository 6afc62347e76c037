import type { Adapter, AdapterContext, ClipFinder } from './adapters/adapter.js';
import { findAnnotations } from './adapters/find-annotations.js';
import { type AnnotatedOptions, type OpenMode, openAdapter } from './adapters/open-adapter.js';
import { chooseTree, type FrameTree, frameTreeOption, saysCropped } from './adapters/subject-tree.js';
import { classSchemes } from './annotations/class-schemes.js';
import type { RawRow } from './annotations/clip-record.js';
import type { AnnotatedDataset } from './dataset.js';
import type { DataFolder } from './files/data-folder.js';
import { findChild, findFolders, sameName } from './files/find-paths.js';
import type { TextSheet } from './tables/read-table.js';

/** Options of {@link openCasMe2}. */
export interface CasMe2Options extends AnnotatedOptions {
  /** Class scheme. Default `valence-4`. */
  classes?: keyof typeof classSchemes.casMe2;
  /** Which expressions: `micro` (default), `macro`, or `both`. */
  expressions?: 'micro' | 'macro' | 'both';
  /** Which tree is read where both are there: `auto` (default) takes the cropped one. */
  frames?: 'auto' | FrameTree;
}

interface Coding {
  rows: RawRow[];
}

/** The adapter of CAS(ME)^2. */
export const casMe2: Adapter = {
  name: 'casMe2',
  title: 'CAS(ME)^2: 57 micro- and 300 macro-expressions of 22 subjects, 30 frames per second',
  fps: 30,
  layout: "'rawpic/s15/15_0101disgustingteeth/img001.jpg'",
  schemes: classSchemes.casMe2,
  options: {
    expressions: {
      type: 'string',
      values: ['micro', 'macro', 'both'],
      default: 'micro',
      description: 'Which expressions: micro, macro, or both.',
    },
    frames: frameTreeOption,
  },
  faults: 'repair',
  async readRows(context) {
    const { rows } = await findAnnotations<Coding>(context, {
      dataset: 'casMe2',
      usual: 'CAS(ME)^2code_final.xlsx',
      read: readCoding,
      wanted:
        "sheet of codes (participant, video, onset, apex, offset, action units, valence, 'micro-expression', emotion)",
    });
    const wanted = context.options['expressions'];
    return rows.filter(({ extra }) => wanted === 'both' || extra['type'] === wanted);
  },
  findClips: findCasMe2Clips,
};

/** The sheets have no header: rows are told by what is in them. */
function readCoding(sheets: readonly TextSheet[]): Coding | undefined {
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
  const rows = coded.map(({ sheet, row, cells }): RawRow => {
    const [participant, clip, onset, apex, offset, actionUnits, valence, type, reported] = Array.from(
      { length: 9 },
      (_, i) => cells[i] ?? '',
    ) as [string, string, string, string, string, string, string, string, string];
    const video = clip.replace(/_\d+$/, '').toLowerCase();
    return {
      subject: folders.get(participant) ?? participant,
      clip,
      emotion: valence,
      objectiveClass: '',
      actionUnits,
      onset,
      apex,
      offset,
      source: { file: sheet.file, row },
      extra: { type: /^micro/i.test(type) ? 'micro' : 'macro', reported, video, code: videos.get(video) ?? '' },
    };
  });
  return { rows };
}

async function findCasMe2Clips(context: AdapterContext): Promise<ClipFinder> {
  const { folder } = context;
  const paths = await findFolders(folder, (_path, entries) =>
    entries.some(({ kind, name }) => kind === 'folder' && /^s\d{1,2}$/i.test(name)),
  );
  const trees = paths.map((path) => ({ path, cropped: saysCropped(folder.name, path) }));
  const { kind, paths: chosen } = chooseTree(context, trees);
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
 * const dataset = await openCasMe2('data/CAS(ME)2', { classes: 'valence-3' });
 * console.log(dataset.samples.length);
 * ```
 *
 * Reference: Qu, Wang, Yan, Li, Wu, Fu 2018, CAS(ME)^2: A Database for Spontaneous Macro-Expression and Micro-Expression
 * Spotting and Recognition, IEEE TAC 9(4).
 */
export function openCasMe2(
  root: string | DataFolder,
  options: CasMe2Options = {},
  mode: OpenMode = {},
): Promise<AnnotatedDataset> {
  return openAdapter(casMe2, root, { ...options }, mode);
}
