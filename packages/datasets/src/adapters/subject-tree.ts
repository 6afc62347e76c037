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

/**
 * Finds clips in a tree `<subject>/<clip>/<frame>`, wherever it begins below the root. Subject folders are told by a pattern
 * whose first group is the number; leading zeros and case do not matter.
 */
export async function numberedSubjects(
  context: TreeContext,
  { subject, alone }: { subject: RegExp; alone?: RegExp },
): Promise<ClipFinder> {
  const { folder } = context;
  const paths = await findFolders(folder, (_path, entries) =>
    entries.some(({ kind, name }) => kind === 'folder' && (subject.test(name) || alone?.test(name))),
  );
  const trees = await Promise.all(
    paths.map(async (path) => ({
      path,
      cropped: saysCropped(folder.name, path) || (await hasCroppedFrames(context, path, subject)),
    })),
  );
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

/** Cropped frames are named `reg_…`: looks at the first frame of the first clip. */
async function hasCroppedFrames({ folder }: TreeContext, path: string, subject: RegExp): Promise<boolean> {
  const first = await findChild(folder, path, (name) => subject.test(name));
  const clip = first && (await findChild(folder, first, () => true));
  const entries = clip ? ((await folder.list(clip)) ?? []) : [];
  return entries.some(({ kind, name }) => kind === 'file' && /^reg_/i.test(name));
}
