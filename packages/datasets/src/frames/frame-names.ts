/** What the names in a folder of frames say. */
export interface FrameNames {
  /** Files that are frames, with their numbers, in the order given. */
  frames: readonly { name: string; number: number }[];
  /** Pictures that are none: what a file manager copied, and names unlike those of the other frames. */
  passed: readonly string[];
}

/** A number that file managers put behind the name of a copy: `img79 (1)`, `img79~1`, `img79 2`. */
const numbered = /^(.*\d)(?:\s*[([]\d+[)\]]|~\d+| \d+)$/s;

/** Words that they put there: `img79 - Copy (2)`, `img79 copy 2`, `img79 (another copy)`, `img79 - 副本`. */
const worded =
  /[\s_-]+\(?(?:another |\d+(?:st|nd|rd|th) )?(?:copy|copie|kopie|kopia|copia|cópia|副本|コピー|복사본)\)?(?:[\s_-]*\(?\d+\)?)?$/i;

/** What they put in front: `Copy of img79`, `Copy (2) of img79`, `Kopie von img79`. */
const before = /^(?:copy(?: ?\(\d+\))? of|copie de|kopie von|kopia|copia d[ei]|cópia de) /i;

interface Named {
  name: string;
  number: number;
  /** What is left of the name without the number: the same for the frames of one clip. */
  pattern: string;
}

/**
 * Tells the frames of a folder by their names. The number of a frame is the last run of digits of its name; frames of one folder
 * are named alike. A file manager's copy is no frame, whatever its number; nor is a picture whose name is unlike those of the
 * others, where these are at least half of all.
 */
export function frameNames(names: readonly string[]): FrameNames {
  const pictures = names.flatMap((name) => {
    const stem = pictureName(name);
    return stem === undefined ? [] : [{ name, stem }];
  });
  const plain = pictures.filter(({ stem }) => !worded.test(stem) && !before.test(stem));
  const passed = pictures.filter((picture) => !plain.includes(picture)).map(({ name }) => name);
  const named: Named[] = [];
  const copies = copiesIn(plain.map(({ stem }) => stem));
  for (const { name, stem } of plain) {
    const [, prefix, digits, suffix] = /^(.*?)(\d+)(\D*)$/s.exec(stem) ?? [];
    if (digits === undefined) continue;
    if (copies.has(stem)) passed.push(name);
    else named.push({ name, number: Number(digits), pattern: `${prefix}\0${suffix}`.toLowerCase() });
  }
  const counts = new Map<string, number>();
  for (const { pattern } of named) counts.set(pattern, (counts.get(pattern) ?? 0) + 1);
  let usual = '';
  for (const [pattern, count] of counts) {
    const most = counts.get(usual) ?? 0;
    if (count > most || (count === most && pattern.length < usual.length)) usual = pattern;
  }
  const most = counts.get(usual) ?? 0;
  const alike = most > 1 && 2 * most >= named.length;
  return {
    frames: named.filter(({ pattern }) => !alike || pattern === usual).map(({ name, number }) => ({ name, number })),
    passed: [...passed, ...named.filter(({ pattern }) => alike && pattern !== usual).map(({ name }) => name)],
  };
}

/**
 * The names that are another's with a number behind it. Where every name has such a number behind the same words, the words are
 * the clip's, and the numbers those of its frames: `happy1 (1)`, `happy1 (2)`.
 */
function copiesIn(stems: readonly string[]): Set<string> {
  const there = new Set(stems);
  const found = stems.flatMap((stem) => {
    const base = numbered.exec(stem)?.[1];
    // a space and a number is a Mac's copy only beside what it was copied from
    return base === undefined || (/ \d+$/.test(stem) && !there.has(base)) ? [] : [{ stem, base }];
  });
  const bases = new Set(found.map(({ base }) => base));
  const one = found.length > 1 && found.length === stems.length && bases.size === 1;
  return new Set(one ? [] : found.map(({ stem }) => stem));
}

/** The name of a picture without its ending; undefined where the file is no picture, or hidden (`._img79.jpg`). */
export function pictureName(name: string): string | undefined {
  return name.startsWith('.') ? undefined : /^(.*)\.(?:jpe?g|png|bmp)$/is.exec(name)?.[1];
}
