import type { ClipRecord } from '../annotations/clip-record.js';
import type { DataFolder } from '../files/data-folder.js';
import { findFolders } from '../files/find-paths.js';
import { pictureName } from '../frames/frame-names.js';
import type { ClipFinder, FoundClip } from './annotated-declaration.js';

/** A folder that names a subject: `1`, `01`, `s1`, `sub01`, `Subject 1`, `spNO.1`. */
const subjectFolder = /^(?:sub|subject|s|p|person|participant|spno\.?)?[ ._-]?0*(\d+)$/i;

/**
 * Finds clips in a tree of a form that nobody foresaw: subjects in other spellings (`01`, `s1`), flat (`sub01_EP02_01f`), or below folders by emotion. A clip's folder is
 * the one folder with pictures whose name is the clip's, with the subject in front of it or in a folder above; where clips of two folders
 * could be meant, or a folder above names another subject, there is none.
 */
export async function anyTree(folder: DataFolder, records: readonly ClipRecord[]): Promise<ClipFinder> {
  const folders: { path: string; parts: readonly string[] }[] = [];
  await findFolders(
    folder,
    (path, entries) => {
      if (entries.some(({ kind, name }) => kind === 'file' && pictureName(name) !== undefined) && path !== '') {
        folders.push({ path, parts: path.toLowerCase().split('/') });
      }
      return false;
    },
    { depth: 7 },
  );
  const nameOf = ({ clip, extra }: ClipRecord) => (extra['folder'] ?? clip).toLowerCase();
  const subjectsOf = new Map<string, Set<string>>();
  for (const record of records) {
    const subjects = subjectsOf.get(nameOf(record)) ?? new Set();
    subjectsOf.set(nameOf(record), subjects.add(record.subject));
  }
  return {
    kind: 'any',
    async find(record): Promise<FoundClip | undefined> {
      const name = nameOf(record);
      const number = Number(/(\d+)$/.exec(record.subject)?.[1] ?? Number.NaN);
      const isSubject = (part: string) =>
        part === record.subject.toLowerCase() || Number(subjectFolder.exec(part)?.[1] ?? Number.NaN) === number;
      // where no other subject has a clip of this name, the subject need not be named
      const alone = subjectsOf.get(name)?.size === 1;
      const fitting = folders.filter(({ parts }) => {
        const last = parts.at(-1)!;
        if (last === name) {
          const above = parts.slice(0, -1);
          return above.some(isSubject) || (alone && !above.some((part) => subjectFolder.test(part)));
        }
        const [, front] = last.endsWith(name) ? (/^(.+?)[ _-]$/.exec(last.slice(0, -name.length)) ?? []) : [];
        return front !== undefined && isSubject(front);
      });
      return fitting.length === 1 ? { folder: fitting[0]!.path } : undefined;
    },
  };
}

/** What is there instead of frames, for a message: videos that nobody has taken apart; undefined where there are none. */
export async function videosIn(folder: DataFolder): Promise<string | undefined> {
  let count = 0;
  let first: string | undefined;
  await findFolders(
    folder,
    (path, entries) => {
      for (const { kind, name } of entries) {
        if (kind !== 'file' || !/^[^.].*\.(?:mp4|avi|mov|mkv|webm|wmv)$/i.test(name)) continue;
        count++;
        first ??= path ? `${path}/${name}` : name;
      }
      return false;
    },
    { depth: 6 },
  );
  return first && `${count} video${count > 1 ? 's are' : ' is'} there (${first}${count > 1 ? ', …' : ''})`;
}
