import { choice, type Resolved } from '@mer/options';
import type { AnnotatedContext, ClipFinder } from '../adapters/annotated-declaration.js';
import { type CommonEntries, framesOption } from '../adapters/annotated-options.js';
import { defineAnnotatedDataset } from '../adapters/define-annotated-dataset.js';
import { findAnnotations } from '../adapters/find-annotations.js';
import { chooseTree, saysCropped, type TreeContext } from '../adapters/subject-tree.js';
import { tableSearch } from '../adapters/table-search.js';
import { type ClassScheme, each } from '../annotations/class-schemes.js';
import type { AnnotationRow } from '../annotations/clip-record.js';
import type { Correction } from '../annotations/corrections.js';
import type { AnnotatedDataset } from '../dataset.js';
import { DatasetError } from '../dataset-error.js';
import type { OpenOptions } from '../define-dataset.js';
import { findFiles, findFolders } from '../files/find-paths.js';
import { listFrames } from '../frames/clip-frames.js';

const columns = {
  subject: { names: ['Subject'] },
  clip: { names: ['Filename'] },
  onset: { names: ['OnsetF', 'OnsetFrame', 'Onset'] },
  offset: { names: ['OffsetF', 'OffsetFrame', 'Offset'] },
  emotion: { names: ['Emotion'] },
  onset2: { names: ['Onset2F'], optional: true },
  offset2: { names: ['Offset2F'], optional: true },
  onset3: { names: ['Onset3F'], optional: true },
  offset3: { names: ['Offset3F'], optional: true },
  firstFrame: { names: ['FirstF'], optional: true },
  lastFrame: { names: ['LastF'], optional: true },
} as const;

type SmicColumn = keyof typeof columns;

const clipName = /^s0*(\d+)_(ne|po|sur)_(\d+)$/i;
const subjectName = /^s0*(\d+)$/i;
const labels: Readonly<Record<string, string>> = { ne: 'negative', po: 'positive', sur: 'surprise' };

const isWorkbook = (name: string) => /smic.*\.(?:xlsx?|[ct]sv)$/i.test(name);

/** Names of a clip in the padded spelling of the MEGC2019 list: `s1_ne_1` is clip `s01_ne_01` of subject `s01`. */
function padded(text: string): { subject: string; clip: string; emotion: string } | undefined {
  const match = clipName.exec(text);
  if (!match) return undefined;
  const subject = `s${match[1]!.padStart(2, '0')}`;
  const kind = match[2]!.toLowerCase();
  return { subject, clip: `${subject}_${kind}_${match[3]!.padStart(2, '0')}`, emotion: labels[kind]! };
}

/** What the functions below are given. */
type SmicContext = AnnotatedContext<
  TreeContext['options'] & Resolved<CommonEntries> & { readonly part: string; readonly edition: string }
>;

interface Tree {
  path: string;
  part: string | undefined;
  extended: boolean;
  cropped: boolean;
}

/** Folders that hold subject folders, with what their path says about camera and edition. */
async function findTrees({ folder }: TreeContext): Promise<Tree[]> {
  const paths = await findFolders(
    folder,
    (_path, entries) => entries.some(({ kind, name }) => kind === 'folder' && subjectName.test(name)),
    { depth: 5 },
  );
  const trees = await Promise.all(
    paths.map(async (path) => ((await clipFolders({ folder }, path)).length ? [path] : [])),
  );
  const own = folder.name.split(/[\\/]/).at(-1) ?? '';
  // the subjects of other data sets are named alike: those have no clips of SMIC
  return trees.flat().map((path) => {
    const whole = `${own}/${path}`;
    return {
      path,
      part: /^.*(?:^|[^a-z])(HS|VIS|NIR)(?![a-z])/i.exec(whole)?.[1]?.toUpperCase(),
      extended: /long|SMIC[-_ ]?(?:(?:HS|VIS|NIR)[-_ ])?E(?![a-z])/i.test(whole),
      cropped: saysCropped(folder.name, path),
    };
  });
}

/** The trees of the camera and edition that the options ask for. */
async function chosenTrees(context: SmicContext): Promise<{ extended: boolean; trees: Tree[] }> {
  const { part, edition } = context.options;
  const all = await findTrees(context);
  // A folder that says nothing about the camera is that of the high-speed one, or the folder of the one asked for itself.
  const trees = all.filter((tree) => tree.part === part || (tree.part === undefined && all.every((one) => !one.part)));
  const clips = trees.filter(({ extended }) => !extended);
  const extended = edition === 'extended' || (edition === 'auto' && clips.length === 0 && trees.length > 0);
  return { extended, trees: extended ? trees.filter((tree) => tree.extended) : clips };
}

/** Every clip folder of a subject: directly inside, or below `micro/<emotion>`; never below `non_micro`. */
async function clipFolders({ folder }: Pick<AnnotatedContext, 'folder'>, tree: string): Promise<string[]> {
  const found: string[] = [];
  for (const { name, kind } of (await folder.list(tree)) ?? []) {
    if (kind !== 'folder' || !subjectName.test(name)) continue;
    const subject = `${tree ? `${tree}/` : ''}${name}`;
    const clips = await findFolders(folder, (path) => clipName.test(path.split('/').at(-1)!), {
      depth: 3,
      from: subject,
    });
    found.push(...clips.filter((path) => !/(^|\/)non[_-]?micro(\/|$)/i.test(path)));
  }
  return found;
}

const layout =
  "'HS/s1/micro/negative/s1_ne_01/image562114.bmp' or, of SMIC-E, 'HS_long/SMIC_HS_E/s03/s3_ne_03/image17581039.jpg'";

const schemes = {
  megc2019: {
    title: 'the three classes of SMIC, which are those of MEGC2019',
    field: 'emotion',
    classes: each(['negative', 'positive', 'surprise']),
    expected: [
      { release: 'HS', n: 164, perClass: [70, 51, 43] },
      { release: 'VIS', n: 71, perClass: [23, 28, 20] },
      { release: 'NIR', n: 71, perClass: [23, 28, 20] },
    ],
  },
} as const satisfies Readonly<Record<string, ClassScheme>>;

const corrections: readonly Correction[] = [
  {
    key: 's18/s18_sur_03',
    field: 'emotion',
    wrong: 'negative',
    right: 'surprise',
    reason: 'the clip is named "sur", lies in the folder "surprise", and counts as surprise in the MEGC2019 list',
    source: 'SMIC-HS-E_annotation.xlsx against the MEGC2019 ground truth',
  },
  ...['s03/s03_ne_03', 's03/s03_ne_20', 's04/s04_ne_05', 's04/s04_ne_06', 's09/s09_sur_02'].map(
    (key): Correction => ({
      key,
      field: 'clip',
      wrong: 'no frames',
      right: null,
      reason: 'annotated, but its frames are not in the SMIC-E release',
      source: 'README of davidnvq/me_recognition',
    }),
  ),
  {
    key: 's18/s18_sur_03',
    field: 'clip',
    wrong: 'no frames',
    right: null,
    reason: 'its folder is empty in SMIC_all_cropped',
    source: 'SMIC_all_cropped itself',
  },
];

/** What frames and workbooks are named. */
const looks = [/(^|\/)s\d+_(?:ne|po|sur)_\d+\/[^/]+\.(?:jpe?g|png|bmp)$/i, /SMIC[^/]*\.(?:xlsx?|csv)$/i];

/** The definition of SMIC. */
export const smic = /* @__PURE__ */ defineAnnotatedDataset({
  name: 'smic',
  title: 'SMIC: 164 clips of 16 subjects (HS, 100 frames per second); VIS and NIR: 71 of 8 (25 frames per second)',
  paper: 'Li, Pfister, Huang, Zhao, Pietikäinen 2013, A spontaneous micro-expression database, FG 2013',
  fps: 100,
  apex: false,
  longest: 200,
  layout,
  schemes,
  corrections,
  megc2019: {
    scheme: 'megc2019',
    folder: /smic/i,
    options: { edition: 'clips' },
    keyOf(subject, clip) {
      const padded = subject.replace(/^s?0*(\d+)$/i, (_, number: string) => `s${number.padStart(2, '0')}`);
      return `${padded}/${clip.replace(/^s0*\d+(?=_)/, padded)}`;
    },
  },
  options: {
    part: choice(
      'Camera: HS (high speed, 100 frames per second), VIS or NIR (25 frames per second).',
      ['HS', 'VIS', 'NIR'],
      {
        default: 'HS',
      },
    ),
    edition: choice(
      'clips: folders of micro-expressions; extended: SMIC-E, long clips with a workbook; auto: the clips if they are there.',
      ['auto', 'clips', 'extended'],
      { default: 'auto' },
    ),
    frames: framesOption(),
  },
  recognize: ({ files }) => files.some((file) => looks.some((look) => look.test(file))),
  async readRows(context) {
    const fps = context.options.part === 'HS' ? 100 : 25;
    const { extended, trees } = await chosenTrees(context);
    // A workbook without frames still says what is annotated.
    const workbookAlone = trees.length === 0 && (await findFiles(context.folder, isWorkbook)).length > 0;
    if (extended || workbookAlone || context.options.annotations !== undefined) return readExtended(context, fps);
    const finder = await findClipFolders(context);
    const rows: AnnotationRow[] = [];
    for (const [key, path] of finder.clips) {
      const { subject, clip, emotion } = padded(path.split('/').at(-1)!)!;
      const inside = /(?:^|\/)(negative|positive|surprise)\//i.exec(path)?.[1]?.toLowerCase();
      if (inside !== undefined && inside !== emotion) {
        const message = `the clip lies in the folder '${inside}' but its name says ${emotion}: the name counts`;
        context.note({ severity: 'warning', key, file: path, message });
      }
      const { numbers } = await listFrames(context.folder, path);
      if (numbers.length === 0) {
        const reason = context.options.corrections && key === 's18/s18_sur_03';
        const message = 'the folder of the clip has no frames';
        const severity = reason || context.options.missing === 'drop' ? 'dropped' : 'error';
        context.note({
          severity,
          key,
          file: path,
          message: reason ? `${message}, as in SMIC_all_cropped` : message,
        });
        continue;
      }
      const [onset, offset] = [numbers[0]!, numbers.at(-1)!].map(String) as [string, string];
      rows.push({
        subject,
        clip,
        emotion,
        onset,
        offset,
        fps,
        source: { file: path },
      });
    }
    if (!rows.length) {
      const message = `no clip of SMIC ${context.options.part} is there: expected ${layout} (wrong folder?)`;
      throw new DatasetError(`Cannot open smic in ${context.folder.name}`, [{ severity: 'error', key: '', message }]);
    }
    noApex(context);
    return rows;
  },
  findClips: findClipFolders,
});

function noApex({ note, options }: AnnotatedContext): void {
  if (options.apexes !== undefined) return;
  note({
    severity: 'marked',
    key: '',
    message: 'no apex is annotated in SMIC: methods that need one must spot it first, or read a list of them (apexes)',
  });
}

/** The clips of the chosen tree by `subject/clip`. */
async function findClipFolders(context: SmicContext): Promise<ClipFinder & { clips: Map<string, string> }> {
  const { trees, extended } = await chosenTrees(context);
  const { kind, paths } = chooseTree(extended ? { ...context, note: () => {} } : context, trees);
  const clips = new Map<string, string>();
  for (const path of paths) {
    for (const clip of await clipFolders(context, path)) {
      const names = padded(clip.split('/').at(-1)!)!;
      const key = `${names.subject}/${names.clip}`;
      if (!clips.has(key)) clips.set(key, clip);
    }
  }
  return {
    kind: `${extended ? 'extended ' : ''}${kind}`,
    clips,
    async find({ subject, clip }) {
      const folder = clips.get(`${subject}/${clip}`);
      return folder === undefined ? undefined : { folder };
    },
  };
}

async function readExtended(context: SmicContext, fps: number): Promise<AnnotationRow[]> {
  const part = context.options.part;
  const table = tableSearch({
    dataset: 'smic',
    columns,
    isRow: ({ clip }) => clipName.test(clip),
    rowOf: ({ file, row, cells }): AnnotationRow => {
      const { clip, emotion, onset, offset, subject, ...extra } = cells;
      return { subject, clip, ...padded(clip), emotion, onset, offset, fps, source: { file, row }, extra };
    },
  });
  const found = await findAnnotations(context, {
    dataset: 'smic',
    usual: 'SMIC-HS-E_annotation.xlsx',
    names: [new RegExp(`^SMIC[-_ ]?${part}[-_ ]?E[-_ ]annotation\\.[a-z]+$`, 'i'), /smic/i],
    // HS and VIS may be two sheets of one workbook, or workbooks of their own.
    read: (sheets, asked) => {
      const named = sheets.filter(({ sheet }) => new RegExp(`(^|[^a-z])${part}([^a-z]|$)`, 'i').test(sheet));
      const cameras = sheets.filter(({ sheet }) => /(^|[^a-z])(HS|VIS|NIR)([^a-z]|$)/i.test(sheet));
      const rows = table.read(named.length ? named : cameras.length ? [] : sheets, asked);
      // The released workbook ends with lines of text.
      return rows?.filter(({ clip }) => clipName.test(clip));
    },
    wanted: `sheet of SMIC-E ${part} with the columns Subject, Filename, OnsetF, OffsetF, Emotion`,
    clips: () => findClipFolders({ ...context, note: () => {} }),
  });
  const rows: AnnotationRow[] = [];
  for (const { extra = {}, ...names } of found) {
    const key = `${names.subject}/${names.clip}`;
    const { source } = names;
    const cells = { ...names, ...(extra as Record<SmicColumn, string>) };
    for (const [onset, offset] of [
      [cells.onset2, cells.offset2],
      [cells.onset3, cells.offset3],
    ] as const) {
      if (!/^\d+$/.test(onset)) continue;
      const message = `the clip has another expression at ${onset} to ${offset}, which is not read`;
      context.note({ severity: 'marked', key, message, ...source });
    }
    const [first, last] = [cells.firstFrame, cells.lastFrame].map((text) =>
      /^\d+$/.test(text) ? Number(text) : undefined,
    );
    const early = first !== undefined && Number(cells.onset) < first;
    const late = last !== undefined && Number(cells.offset) > last;
    if (early || late) {
      const message = `onset ${cells.onset} to offset ${cells.offset} is not inside the recording, ${cells.firstFrame} to ${cells.lastFrame}`;
      context.note({ severity: 'marked', key, message, ...source });
    }
    rows.push({ ...names, extra: { firstFrame: cells.firstFrame, lastFrame: cells.lastFrame } });
  }
  const annotated = new Set(rows.map(({ subject, clip }) => `${subject}/${clip}`));
  for (const [key, path] of (await findClipFolders(context)).clips) {
    if (annotated.has(key)) continue;
    const message = 'the frames are there, but the workbook has no row for the clip: it is left out';
    context.note({ severity: 'dropped', key, file: path, message });
  }
  noApex(context);
  return rows;
}

/**
 * Opens SMIC: one camera of the clips (`SMIC_all_cropped`, `SMIC_all_raw`) or of the longer SMIC-E.
 *
 * The clips need no workbook: a clip's label is in its name (`ne`, `po`, `sur`), and its frames are the movement from onset
 * to offset. SMIC-E has a workbook with onset and offset inside longer clips. Names are padded as in the MEGC2019 list
 * (`s01`, `s01_ne_01`), whatever the folders' spelling. There is no apex.
 *
 * @throws DatasetError listing everything that is wrong with the folder; TypeError or RangeError for a wrong option.
 *
 * @example
 * ```ts no-run
 * import { openSmic } from '@mer/datasets';
 *
 * const dataset = await openSmic({ root: 'data/SMIC', part: 'HS', frames: 'cropped' });
 * console.log(dataset.samples.length); // 163
 * ```
 *
 * Reference: Li, Pfister, Huang, Zhao, Pietikäinen 2013, A spontaneous micro-expression database, FG 2013.
 */
export function openSmic(given: OpenOptions<typeof smic.options>): Promise<AnnotatedDataset> {
  return smic.open(given);
}
