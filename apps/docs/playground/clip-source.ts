// What a clip may come from: limits, marks, and which of the files that somebody dropped are its frames.

/** Indices of the marked frames. */
export interface ClipMarks {
  readonly onset: number;
  readonly apex: number;
  readonly offset: number;
}

/** A dropped file and where it lay. */
export interface FilePath {
  readonly path: string;
  readonly file: Blob;
}

/** The most frames of a clip: more would not be a micro-expression, and would fill the memory of a page. */
export const MOST_FRAMES = 300;
/** Longest sides to which frames are made smaller. */
export const SIDES = [96, 128, 160, 224] as const;
/** The most pixels of all frames together, after that. */
export const MOST_PIXELS = 12e6;
/** The most pixels of one frame of a GIF, and of all: they are unpacked at full size, one after another. */
export const MOST_GIF_PIXELS = 4e8;

const PICTURE = /\.(png|jpe?g|bmp)$/i;
const GIF = /\.gif$/i;
const VIDEO = /\.(mp4|m4v|mov|avi|mkv|webm|wmv|mpe?g|ogv|flv)$/i;

export const folderOf = (path: string) => path.split('/').slice(0, -1).join('/');
export const nameOf = (path: string) => path.split('/').at(-1)!;

/** What the files are together. */
export interface Chosen {
  readonly kind: 'pictures' | 'gif' | 'video';
  readonly files: readonly FilePath[];
  /** Names of files that are not part of the clip. */
  readonly leftOut: readonly string[];
}

/**
 * Finds the frames among dropped files: the pictures of one folder, in the order of their names, one GIF, or one video.
 *
 * @throws Error that says what there must be.
 */
export function chooseFiles(files: readonly FilePath[], order: (a: string, b: string) => number): Chosen {
  const of = (pattern: RegExp) => files.filter(({ path }) => pattern.test(path));
  const [pictures, gifs, videos] = [of(PICTURE), of(GIF), of(VIDEO)];
  const restOf = (taken: readonly FilePath[]) =>
    files.filter((file) => !taken.includes(file) && !nameOf(file.path).startsWith('.')).map(({ path }) => nameOf(path));
  if (files.length === 0) throw new Error('Cannot open a clip as there must be files: none came');
  if (pictures.length === 0 && gifs.length === 1) return { kind: 'gif', files: gifs, leftOut: restOf(gifs) };
  if (gifs.length > 0) {
    throw new Error(
      `Cannot open these files as they must be one GIF alone, or pictures alone: there are ${counted(gifs.length, 'GIF')} and ${counted(pictures.length, 'picture')}`,
    );
  }
  if (videos.length > 0) {
    if (pictures.length === 0 && videos.length === 1) return { kind: 'video', files: videos, leftOut: restOf(videos) };
    throw new Error(
      `Cannot open these files as they must be one video alone, or pictures alone: there are ${counted(videos.length, 'video')} and ${counted(pictures.length, 'picture')}`,
    );
  }
  if (pictures.length < 3) {
    throw new Error(
      `Cannot open these files as a clip must have at least 3 pictures (PNG, JPEG or BMP), or be a GIF or a video: there ${pictures.length === 1 ? 'is 1 picture' : `are ${pictures.length || 'no'} pictures`} among ${counted(files.length, 'file')}`,
    );
  }
  const folders = [...new Set(pictures.map(({ path }) => folderOf(path)))];
  if (folders.length > 1) {
    throw new Error(
      `Cannot open these files as the pictures of one clip must lie in one folder: they lie in ${folders.length}, such as ${folders.slice(0, 3).join(', ')}`,
    );
  }
  if (pictures.length > MOST_FRAMES) {
    throw new Error(
      `Cannot open these files as a clip may have ${MOST_FRAMES} frames here: there are ${pictures.length}`,
    );
  }
  const sorted = [...pictures].sort((a, b) => order(a.path, b.path));
  return { kind: 'pictures', files: sorted, leftOut: restOf(sorted) };
}

const counted = (count: number, noun: string) => `${count} ${noun}${count === 1 ? '' : 's'}`;

/** The size of frames whose longer side is at most `side`. */
export function fitted(height: number, width: number, side: number): [height: number, width: number] {
  const scale = Math.min(1, side / Math.max(height, width));
  return [Math.max(1, Math.round(height * scale)), Math.max(1, Math.round(width * scale))];
}

/** Throws where the frames together have more pixels than a page should hold. */
export function checkRoom(count: number, height: number, width: number): void {
  const pixels = count * height * width;
  if (pixels > MOST_PIXELS) {
    throw new Error(
      `Cannot open this clip as its frames together may have ${MOST_PIXELS / 1e6} million pixels here: ${count} of ${width} x ${height} have ${(pixels / 1e6).toFixed(0)} million. Choose a smaller side`,
    );
  }
}

/** Marks in which one was moved: the others give way, so that onset < apex < offset holds. */
export function movedMarks(marks: ClipMarks, which: keyof ClipMarks, to: number, count: number): ClipMarks {
  const inside = (value: number, least: number, most: number) => Math.min(most, Math.max(least, Math.round(value)));
  const last = count - 1;
  if (which === 'apex') {
    const apex = inside(to, 1, last - 1);
    return { onset: Math.min(marks.onset, apex - 1), apex, offset: Math.max(marks.offset, apex + 1) };
  }
  if (which === 'onset') {
    const onset = inside(to, 0, last - 2);
    const apex = Math.max(marks.apex, onset + 1);
    return { onset, apex, offset: Math.max(marks.offset, apex + 1) };
  }
  const offset = inside(to, 2, last);
  const apex = Math.min(marks.apex, offset - 1);
  return { onset: Math.min(marks.onset, apex - 1), apex, offset };
}
