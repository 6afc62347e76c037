import type { Adapter, ClipFinder } from './adapters/adapter.js';
import { findAnnotations, tableSearch } from './adapters/find-annotations.js';
import { type AnnotatedOptions, type OpenMode, openAdapter } from './adapters/open-adapter.js';
import { type FrameTree, frameTreeOption, numberedSubjects } from './adapters/subject-tree.js';
import { classSchemes } from './annotations/class-schemes.js';
import type { RawRow } from './annotations/clip-record.js';
import type { AnnotatedDataset } from './dataset.js';
import type { DataFolder } from './files/data-folder.js';

/** Options of {@link openSamm}. */
export interface SammOptions extends AnnotatedOptions {
  /** Class scheme. Default `emotion-5`. */
  classes?: keyof typeof classSchemes.samm;
  /** Which tree is read where both are there: `auto` (default) takes the cropped one. */
  frames?: 'auto' | FrameTree;
}

const columns = {
  subject: { names: ['Subject'] },
  clip: { names: ['Filename'] },
  onset: { names: ['Onset Frame', 'Onset'] },
  apex: { names: ['Apex Frame', 'Apex'] },
  offset: { names: ['Offset Frame', 'Offset'] },
  actionUnits: { names: ['Action Units'] },
  emotion: { names: ['Estimated Emotion'] },
  objectiveClass: { names: ['Objective Classes', 'Objective Class'], optional: true },
  inducement: { names: ['Inducement Code'], optional: true },
  duration: { names: ['Duration'], optional: true },
  notes: { names: ['Notes'], optional: true },
} as const;

/** The adapter of SAMM. */
export const samm: Adapter = {
  name: 'samm',
  title: 'SAMM: 159 clips of 29 subjects, 200 frames per second',
  fps: 200,
  layout: "'006/006_1_2/006_05562.jpg'",
  schemes: classSchemes.samm,
  options: { frames: frameTreeOption },
  faults: 'error',
  async readRows(context) {
    const table = await findAnnotations(context, {
      dataset: 'samm',
      usual: 'SAMM_Micro_FACS_Codes_v2.xlsx',
      ...tableSearch(columns),
    });
    return table.map(({ file, row, cells }): RawRow => {
      const { inducement, duration, notes, ...named } = cells;
      const subject = /^\d{1,3}$/.test(cells.subject) ? cells.subject.padStart(3, '0') : cells.subject;
      return { ...named, subject, source: { file, row }, extra: { inducement, duration, notes } };
    });
  },
  findClips: (context): Promise<ClipFinder> =>
    numberedSubjects(context, { subject: /^0*(\d{1,3})$/, alone: /^\d{3}_\d+_\d+$/ }),
};

/**
 * Opens SAMM: the folder that holds the FACS workbook and the frames.
 *
 * The header is found by its content, whether it is in row 14 below the prose or in row 1 of an edited copy. Subjects are
 * named `006` to `037`, clips as in the workbook (`006_1_2`). Two apexes of the released workbook are corrected
 * (028_4_1, 032_3_1; see `corrections`).
 *
 * @throws DatasetError listing everything that is wrong with the folder; TypeError or RangeError for a wrong option.
 *
 * @example
 * ```ts no-run
 * import { openSamm } from '@mer/datasets';
 *
 * const dataset = await openSamm('data/SAMM', { classes: 'megc2019' });
 * console.log(dataset.samples.length, dataset.notes.map(({ message }) => message));
 * ```
 *
 * Reference: Davison, Lansley, Costen, Tan, Yap 2018, SAMM: A Spontaneous Micro-Facial Movement Dataset, IEEE TAC 9(1).
 */
export function openSamm(
  root: string | DataFolder,
  options: SammOptions = {},
  mode: OpenMode = {},
): Promise<AnnotatedDataset> {
  return openAdapter(samm, root, { ...options }, mode);
}
