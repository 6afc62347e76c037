import { findFolders } from '../files/find-paths.js';
import type { AnnotatedContext, ClipFinder } from './annotated-declaration.js';

/**
 * Finds clips whose folders have names that occur once in the whole data set (`S13-07-001`, `sub0008_01`), wherever they lie
 * below the root: the trees in which a release was passed on do not matter. Case does not matter either.
 */
export async function namedClips(
  { folder, note }: Pick<AnnotatedContext, 'folder' | 'note'>,
  isClip: RegExp,
): Promise<ClipFinder> {
  const nameOf = (path: string) => path.split('/').at(-1)!;
  const paths = await findFolders(folder, (path) => isClip.test(nameOf(path)), { depth: 6 });
  const clips = new Map<string, string>();
  for (const path of paths) {
    const name = nameOf(path).toLowerCase();
    const other = clips.get(name);
    if (other === undefined) clips.set(name, path);
    else {
      const message = `the clip has two folders, ${other} and ${path}: the first is read`;
      note({ severity: 'warning', key: nameOf(path), message });
    }
  }
  return {
    kind: 'clips',
    async find({ clip }) {
      const path = clips.get(clip.toLowerCase());
      return path === undefined ? undefined : { folder: path };
    },
  };
}
