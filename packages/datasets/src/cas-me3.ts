import type { Adapter, AdapterContext, ClipFinder } from './adapters/adapter.js';
import { findAnnotations, tableSearch } from './adapters/find-annotations.js';
import { type AnnotatedOptions, type OpenMode, openAdapter } from './adapters/open-adapter.js';
import { withOnset } from './adapters/with-onset.js';
import { classSchemes } from './annotations/class-schemes.js';
import type { RawRow } from './annotations/clip-record.js';
import type { AnnotatedDataset } from './dataset.js';
import type { DataFolder } from './files/data-folder.js';
import { findChild, findFolders, sameName } from './files/find-paths.js';

/** Options of {@link openCasMe3}. */
export interface CasMe3Options extends AnnotatedOptions {
  /** Class scheme. Default `emotion-7`. */
  classes?: keyof typeof classSchemes.casMe3;
}

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

/** The adapter of CAS(ME)^3, part A, micro-expressions. */
export const casMe3: Adapter = {
  name: 'casMe3',
  title: 'CAS(ME)^3 part A: 860 micro-expressions of 94 subjects, 30 frames per second',
  fps: 30,
  layout: "'part_A/spNO.1/a/color/355.jpg' or 'Part_A_ME_clip/frame/spNO.1_a_355/355.jpg'",
  schemes: classSchemes.casMe3,
  options: {},
  faults: 'repair',
  async readRows(context) {
    const table = await findAnnotations(context, {
      dataset: 'casMe3',
      usual: 'cas(me)3_part_A_ME_label_JpgIndex_v2.xlsx',
      ...tableSearch(columns),
    });
    const rows = table.map(({ file, row, cells }): RawRow => {
      const number = subjectName.exec(cells.subject)?.[1];
      const subject = number === undefined ? cells.subject : `spNO.${Number(number)}`;
      return { ...cells, subject, source: { file, row }, extra: {} };
    });
    return withOnset(rows, 'every');
  },
  findClips: findCasMe3Clips,
};

async function findCasMe3Clips({ folder }: AdapterContext): Promise<ClipFinder> {
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
        const colour = await findChild(folder, recording, (name) => /^colou?r$/i.test(name));
        return { folder: colour ?? recording, shared: true };
      }
      return undefined;
    },
  };
}

/**
 * Opens the micro-expressions of CAS(ME)^3, part A (colour): the folder that holds the label workbook and either the whole
 * recordings or the released clips.
 *
 * Clips are named by recording and onset (`a_355`), as in the clip release; subjects `spNO.1`. The workbook writes every
 * number as text; happy and sad are read as happiness and sadness. Missing offsets of spNO.40/e and the onset 0 of
 * spNO.216/e are corrected (see `corrections`); other impossible frame numbers are mended by rule, each listed. The old
 * `.xls` of version 1 must be saved as `.xlsx`.
 *
 * @throws DatasetError listing everything that is wrong with the folder; TypeError or RangeError for a wrong option.
 *
 * @example
 * ```ts no-run
 * import { openCasMe3 } from '@mer/datasets';
 *
 * const dataset = await openCasMe3('data/CAS(ME)3', { classes: 'emotion-4' });
 * console.log(dataset.samples.length);
 * ```
 *
 * Reference: Li, Dong, Lu, Wang, Yan, Ma, Liu, Huang, Fu 2023, CAS(ME)^3: A Third Generation Facial Spontaneous
 * Micro-Expression Database with Depth Information and High Ecological Validity, IEEE TPAMI 45(3).
 */
export function openCasMe3(
  root: string | DataFolder,
  options: CasMe3Options = {},
  mode: OpenMode = {},
): Promise<AnnotatedDataset> {
  return openAdapter(casMe3, root, { ...options }, mode);
}
