import type { ClipFinder } from '../adapters/annotated-declaration.js';
import { framesOption } from '../adapters/annotated-options.js';
import { casmeSubject } from '../adapters/casme-subject.js';
import { defineAnnotatedDataset } from '../adapters/define-annotated-dataset.js';
import { findAnnotations } from '../adapters/find-annotations.js';
import { numberedSubjects, type TreeContext } from '../adapters/subject-tree.js';
import { tableSearch } from '../adapters/table-search.js';
import { withOnset } from '../adapters/with-onset.js';
import { type ClassScheme, each } from '../annotations/class-schemes.js';
import type { AnnotatedDataset } from '../dataset.js';
import type { OpenOptions } from '../define-dataset.js';

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

const schemes = {
  'emotion-8': {
    title: 'all eight labels',
    field: 'emotion',
    classes: each(['tense', 'disgust', 'repression', 'surprise', 'happiness', 'sadness', 'contempt', 'fear']),
    expected: [{ release: 'as published', n: 189, perClass: [68, 45, 39, 20, 7, 6, 2, 2] }],
  },
  'emotion-4': {
    title: 'the four large classes',
    field: 'emotion',
    classes: each(['tense', 'disgust', 'repression', 'surprise']),
    expected: [{ release: 'as published', n: 172, perClass: [68, 45, 39, 20] }],
  },
} as const satisfies Readonly<Record<string, ClassScheme>>;

/** What frames and workbooks are named. */
const looks = [/(^|\/)sub\d+\/EP[^/]+\/(?:reg_)?EP[^/]+-\d+\.(?:jpe?g|png|bmp)$/i, /(^|\/)casme\.(?:xlsx?|csv)$/i];

/** `EP01_12`. */
const clipName = /^EP\d/i;

/** The definition of CASME. */
export const casme1 = /* @__PURE__ */ defineAnnotatedDataset({
  name: 'casme1',
  title: 'CASME: 189 clips of 19 subjects, 60 frames per second',
  paper: 'Yan, Wu, Liu, Wang, Fu 2013, CASME database, FG 2013',
  fps: 60,
  longest: 300,
  layout: "'sub01/EP01_12/EP01_12-73.jpg' or 'sub01/EP01_12/reg_EP01_12-73.jpg'",
  schemes,
  actionUnits: true,
  options: { frames: framesOption() },
  faults: 'repair',
  recognize: ({ files }) => files.some((file) => looks.some((look) => look.test(file))),
  async readRows(context) {
    const rows = await findAnnotations(context, {
      dataset: 'casme1',
      usual: 'casme.xlsx',
      names: [/^casme\.[a-z]+$/i, /casme(?![ _-]?(?:2|ii|3|iii)(?![a-z0-9]))/i],
      ...tableSearch({
        dataset: 'casme1',
        columns,
        isRow: ({ clip }) => clipName.test(clip),
        rowOf: ({ file, row, cells: { apex2, notes, ...named } }) => {
          const extra = { apex2, notes };
          return { ...named, subject: casmeSubject(named.subject), source: { file, row }, extra };
        },
      }),
      clips: () => findCasme1Clips({ ...context, note: () => {} }),
    });
    return withOnset(rows, 'repeated');
  },
  findClips: findCasme1Clips,
});

async function findCasme1Clips(context: TreeContext): Promise<ClipFinder> {
  const look = { subject: /^sub0*(\d+)$/i, clip: clipName, frame: /^(?:reg_)?EP.*-\d/i };
  const finder = await numberedSubjects(context, look);
  return {
    kind: finder.kind,
    async find(record) {
      const found = await finder.find(record);
      // A folder that two rows name holds both movements.
      return found && { ...found, shared: record.extra['folder'] !== undefined };
    },
  };
}

/**
 * Opens CASME (the first): the folder that holds the workbook and the frames.
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
 * const dataset = await openCasme1({ root: 'data/CASME', classes: 'emotion-4' });
 * console.log(dataset.samples.length);
 * ```
 *
 * Reference: Yan, Wu, Liu, Wang, Fu 2013, CASME database, FG 2013.
 */
export function openCasme1(given: OpenOptions<typeof casme1.options>): Promise<AnnotatedDataset> {
  return casme1.open(given);
}
