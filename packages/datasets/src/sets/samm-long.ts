import { choice } from '@mer/options';
import type { AnnotatedContext, ClipFinder } from '../adapters/annotated-declaration.js';
import { defineAnnotatedDataset } from '../adapters/define-annotated-dataset.js';
import { findAnnotations } from '../adapters/find-annotations.js';
import { tableSearch } from '../adapters/table-search.js';
import { withOnset } from '../adapters/with-onset.js';
import { type ClassScheme, each } from '../annotations/class-schemes.js';
import type { AnnotationRow } from '../annotations/clip-record.js';
import type { AnnotatedDataset } from '../dataset.js';
import type { OpenOptions } from '../define-dataset.js';
import { findFolders } from '../files/find-paths.js';

const columns = {
  subject: { names: ['Subject'] },
  clip: { names: ['Filename'] },
  onset: { names: ['Onset', 'Onset Frame'] },
  apex: { names: ['Apex', 'Apex Frame'] },
  offset: { names: ['Offset', 'Offset Frame'] },
  type: { names: ['Type'] },
  actionUnits: { names: ['Action Units'] },
  inducement: { names: ['Inducement Code'], optional: true },
  notes: { names: ['Notes'], optional: true },
} as const;

const schemes = {
  type: {
    title: 'micro- and macro-expressions',
    field: 'label',
    classes: each(['micro', 'macro']),
    expected: [{ release: 'V2, all rows', n: 502, perClass: [159, 343] }],
  },
} as const satisfies Readonly<Record<string, ClassScheme>>;

/** What frames and workbooks are named. */
const looks = [/(^|\/)\d{3}_\d+\/\d{3}_\d+_\d{3,}\.(?:jpe?g|png|bmp)$/i, /SAMM_?Long[^/]*\.(?:xlsx?|csv)$/i];

/** The definition of SAMM Long Videos. */
export const sammLong = /* @__PURE__ */ defineAnnotatedDataset({
  name: 'samm-long',
  title: 'SAMM Long Videos: 343 macro- and 159 micro-movements in 147 videos of 30 subjects, 200 frames per second',
  paper:
    'Yap, Kendrick, Yap 2020, SAMM Long Videos: A Spontaneous Facial Micro- and Macro-Expressions Dataset, FG 2020',
  fps: 200,
  layout: "'SAMM_longvideos/006_1/006_1_0001.jpg'",
  schemes,
  people: 'samm',
  actionUnits: true,
  options: {
    expressions: choice('Which movements: micro, macro, or both.', ['micro', 'macro', 'both'], { default: 'both' }),
  },
  faults: 'repair',
  recognize: ({ files }) => files.some((file) => looks.some((look) => look.test(file))),
  async readRows(context) {
    const rows = await readSammLong(context);
    const wanted = context.options.expressions;
    const chosen = rows.filter((row) => {
      const label = row.extra?.['label'];
      const note = (severity: 'error' | 'dropped', message: string) =>
        void context.note({ severity, key: `${row.subject}/${row.clip}`, message, ...row.source });
      if (label !== 'micro' && label !== 'macro') {
        note('error', `Type must begin with Macro or Micro: current value is '${label}'`);
        return false;
      }
      if (wanted !== 'both' && wanted !== label) return false;
      if (label === 'micro' || Number(row.onset) > 1) return true;
      note('dropped', `the movement began before the recording (onset ${row.onset}): the release says to leave it out`);
      return false;
    });
    return withOnset(chosen, 'repeated');
  },
  findClips: findVideos,
});

/** Reads the workbook with all movements; `extra.label` is micro, macro, or what else stands there. */
export function readSammLong(context: AnnotatedContext): Promise<readonly AnnotationRow[]> {
  return findAnnotations(context, {
    dataset: 'samm-long',
    usual: 'SAMM_LongVideos_V2_Release.xlsx',
    names: [/^SAMM_?LongVideos.*\.[a-z]+$/i, /samm.*long/i],
    ...tableSearch({
      dataset: 'samm-long',
      columns,
      isRow: ({ clip, type }) => /^\d{3}_\d+/.test(clip) && typeOf(type) !== undefined,
      rowOf: ({ file, row, cells: { inducement, notes, type, ...named } }) => ({
        ...named,
        subject: /^\d{1,3}$/.test(named.subject) ? named.subject.padStart(3, '0') : named.subject,
        source: { file, row },
        extra: { label: typeOf(type) ?? type, video: videoOf(named.clip), inducement, notes },
      }),
    }),
    clips: () => findVideos(context),
  });
}

/** `Micro - 1/2` is micro. */
const typeOf = (text: string) => /^(macro|micro)/i.exec(text)?.[1]?.toLowerCase() as 'macro' | 'micro' | undefined;

/** The video that a movement is in: `006_1_3` is in `006_1`. */
const videoOf = (clip: string) => /^\d{3}_\d+/.exec(clip)?.[0] ?? clip;

/** Folders of whole videos, named `006_1`, by their names. */
export async function sammLongVideos({ folder }: Pick<AnnotatedContext, 'folder'>): Promise<Map<string, string>> {
  const nameOf = (path: string) => path.split('/').at(-1)!;
  const paths = await findFolders(folder, (path) => /^\d{3}_\d+$/.test(nameOf(path)), { depth: 5 });
  return new Map(paths.map((path) => [nameOf(path), path]));
}

async function findVideos(context: Pick<AnnotatedContext, 'folder'>): Promise<ClipFinder> {
  const videos = await sammLongVideos(context);
  return {
    kind: 'videos',
    async find({ extra }) {
      const path = videos.get(extra['video']!);
      return path === undefined ? undefined : { folder: path, shared: true };
    },
  };
}

/**
 * Opens SAMM Long Videos: the folder that holds the workbook and the frames of the videos.
 *
 * Every movement is a clip in its video (`extra.video`, such as `006_1`); the class is its type. Movements have no emotion. An
 * apex of -1 is unknown; macro-movements with onset 0 or 1 began before the recording and are left out, each listed.
 *
 * @throws DatasetError listing everything that is wrong with the folder; TypeError or RangeError for a wrong option.
 *
 * @example
 * ```ts no-run
 * import { openSammLong } from '@mer/datasets';
 *
 * const dataset = await openSammLong({ root: 'data/SAMM-LV', expressions: 'micro' });
 * console.log(dataset.samples.length); // 159
 * ```
 *
 * Reference: Yap, Kendrick, Yap 2020, SAMM Long Videos: A Spontaneous Facial Micro- and Macro-Expressions Dataset, FG 2020.
 */
export function openSammLong(given: OpenOptions<typeof sammLong.options>): Promise<AnnotatedDataset> {
  return sammLong.open(given);
}
