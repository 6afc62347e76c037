import type { Adapter, ClipFinder } from './adapters/adapter.js';
import { findAnnotations, tableSearch } from './adapters/find-annotations.js';
import { type AnnotatedOptions, type OpenMode, openAdapter } from './adapters/open-adapter.js';
import { type FrameTree, frameTreeOption, numberedSubjects } from './adapters/subject-tree.js';
import { withOnset } from './adapters/with-onset.js';
import { classSchemes } from './annotations/class-schemes.js';
import type { RawRow } from './annotations/clip-record.js';
import { casmeSubject } from './casme2.js';
import type { AnnotatedDataset } from './dataset.js';
import type { DataFolder } from './files/data-folder.js';

/** Options of {@link openCasme1}. */
export interface Casme1Options extends AnnotatedOptions {
  /** Class scheme. Default `emotion-8`. */
  classes?: keyof typeof classSchemes.casme1;
  /** Which tree is read where both are there: `auto` (default) takes the cropped one. */
  frames?: 'auto' | FrameTree;
}

const columns = {
  subject: { names: ['Subject'] },
  clip: { names: ['Filename'] },
  onset: { names: ['OnsetF'] },
  apex: { names: ['ApexF1', 'ApexF'] },
  apex2: { names: ['ApexF2'], optional: true },
  offset: { names: ['OffsetF'] },
  actionUnits: { names: ['AU', 'AUs', 'Action Units'] },
  emotion: { names: ['Emotion', 'Estimated Emotion'] },
  notes: { names: ['Notes'], optional: true },
} as const;

/** The adapter of CASME. */
export const casme1: Adapter = {
  name: 'casme1',
  title: 'CASME: 189 clips of 19 subjects, 60 frames per second',
  fps: 60,
  layout: "'sub01/EP01_12/EP01_12-73.jpg' or 'sub01/EP01_12/reg_EP01_12-73.jpg'",
  schemes: classSchemes.casme1,
  options: { frames: frameTreeOption },
  faults: 'repair',
  async readRows(context) {
    const table = await findAnnotations(context, { dataset: 'casme1', usual: 'casme.xlsx', ...tableSearch(columns) });
    const rows = table.map(({ file, row, cells }): RawRow => {
      const { apex2, notes, ...named } = cells;
      const extra = { apex2, notes };
      return { ...named, objectiveClass: '', subject: casmeSubject(cells.subject), source: { file, row }, extra };
    });
    return withOnset(rows, 'repeated');
  },
  async findClips(context): Promise<ClipFinder> {
    const finder = await numberedSubjects(context, { subject: /^sub0*(\d+)$/i });
    return {
      kind: finder.kind,
      async find(record) {
        const found = await finder.find(record);
        // A folder that two rows name holds both movements.
        return found && { ...found, shared: record.extra['folder'] !== undefined };
      },
    };
  },
};

/**
 * Opens CASME (the first): the folder that holds the workbook and the frames. The released `.xls` must be saved as `.xlsx`.
 *
 * Subjects are named `sub01` to `sub19`. A clip that the workbook lists twice (sub01/EP01_12) gets its onset behind the name
 * (`EP01_12_73`). Rows with impossible frame numbers are mended by rule (`faults: 'repair'`), each listed. The first of two
 * apexes counts.
 *
 * @throws DatasetError listing everything that is wrong with the folder; TypeError or RangeError for a wrong option.
 *
 * @example
 * ```ts no-run
 * import { openCasme1 } from '@mer/datasets';
 *
 * const dataset = await openCasme1('data/CASME', { classes: 'emotion-4' });
 * console.log(dataset.samples.length);
 * ```
 *
 * Reference: Yan, Wu, Liu, Wang, Fu 2013, CASME database, FG 2013.
 */
export function openCasme1(
  root: string | DataFolder,
  options: Casme1Options = {},
  mode: OpenMode = {},
): Promise<AnnotatedDataset> {
  return openAdapter(casme1, root, { ...options }, mode);
}
