import type { Adapter, ClipFinder } from './adapters/adapter.js';
import { findAnnotations, tableSearch } from './adapters/find-annotations.js';
import { type AnnotatedOptions, type OpenMode, openAdapter } from './adapters/open-adapter.js';
import { type FrameTree, frameTreeOption, numberedSubjects } from './adapters/subject-tree.js';
import { classSchemes } from './annotations/class-schemes.js';
import type { RawRow } from './annotations/clip-record.js';
import type { AnnotatedDataset } from './dataset.js';
import type { DataFolder } from './files/data-folder.js';
import { findFiles } from './files/find-paths.js';
import { findTable, readSheets } from './tables/read-table.js';

/** Options of {@link openCasme2}. */
export interface Casme2Options extends AnnotatedOptions {
  /** Class scheme. Default `emotion-5`. */
  classes?: keyof typeof classSchemes.casme2;
  /** Which tree is read where both are there: `auto` (default) takes the cropped one. */
  frames?: 'auto' | FrameTree;
}

const columns = {
  subject: { names: ['Subject'] },
  clip: { names: ['Filename'] },
  onset: { names: ['OnsetFrame', 'Onset'] },
  apex: { names: ['ApexFrame', 'Apex'] },
  offset: { names: ['OffsetFrame', 'Offset'] },
  actionUnits: { names: ['Action Units', 'AU', 'AUs'] },
  emotion: { names: ['Estimated Emotion', 'Emotion'] },
  objectiveClass: { names: ['Objective Classes', 'Objective Class'], optional: true },
} as const;

/** `1`, `01` and `sub01` are the subject `sub01`. */
export function casmeSubject(text: string): string {
  const digits = /^(?:sub)?0*(\d+)$/i.exec(text)?.[1];
  return digits === undefined ? text : `sub${digits.padStart(2, '0')}`;
}

/** The adapter of CASME II. */
export const casme2: Adapter = {
  name: 'casme2',
  title: 'CASME II: 255 clips of 26 subjects, 200 frames per second',
  fps: 200,
  layout: "'sub01/EP02_01f/img46.jpg' or 'sub01/EP02_01f/reg_img46.jpg'",
  schemes: classSchemes.casme2,
  options: { frames: frameTreeOption },
  faults: 'error',
  async readRows(context) {
    const table = await findAnnotations(context, {
      dataset: 'casme2',
      usual: 'CASME2-coding-20140508.xlsx',
      accept: (name) => !/objective/i.test(name),
      ...tableSearch(columns),
    });
    const rows = table.map(
      ({ file, row, cells }): RawRow => ({
        ...cells,
        subject: casmeSubject(cells.subject),
        source: { file, row },
        extra: {},
      }),
    );
    if (rows.every(({ objectiveClass }) => objectiveClass === '')) await addObjectiveClasses(context.folder, rows);
    return rows;
  },
  findClips: (context): Promise<ClipFinder> => numberedSubjects(context, { subject: /^sub0*(\d+)$/i }),
};

/** Takes the objective classes from their own workbook, where it lies beside the other. */
async function addObjectiveClasses(folder: DataFolder, rows: RawRow[]): Promise<void> {
  const [file] = await findFiles(folder, (name) => /objective.*\.(?:xlsx|csv)$/i.test(name));
  if (!file) return;
  const { subject, clip, objectiveClass } = columns;
  const wanted = { subject, clip, objectiveClass: { names: objectiveClass.names } };
  for (const sheet of await readSheets(folder, file)) {
    for (const { cells } of findTable(sheet, wanted) ?? []) {
      const row = rows.find((one) => one.subject === casmeSubject(cells.subject) && one.clip === cells.clip);
      if (row) row.objectiveClass = cells.objectiveClass;
    }
  }
}

/**
 * Opens CASME II: the folder that holds the coding workbook and the frames (raw, cropped or both), nested as the archives
 * unpack.
 *
 * Subjects are named `sub01` to `sub26`, clips as in the workbook (`EP02_01f`). Both releases of the workbook (20140508,
 * 20190701) and copies with blank columns removed are read; objective classes come from the workbook's column, or from
 * `CASME2-ObjectiveClasses.xlsx` beside it. sub04/EP12_01f has no apex.
 *
 * @throws DatasetError listing everything that is wrong with the folder; TypeError or RangeError for a wrong option.
 *
 * @example
 * ```ts no-run
 * import { openCasme2 } from '@mer/datasets';
 *
 * const dataset = await openCasme2('data/CASME2', { classes: 'emotion-5' });
 * const { frames, apex } = await dataset.readClip(0, { size: 224, colour: false });
 * console.log(dataset.samples.length, frames.shape, apex);
 * frames.dispose();
 * ```
 *
 * Reference: Yan, Li, Wang, Zhao, Liu, Chen, Fu 2014, CASME II, PLoS ONE 9(1): e86041.
 */
export function openCasme2(
  root: string | DataFolder,
  options: Casme2Options = {},
  mode: OpenMode = {},
): Promise<AnnotatedDataset> {
  return openAdapter(casme2, root, { ...options }, mode);
}
