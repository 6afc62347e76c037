import type { ClipRecord } from '../annotations/clip-record.js';
import { subjectDoubts } from '../annotations/subject-names.js';
import type { DatasetNote } from '../dataset.js';
import { type DataFolder, fileInfo } from '../files/data-folder.js';
import { sha256 } from '../files/sha256.js';
import { type ClipFrames, positionOf } from '../frames/clip-frames.js';
import { decodePicture } from '../frames/decode-picture.js';
import { limiter } from '../frames/read-frames.js';

/** A clip with its frames. */
interface Located {
  readonly record: Pick<ClipRecord, 'subject' | 'clip' | 'onset' | 'apex' | 'offset' | 'source'>;
  readonly frames: ClipFrames;
}

/** What is done about a person or a picture that certainly stands under two subjects. */
export type LeakPolicy = 'error' | 'warning';

const keyOf = ({ record: { subject, clip } }: Located) => `${subject}/${clip}`;

/**
 * Finds what would be trained on and tested at once: a subject in two spellings, and frames that stand under two subjects.
 *
 * A subject in spellings that differ in case, zeros or punctuation, and one folder's frames under two subjects, are leaks for
 * certain; spellings that differ in a word, and equal pictures in two folders (onset and apex are compared), are likely ones.
 */
export async function findLeaks(
  folder: DataFolder,
  clips: readonly Located[],
  certain: LeakPolicy,
): Promise<DatasetNote[]> {
  return [
    ...spellingNotes(
      clips.map(({ record }) => record.subject),
      certain,
    ),
    ...folderNotes(clips, certain),
    ...(await pictureNotes(folder, clips)),
  ];
}

/** What is said of subjects that are one in several spellings. */
function spellingNotes(subjects: Iterable<string>, severity: LeakPolicy): DatasetNote[] {
  const { certain, likely } = subjectDoubts(subjects);
  const names = (group: readonly string[]) => listed(group.map((name) => `'${name}'`));
  const apart = 'they would be trained on and tested at once';
  return [
    ...certain.map((group): DatasetNote => {
      const message = `the subjects ${names(group)} are one name in ${group.length} spellings: ${apart}; write one of them everywhere, or set leaks: warning if they are ${group.length} people`;
      return { severity, key: '', message };
    }),
    ...likely.map((group): DatasetNote => {
      const message = `the subjects ${names(group)} may be one person in ${group.length} spellings: if so, ${apart}; write one of them everywhere`;
      return { severity: 'warning', key: '', message };
    }),
  ];
}

function folderNotes(clips: readonly Located[], severity: LeakPolicy): DatasetNote[] {
  const notes: DatasetNote[] = [];
  for (const group of grouped(clips, ({ frames }) => frames.folder)) {
    for (const [i, clip] of group.entries()) {
      const { subject, onset, offset, source } = clip.record;
      const others = group.slice(0, i).filter(({ record }) => record.onset <= offset && onset <= record.offset);
      const other = others.find(({ record }) => record.subject !== subject);
      const same = others.find(({ record }) => record.onset === onset && record.offset === offset);
      const note = (to: 'error' | 'warning', message: string) =>
        void notes.push({ severity: to, key: keyOf(clip), message, ...source });
      const { folder } = clip.frames;
      if (other) {
        const message = `its frames in ${folder} are also those of ${keyOf(other)}, another subject: they would be trained on and tested at once; correct the list, leave one out with exclude, or set leaks: warning`;
        note(severity, message);
      } else if (same) note('warning', `its frames in ${folder} are also those of ${keyOf(same)}`);
    }
  }
  return notes;
}

/** A picture that two subjects should not share. */
interface Picture {
  readonly clip: Located;
  readonly path: string;
}

async function pictureNotes(folder: DataFolder, clips: readonly Located[]): Promise<DatasetNote[]> {
  const limited = limiter(16);
  const pictures = clips.flatMap((clip): Picture[] => {
    const { record, frames } = clip;
    if (frames.files.length === 0) return [];
    const numbers = [record.onset, record.apex ?? record.offset];
    const positions = new Set(numbers.map((number) => positionOf(frames.numbers, number)));
    return [...positions].map((at) => ({ clip, path: pathOf(frames.folder, frames.files[at]!) }));
  });
  // frames of one folder are spoken of already
  const apart = (group: readonly Picture[]) =>
    new Set(group.map(({ clip }) => clip.record.subject)).size > 1 && new Set(group.map(({ path }) => path)).size > 1;
  const bySize = await groupedBy(pictures, ({ path }) =>
    limited(async () => (await fileInfo(folder, path).catch(() => undefined))?.size),
  );
  const notes: DatasetNote[] = [];
  for (const size of bySize.filter(apart)) {
    const byContent = await groupedBy(size, ({ path }) =>
      limited(async () => {
        const bytes = await folder.read(path).catch(() => undefined);
        return bytes && sha256(bytes);
      }),
    );
    for (const group of byContent.filter(apart)) {
      const [first] = group as [Picture, ...Picture[]];
      if (await isBlank(await folder.read(first.path))) continue;
      const clips = listed([...new Set(group.map(({ clip }) => keyOf(clip)))]);
      const message = `one picture stands under several subjects, ${clips}: if these are copies of one clip, they would be trained on and tested at once; leave all but one out with exclude`;
      notes.push({ severity: 'warning', key: keyOf(first.clip), file: first.path, message });
    }
  }
  return notes;
}

const pathOf = (folder: string, file: string) => (folder ? `${folder}/${file}` : file);

/** Whether a picture is of one color, and so nobody's; one that cannot be decoded is not known to be. */
async function isBlank(bytes: Uint8Array): Promise<boolean> {
  const picture = await decodePicture(bytes).catch(() => undefined);
  if (!picture) return false;
  const { data, channels } = picture;
  return data.every((value, i) => value === data[i % channels]);
}

function grouped<T>(items: readonly T[], keyOf: (item: T) => string): T[][] {
  const found = new Map<string, T[]>();
  for (const item of items) {
    const group = found.get(keyOf(item));
    if (group) group.push(item);
    else found.set(keyOf(item), [item]);
  }
  return [...found.values()];
}

/** Groups by a key that has to be looked up; what has none is in no group. */
async function groupedBy<T>(
  items: readonly T[],
  keyOf: (item: T) => Promise<string | number | undefined>,
): Promise<T[][]> {
  const keys = await Promise.all(items.map(keyOf));
  const known = items.flatMap((item, i) => (keys[i] === undefined ? [] : [{ item, key: String(keys[i]) }]));
  return grouped(known, ({ key }) => key).map((group) => group.map(({ item }) => item));
}

/** The first names of a list, and how many more there are. */
function listed(names: readonly string[]): string {
  return names.length > 6 ? `${names.slice(0, 6).join(', ')} and ${names.length - 6} more` : names.join(', ');
}
