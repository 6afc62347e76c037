import type { AnnotatedContext, ClipFinder } from '../adapters/annotated-declaration.js';
import { defineAnnotatedDataset } from '../adapters/define-annotated-dataset.js';
import { findAnnotations } from '../adapters/find-annotations.js';
import { tableSearch } from '../adapters/table-search.js';
import { withOnset } from '../adapters/with-onset.js';
import { type ClassScheme, each } from '../annotations/class-schemes.js';
import { parseEmotion } from '../annotations/emotions.js';
import type { AnnotatedDataset } from '../dataset.js';
import type { OpenOptions } from '../define-dataset.js';
import { findChild, findFolders, sameName } from '../files/find-paths.js';

const columns = {
  subject: { names: ['sub_ID', "sub_ID'"] },
  clip: { names: ['fold_name', "fold_name'"] },
  emotion: { names: ['Emotion', "Emotion'"] },
  onset: { names: ['Onset', "first_frame'"] },
  apex: { names: ['Apex'] },
  offset: { names: ['Offset'] },
  actionUnits: { names: ['AUs', 'AU'] },
} as const;

/** The five labels of the workbook; a clip may have several. */
const labels = ['positive', 'negative', 'surprise', 'repression', 'others'] as const;

const schemes = {
  'single-5': {
    title: 'clips with one label: those with several are left out',
    field: 'label',
    classes: each(labels),
  },
  'single-3': {
    title: 'clips whose one label is negative (or repression), positive or surprise',
    field: 'label',
    classes: { negative: ['negative', 'repression'], positive: ['positive'], surprise: ['surprise'] },
  },
  'multi-5': {
    title: 'all clips, each with all of its labels',
    field: 'label',
    labelKind: 'multiple',
    classes: each(labels),
    expected: [{ release: 'v1', n: 267 }],
  },
} as const satisfies Readonly<Record<string, ClassScheme>>;

/** What frames and workbooks are named. */
const looks = [/(^|\/)gray_micro[^/]*\/[^/]+\/[^/]+\/[^/]+\.(?:jpe?g|png|bmp)$/i, /4DME[^/]*\.(?:xlsx?|csv)$/i];

/** The definition of 4DME, gray-scale part. */
export const fourDme = /* @__PURE__ */ defineAnnotatedDataset({
  name: '4dme',
  title: '4DME, gray-scale videos: 267 micro-expressions, some with two labels, 60 frames per second',
  paper:
    'Li, Cheng, Li, Behzad, Shen, Zafeiriou, Pantic, Zhao 2023, 4DME: A Spontaneous 4D Micro-Expression Dataset With Multimodalities, IEEE TAC 14(4)',
  fps: 60,
  layout: "'gray_micro/<sub_ID>/<fold_name>/<frame>.jpg'",
  schemes,
  actionUnits: true,
  options: {},
  faults: 'repair',
  recognize: ({ files }) => files.some((file) => looks.some((look) => look.test(file))),
  async readRows(context) {
    const rows = await findAnnotations(context, {
      dataset: '4dme',
      usual: '4DME_Labelling_Micro_release v1.xlsx',
      names: [/^4DME_Labelling_Micro.*\.[a-z]+$/i, /4dme/i],
      ...tableSearch({
        dataset: '4dme',
        columns,
        isRow: ({ emotion }) => wordsOf(emotion).some((word) => parseEmotion(word)),
        rowOf: ({ file, row, cells }) => {
          const known = wordsOf(cells.emotion).flatMap((word) => parseEmotion(word) ?? []);
          const label = known.sort().join('+');
          return {
            ...cells,
            emotion: known.length === 1 ? label : '',
            source: { file, row },
            extra: { label, words: cells.emotion },
          };
        },
      }),
      clips: () => find4dmeClips(context),
    });
    const known = rows.map(({ extra: { words = '', ...extra } = {}, ...row }) => {
      for (const word of wordsOf(words).filter((one) => !parseEmotion(one))) {
        const message = `label '${word}' is unknown: the labels are ${labels.join(', ')}, several joined by +`;
        context.note({ severity: 'error', key: `${row.subject}/${row.clip}`, message, ...row.source });
      }
      return { ...row, extra };
    });
    return withOnset(known, 'repeated');
  },
  findClips: find4dmeClips,
});

/** The words of a cell with several labels. */
const wordsOf = (cell: string) => cell.split(/[+,;/&]/).map((word) => word.trim());

/** Folders `<subject>/<clip>`, wherever the tree begins; `1`, `01` and `sub1` are one subject. */
async function find4dmeClips({ folder }: Pick<AnnotatedContext, 'folder'>): Promise<ClipFinder> {
  const numberOf = (name: string) => /^[a-z_]*0*(\d+)$/i.exec(name)?.[1];
  const paths = await findFolders(folder, (path, entries) => {
    const inside = entries.filter(({ kind }) => kind === 'folder');
    return inside.length > 0 && (/(^|\/)gray_micro[^/]*$/i.test(path) || inside.every(({ name }) => numberOf(name)));
  });
  return {
    kind: 'gray',
    async find({ subject, clip, extra }) {
      for (const path of paths) {
        const inside =
          (await findChild(folder, path, (name) => sameName(name, subject))) ??
          (await findChild(folder, path, (name) => {
            const number = numberOf(name);
            return number !== undefined && number === numberOf(subject);
          }));
        const wanted = extra['folder'] ?? clip;
        const found = inside && (await findChild(folder, inside, (name) => sameName(name, wanted)));
        // A folder that two rows name holds both movements.
        if (found) return { folder: found, shared: extra['folder'] !== undefined };
      }
      return undefined;
    },
  };
}

/**
 * Opens the gray-scale videos of 4DME: the folder that holds the workbook and `gray_micro`.
 *
 * A clip may have two labels (`Surprise+Positive`): `extra.label` has all of them, `emotion` is the only one or null. `single-5`
 * and `single-3` take the clips with one label and count the others by their joined name; `multi-5` takes all, each with all of
 * its labels. Action units with `(k)` (held from before) are left out of the units and kept as remarks. A clip that the workbook lists twice gets its onset behind the name.
 *
 * @throws DatasetError listing everything that is wrong with the folder; TypeError or RangeError for a wrong option.
 *
 * @example
 * ```ts no-run
 * import { openFourDme } from '@mer/datasets';
 *
 * const dataset = await openFourDme({ root: 'data/4DME', classes: 'single-3' });
 * console.log(dataset.samples.length, dataset.outside);
 * ```
 *
 * Reference: Li, Cheng, Li, Behzad, Shen, Zafeiriou, Pantic, Zhao 2023, 4DME: A Spontaneous 4D Micro-Expression Dataset With
 * Multimodalities, IEEE TAC 14(4). The workbook was not seen when this was written: its columns are those of public loaders.
 */
export function openFourDme(given: OpenOptions<typeof fourDme.options>): Promise<AnnotatedDataset> {
  return fourDme.open(given);
}
