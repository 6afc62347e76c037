import type { Resolved } from '@mer/options';
import type { AnnotatedContext, ClipFinder } from '../adapters/annotated-declaration.js';
import { type CommonEntries, framesOption } from '../adapters/annotated-options.js';
import { casmeSubject } from '../adapters/casme-subject.js';
import { defineAnnotatedDataset } from '../adapters/define-annotated-dataset.js';
import { findAnnotations } from '../adapters/find-annotations.js';
import { numberedSubjects, type TreeContext } from '../adapters/subject-tree.js';
import { tableSearch } from '../adapters/table-search.js';
import { type ClassScheme, each, objective } from '../annotations/class-schemes.js';
import type { AnnotationRow } from '../annotations/clip-record.js';
import type { AnnotatedDataset } from '../dataset.js';
import type { OpenOptions } from '../define-dataset.js';
import { findFiles } from '../files/find-paths.js';
import { findTable, readSheets } from '../tables/read-table.js';

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

const official = 'not in the official list of the MEGC2019 challenge';

const schemes = {
  'emotion-5': {
    title: 'five emotions: sadness and fear are left out',
    field: 'emotion',
    classes: each(['disgust', 'happiness', 'repression', 'surprise', 'others']),
    expected: [
      { release: '20140508', n: 246, perClass: [63, 32, 27, 25, 99] },
      { release: '20190701', n: 249, perClass: [63, 32, 27, 28, 99] },
    ],
  },
  'emotion-3': {
    title: 'three classes as in the code of MMNet and TSFmicro: negative is disgust, repression, sadness and fear',
    field: 'emotion',
    classes: {
      negative: ['disgust', 'repression', 'sadness', 'fear'],
      positive: ['happiness'],
      surprise: ['surprise'],
    },
    expected: [
      { release: '20140508', n: 156, perClass: [99, 32, 25] },
      { release: '20190701', n: 156, perClass: [96, 32, 28] },
    ],
  },
  'emotion-7': {
    title: 'all seven labels',
    field: 'emotion',
    classes: each(['disgust', 'happiness', 'repression', 'surprise', 'others', 'sadness', 'fear']),
    expected: [
      { release: '20140508', n: 255, perClass: [63, 32, 27, 25, 99, 7, 2] },
      { release: '20190701', n: 255, perClass: [63, 32, 27, 28, 99, 4, 2] },
    ],
  },
  megc2019: {
    title: 'MEGC2019, three classes: negative is disgust and repression',
    field: 'emotion',
    classes: { negative: ['disgust', 'repression'], positive: ['happiness'], surprise: ['surprise'] },
    except: {
      'sub04/EP12_01f': `${official} (it has no apex)`,
      'sub05/EP09_05f': `${official} (its apex is its onset)`,
      'sub24/EP07_01': `${official} (sadness in the 2014 workbook, surprise in that of 2019)`,
      'sub24/EP07_04f': `${official} (sadness in the 2014 workbook, surprise in that of 2019)`,
      'sub24/EP10_03': `${official} (sadness in the 2014 workbook, surprise in that of 2019)`,
    },
    expected: [{ release: 'either', n: 145, perClass: [88, 32, 25] }],
  },
  'objective-5': {
    title: 'objective classes I to V, as in MEGC2018',
    field: 'objectiveClass',
    classes: objective(5),
    expected: [
      { release: 'CASME2-ObjectiveClasses.xlsx', n: 185, perClass: [25, 15, 99, 26, 20] },
      { release: '20190701', n: 174, perClass: [30, 18, 93, 15, 18] },
    ],
  },
  'objective-7': {
    title: 'objective classes I to VII',
    field: 'objectiveClass',
    classes: objective(7),
    expected: [
      { release: 'CASME2-ObjectiveClasses.xlsx', n: 255, perClass: [25, 15, 99, 26, 20, 1, 69] },
      { release: '20190701', n: 255, perClass: [30, 18, 93, 15, 18, 2, 79] },
    ],
  },
} as const satisfies Readonly<Record<string, ClassScheme>>;

/** What frames and workbooks are named. */
const looks = [/(^|\/)sub\d+\/EP[^/]+\/(?:reg_)?img\d+\.(?:jpe?g|png|bmp)$/i, /CASME ?2[^/]*\.(?:xlsx?|csv)$/i];

/** `EP02_01f`, `EP06_02_01`, `EP09f`. */
const clipName = /^EP\d/i;

/** The definition of CASME II. */
export const casme2 = /* @__PURE__ */ defineAnnotatedDataset({
  name: 'casme2',
  title: 'CASME II: 255 clips of 26 subjects, 200 frames per second',
  paper: 'Yan, Li, Wang, Zhao, Liu, Chen, Fu 2014, CASME II, PLoS ONE 9(1): e86041',
  fps: 200,
  longest: 400,
  layout: "'sub01/EP02_01f/img46.jpg' or 'sub01/EP02_01f/reg_img46.jpg'",
  schemes,
  actionUnits: true,
  megc2019: {
    scheme: 'megc2019',
    folder: /casme[ _-]?(?:2|ii)(?![a-z0-9])/i,
    keyOf: (subject, clip) => `${casmeSubject(subject)}/${clip}`,
  },
  options: { frames: framesOption() },
  recognize: ({ files }) => files.some((file) => looks.some((look) => look.test(file))),
  async readRows(context) {
    const rows = await findAnnotations(context, {
      dataset: 'casme2',
      usual: 'CASME2-coding-20140508.xlsx',
      names: [/^CASME2-coding-\d{8}\.[a-z]+$/i, /casme[ _-]?(?:2|ii)(?![a-z0-9])/i],
      accept: (name) => !/objective/i.test(name),
      ...tableSearch({
        dataset: 'casme2',
        columns,
        isRow: ({ clip }) => clipName.test(clip),
        rowOf: ({ file, row, cells }) => ({
          ...cells,
          subject: casmeSubject(cells.subject),
          source: { file, row },
          extra: {},
        }),
      }),
      clips: () => findCasme2Clips({ ...context, note: () => {} }),
    });
    if (rows.some(({ objectiveClass }) => objectiveClass !== '')) return rows;
    return withObjectiveClasses(context, rows);
  },
  findClips: findCasme2Clips,
});

function findCasme2Clips(context: TreeContext): Promise<ClipFinder> {
  return numberedSubjects(context, { subject: /^sub0*(\d+)$/i, clip: clipName, frame: /^(?:reg_)?img\d/i });
}

/** The rows with the objective classes of their own workbook, where it lies beside the other. */
async function withObjectiveClasses(
  { folder, options, note, alsoRead }: AnnotatedContext<Resolved<CommonEntries> & { readonly classes: unknown }>,
  rows: readonly AnnotationRow[],
): Promise<readonly AnnotationRow[]> {
  const { subject, clip, objectiveClass } = columns;
  const wanted = { subject, clip, objectiveClass: { names: objectiveClass.names } };
  const keys = new Set(rows.map((row) => `${row.subject}/${row.clip}`));
  for (const file of await findFiles(folder, (name) => /objective.*\.(?:xlsx?|[ct]sv)$/i.test(name))) {
    const sheets = await readSheets(folder, file);
    const classes = new Map(
      sheets
        .flatMap((sheet) => findTable(sheet, wanted) ?? [])
        .map(({ cells }) => [`${casmeSubject(cells.subject)}/${cells.clip}`, cells.objectiveClass] as const)
        .filter(([key]) => keys.has(key)),
    );
    if (classes.size === 0) continue;
    alsoRead(file);
    return rows.map((row) => ({ ...row, objectiveClass: classes.get(`${row.subject}/${row.clip}`) ?? '' }));
  }
  if (schemes[options.classes as keyof typeof schemes]?.field === 'objectiveClass') {
    const message = `the class scheme ${options.classes} needs objective classes: the workbook has none, and CASME2-ObjectiveClasses.xlsx is not there; put it beside the workbook, or use the workbook of 2019 with the column Objective Classes`;
    note({ severity: 'error', key: '', message });
  }
  return rows;
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
 * const dataset = await openCasme2({ root: 'data/CASME2', classes: 'emotion-5' });
 * const { frames, apex } = await dataset.readClip(0, { size: 224, color: false });
 * console.log(dataset.samples.length, frames.shape, apex);
 * frames.dispose();
 * ```
 *
 * Reference: Yan, Li, Wang, Zhao, Liu, Chen, Fu 2014, CASME II, PLoS ONE 9(1): e86041.
 */
export function openCasme2(given: OpenOptions<typeof casme2.options>): Promise<AnnotatedDataset> {
  return casme2.open(given);
}
