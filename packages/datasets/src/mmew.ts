import type { Adapter, AdapterContext, ClipFinder } from './adapters/adapter.js';
import { findAnnotations, tableSearch } from './adapters/find-annotations.js';
import { type AnnotatedOptions, type OpenMode, openAdapter } from './adapters/open-adapter.js';
import { classSchemes } from './annotations/class-schemes.js';
import type { RawRow } from './annotations/clip-record.js';
import type { AnnotatedDataset } from './dataset.js';
import type { DataFolder } from './files/data-folder.js';
import { findFolders } from './files/find-paths.js';

/** Options of {@link openMmew}. */
export interface MmewOptions extends AnnotatedOptions {
  /** Class scheme. Default `emotion-7`. */
  classes?: keyof typeof classSchemes.mmew;
}

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

/** The adapter of MMEW. */
export const mmew: Adapter = {
  name: 'mmew',
  title: 'MMEW: 300 micro-expression clips of 30 subjects, 90 frames per second',
  fps: 90,
  layout: "'Micro_Expression/anger/S13-07-001/1.jpg' or 'S03/happiness/S03-01-002/1.jpg'",
  schemes: classSchemes.mmew,
  options: {},
  faults: 'repair',
  async readRows(context) {
    const table = await findAnnotations(context, {
      dataset: 'mmew',
      usual: 'MMEW_Micro_Exp.xlsx',
      ...tableSearch(columns),
    });
    return table.map(({ file, row, cells }): RawRow => {
      const { remarks, ...named } = cells;
      const digits = /^S?0*(\d+)$/i.exec(cells.subject)?.[1];
      const subject = digits === undefined ? cells.subject : `S${digits.padStart(2, '0')}`;
      return { ...named, objectiveClass: '', subject, source: { file, row }, extra: { remarks } };
    });
  },
  findClips: findMmewClips,
};

/** Clip folders are named `S13-07-001` (subject, emotion, sample) wherever they lie: both released trees have them. */
async function findMmewClips({ folder, note }: AdapterContext): Promise<ClipFinder> {
  const paths = await findFolders(folder, (path) => /(^|\/)S\d+-\d+-\d+$/i.test(path), { depth: 6 });
  const clips = new Map<string, string>();
  for (const path of paths) {
    const name = path.split('/').at(-1)!.toLowerCase();
    const other = clips.get(name);
    if (other === undefined) clips.set(name, path);
    else {
      const message = `the clip has two folders, ${other} and ${path}: the first is read`;
      note({ severity: 'warning', key: path.split('/').at(-1)!, message });
    }
  }
  return {
    kind: 'clips',
    async find({ clip }) {
      const path = clips.get(clip.toLowerCase());
      return path === undefined ? undefined : { folder: path };
    },
  };
}

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
 * const dataset = await openMmew('data/MMEW_Final', { classes: 'emotion-4' });
 * console.log(dataset.samples.length);
 * ```
 *
 * Reference: Ben, Ren, Zhang, Wang, Kpalma, Meng, Liu 2022, Video-based facial micro-expression analysis: a survey of
 * datasets, features and algorithms, IEEE TPAMI 44(9). The workbook was not seen when this was written: its columns are
 * those that public loaders use.
 */
export function openMmew(
  root: string | DataFolder,
  options: MmewOptions = {},
  mode: OpenMode = {},
): Promise<AnnotatedDataset> {
  return openAdapter(mmew, root, { ...options }, mode);
}
