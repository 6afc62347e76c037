import type { ClipRecord } from '../annotations/clip-record.js';
import type { DatasetNote } from '../dataset.js';
import { findChild, findFolders, sameName } from '../files/find-paths.js';
import type { AnnotatedContext, ClipFinder } from './annotated-declaration.js';

/** The two trees in which frames are released. */
export type FrameTree = 'raw' | 'cropped';

/** The context of an adapter with the option `frames`. */
export type TreeContext = Pick<AnnotatedContext, 'folder' | 'note'> & {
  readonly options: { readonly frames: 'auto' | FrameTree };
};

/** Sorts the trees that were found into raw and cropped, and chooses by the option `frames`. */
export function chooseTree(
  { folder, options, note }: TreeContext,
  trees: readonly { path: string; cropped: boolean }[],
): { kind: string; paths: string[] } {
  const of = (cropped: boolean) => trees.filter((tree) => tree.cropped === cropped).map(({ path }) => path);
  const kinds = { raw: of(false), cropped: of(true) };
  const asked = options.frames;
  const auto: FrameTree = kinds.cropped.length ? 'cropped' : 'raw';
  const kind = asked === 'auto' ? auto : asked;
  const error = (message: string): DatasetNote => ({ severity: 'error', key: '', message });
  if (asked !== 'auto' && kinds[asked].length === 0 && trees.length) {
    note(error(`there are no ${asked} frames in ${folder.name}: choose frames: '${auto}'`));
  }
  if (asked === 'auto' && kinds.raw.length && kinds.cropped.length) {
    const message = `raw and cropped frames are there: the cropped ones are read; the option frames chooses the others`;
    note({ severity: 'marked', key: '', message });
  }
  return { kind, paths: kinds[kind] };
}

/** Whether a path (with the root's own name) says that its frames are cropped. */
export function saysCropped(root: string, path: string): boolean {
  return /crop/i.test(`${root.split(/[\\/]/).at(-1)}/${path}`);
}

/** What tells the tree of one data set from those of others that lie beside it. */
export interface TreeLook {
  /** Name of a subject's folder; the first group is the number. */
  subject: RegExp;
  /** Name of a clip's folder. */
  clip: RegExp;
  /** Name of a frame. */
  frame: RegExp;
  /** Name of a clip's folder that may lie beside the subjects'. */
  alone?: RegExp;
}

/**
 * Finds clips in a tree `<subject>/<clip>/<frame>`, wherever it begins below the root. Leading zeros and case of a subject's folder
 * do not matter. Where trees of several data sets lie side by side, those are searched whose clips and frames are named as they
 * should be.
 */
export async function numberedSubjects(context: TreeContext, look: TreeLook): Promise<ClipFinder> {
  const { folder } = context;
  const { subject, alone } = look;
  const paths = await findFolders(folder, (_path, entries) =>
    entries.some(({ kind, name }) => kind === 'folder' && (subject.test(name) || alone?.test(name))),
  );
  const found = await Promise.all(
    paths.map(async (path) => {
      const { fits, cropped } = await lookInto(context, path, look);
      return { path, fits, cropped: saysCropped(folder.name, path) || cropped };
    }),
  );
  const fit = Math.max(...found.map(({ fits }) => fits), 0);
  const trees = found.filter(({ fits }) => fits === fit);
  const { kind, paths: chosen } = chooseTree(context, trees);
  const numberOf = (text: string) => Number(/(\d+)$/.exec(text)?.[1] ?? Number.NaN);
  return {
    kind,
    async find(record) {
      for (const path of chosen) {
        const inside = await findChild(folder, path, (name) => {
          const digits = subject.exec(name)?.[1];
          return digits !== undefined && Number(digits) === numberOf(record.subject);
        });
        const clip = (await findClip(context, inside, record)) ?? (alone && (await findClip(context, path, record)));
        if (clip) return { folder: clip };
      }
      return undefined;
    },
  };
}

async function findClip(
  { folder }: TreeContext,
  inside: string | undefined,
  record: ClipRecord,
): Promise<string | undefined> {
  if (inside === undefined) return undefined;
  const name = record.extra['folder'] ?? record.clip;
  return (
    (await findChild(folder, inside, (other) => other === name)) ??
    (await findChild(folder, inside, (other) => sameName(other, name)))
  );
}

/** Subjects, and clips of each, whose folders are looked into. */
const GLANCE = 4;

/**
 * Looks at the first clips of a tree: whether its folders are named like clips (1), and what is in them like frames (2); and whether
 * the frames are cropped ones, which are named `reg_…`.
 */
async function lookInto(
  { folder }: TreeContext,
  path: string,
  { subject, clip, frame, alone }: TreeLook,
): Promise<{ fits: 0 | 1 | 2; cropped: boolean }> {
  const folders = async (of: string) => ((await folder.list(of)) ?? []).filter(({ kind }) => kind === 'folder');
  const join = (of: string, name: string) => (of ? `${of}/${name}` : name);
  const inside = await folders(path);
  const subjects = inside.filter(({ name }) => subject.test(name)).slice(0, GLANCE);
  const clips = inside
    .filter(({ name }) => alone?.test(name))
    .slice(0, GLANCE)
    .map(({ name }) => join(path, name));
  for (const { name } of subjects) {
    const found = (await folders(join(path, name))).filter((entry) => clip.test(entry.name));
    clips.push(...found.slice(0, GLANCE).map((entry) => join(join(path, name), entry.name)));
  }
  for (const one of clips) {
    const files = ((await folder.list(one)) ?? []).filter(({ kind }) => kind === 'file').map(({ name }) => name);
    const frames = files.filter((name) => frame.test(name));
    if (frames.length > 0) return { fits: 2, cropped: frames.some((name) => /^reg_/i.test(name)) };
  }
  return { fits: clips.length > 0 ? 1 : 0, cropped: false };
}
