import { choice } from '@mer/options';
import type { AnnotatedContext } from '../adapters/annotated-declaration.js';
import { defineAnnotatedDataset } from '../adapters/define-annotated-dataset.js';
import { findAnnotations } from '../adapters/find-annotations.js';
import { namedClips } from '../adapters/named-clips.js';
import { tableSearch } from '../adapters/table-search.js';
import { type ClassScheme, each } from '../annotations/class-schemes.js';
import type { AnnotationRow } from '../annotations/clip-record.js';
import type { AnnotatedDataset } from '../dataset.js';
import type { OpenOptions } from '../define-dataset.js';

const columns = {
  subject: { names: ['Subject'] },
  clip: { names: ['Filename'] },
  onset: { names: ['OnsetFrame'] },
  apex: { names: ['ApexFrame'] },
  offset: { names: ['OffsetFrame'] },
  emotion: { names: ['Emotion'] },
  emotionId: { names: ['EmotionId'], optional: true },
  fps: { names: ['Fps'] },
  actionUnits: { names: ['AU', 'AUs', 'Action Units'], optional: true },
} as const;

/** The labels in the order of the list's own numbers. */
const emotions = ['anger', 'contempt', 'disgust', 'fear', 'happiness', 'sadness', 'surprise'] as const;

const schemes = {
  'emotion-7': {
    title: 'all seven labels, in the order of the lists (EmotionId)',
    field: 'emotion',
    classes: each(emotions),
    expected: [
      { release: 'training', n: 1856 },
      { release: 'test A', n: 474 },
      { release: 'test B', n: 299 },
    ],
  },
  megc2019: {
    title: 'the mapping of MEGC2019 to three classes',
    field: 'emotion',
    classes: {
      negative: ['anger', 'contempt', 'disgust', 'fear', 'sadness'],
      positive: ['happiness'],
      surprise: ['surprise'],
    },
  },
} as const satisfies Readonly<Record<string, ClassScheme>>;

const lists = ['training', 'test-a', 'test-b'] as const;
type List = (typeof lists)[number];

/** Which list a file is, by its name; what names no test is the training list. */
function listOf(file: string): List {
  const test = /test[ _-]*([ab])(?![a-z])/i.exec(file.split('/').at(-1)!)?.[1];
  return test ? (`test-${test.toLowerCase()}` as List) : 'training';
}

/** What frames and lists are named. */
const looks = [/(^|\/)sub\d{4}_\d+\/[^/]+\.(?:jpe?g|png|bmp)$/i, /DFME[^/]*\.(?:xlsx?|csv)$/i];

/** The definition of DFME. */
export const dfme = /* @__PURE__ */ defineAnnotatedDataset({
  name: 'dfme',
  title: 'DFME: 2,629 released clips of 259 subjects in three lists, 200, 300 or 500 frames per second',
  paper:
    'Zhao, Tang, Mao, Liu, Zhang, Fang, Zhang, Ma, Yin, Chen, Chen 2023, DFME: A New Benchmark for Dynamic Facial Micro-Expression Recognition, IEEE TAC 15(3)',
  fps: 500,
  layout: "'sub0008/sub0008_01/1.png', or the folder 'sub0008_01' anywhere below the root",
  schemes,
  actionUnits: true,
  megc2019: { scheme: 'megc2019', folder: /dfme/i },
  options: {
    list: choice('Which of the released lists is read.', [...lists, 'all'], { default: 'training' }),
  },
  recognize: ({ files }) => files.some((file) => looks.some((look) => look.test(file))),
  async readRows(context) {
    const { list } = context.options;
    const rows: AnnotationRow[] = [];
    for (const one of list === 'all' ? lists : [list]) rows.push(...(await readList(context, one)));
    return rows;
  },
  // Clip folders are named by subject and number, wherever they lie.
  findClips: (context) => namedClips(context, clipName),
});

const clipName = /^sub\d{4}_\d+$/i;

async function readList(context: AnnotatedContext, list: List): Promise<AnnotationRow[]> {
  const usual = { training: 'DFME_training.xlsx', 'test-a': 'DFME_testA.xlsx', 'test-b': 'DFME_testB.xlsx' }[list];
  const rows = await findAnnotations(context, {
    dataset: 'dfme',
    usual,
    names: [/dfme/i],
    accept: (file) => listOf(file) === list,
    ...tableSearch({
      dataset: 'dfme',
      columns,
      isRow: ({ clip }) => clipName.test(clip),
      rowOf: ({ file, row, cells: { emotionId, fps, ...named } }) => ({
        ...named,
        // the number is what a list without words has
        emotion: named.emotion || (/^[0-6]$/.test(emotionId) ? emotions[Number(emotionId)]! : ''),
        subject: named.subject.toLowerCase(),
        source: { file, row },
        extra: { list, fps },
      }),
    }),
    clips: () => namedClips({ ...context, note: () => {} }, clipName),
  });
  return rows.map((row) => {
    const { fps: text = '', ...extra } = row.extra ?? {};
    const fps = Number(text);
    if (fps >= 1 && fps <= 100_000) return { ...row, fps, extra };
    const message = `Fps must be the frames per second of the recording, such as 500: current value is '${text}'`;
    context.note({ severity: 'error', key: `${row.subject}/${row.clip}`, message, ...row.source });
    return { ...row, extra };
  });
}

/**
 * Opens DFME: the folder that holds the lists (training, test A, test B) and the frames.
 *
 * Subjects are named `sub0008`, clips `sub0008_01`; folders of clips are found by that name wherever they lie. Frame rates
 * are those of each row (200, 300 or 500). The option `list` chooses the list; the two test lists are other subjects.
 *
 * @throws DatasetError listing everything that is wrong with the folder; TypeError or RangeError for a wrong option.
 *
 * @example
 * ```ts no-run
 * import { openDfme } from '@mer/datasets';
 *
 * const dataset = await openDfme({ root: 'data/DFME' });
 * console.log(dataset.samples.length); // 1856
 * ```
 *
 * Reference: Zhao, Tang, Mao, Liu, Zhang, Fang, Zhang, Ma, Yin, Chen, Chen 2023, DFME: A New Benchmark for Dynamic Facial
 * Micro-Expression Recognition, IEEE TAC 15(3). The frames were not seen when this was written: their tree is assumed.
 */
export function openDfme(given: OpenOptions<typeof dfme.options>): Promise<AnnotatedDataset> {
  return dfme.open(given);
}
