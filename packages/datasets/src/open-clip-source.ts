import { openVideo } from '@mer/io';
import { checkOptions, number, type OptionsOf } from '@mer/options';
import type { FrameReader } from '@mer/representations';
import type { DataFolder } from './files/data-folder.js';
import { openFolder } from './files/open-folder.js';
import { pictureName } from './frames/frame-names.js';
import { openFrames, readFramesOptions } from './frames/read-frames.js';
import { videoFrames } from './frames/video-frames.js';
import { naturalOrder } from './natural-order.js';

const clipSourceOptions = {
  ...readFramesOptions,
  fps: number(
    'Frames a second. A video is resampled to it, for each even time the nearest frame; of pictures it says how they were taken.',
    { above: 0, max: 100_000, optional: true },
  ),
};

/** Options of {@link openClipSource}. */
export interface OpenClipSourceOptions extends OptionsOf<typeof clipSourceOptions> {
  /** Ends the work: it then throws the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** The frames of a folder of pictures, or of a video. */
export interface ClipSource {
  /** What it is. */
  readonly kind: 'pictures' | 'video';
  /** What messages call it. */
  readonly name: string;
  /** Read when they are needed, a few at a time; in order is fastest. */
  readonly frames: FrameReader;
  /** What each frame is known by: the last number in its file's name where all have one and no two are the same, else, and in a video, its position from 1. */
  readonly numbers: readonly number[];
  /** Frames a second: as asked for, or as the video says (the mean where frames come at varying times); undefined for pictures of which nobody said it. */
  readonly fps: number | undefined;
  /** When each frame is shown, seconds from the first; undefined where `fps` is. */
  readonly times: ArrayLike<number> | undefined;
  /** Whether frames come at even times. */
  readonly constant: boolean;
  /** Gives up what is held; frames cannot be read any more. */
  close(): Promise<void>;
}

/**
 * Opens a folder of pictures or a video (mp4, mov, webm, mkv, avi) as one row of frames.
 *
 * Frames are decoded, resized and scaled as `readClip` of a data set does, each time they are asked for, so that any length takes the memory of a few
 * frames. How videos are decoded, and what must be installed for that, `openVideo` of `@mer/io` says.
 *
 * @param source - a path in Node, a folder that was opened, or a `Blob` (a `File`) that is a video
 * @param given - fps, size, color, decoders, limits, signal
 * @returns the frames, with rate, times and numbers; the caller closes it
 * @throws Error where there is no such file or folder, fewer than two pictures, or no readable video
 * @throws RangeError where an option is out of its range, or the video is longer than `limits.frames`
 *
 * @example
 * ```ts no-run
 * import { openClipSource } from '@mer/datasets';
 * import { dynamicImage } from '@mer/representations';
 *
 * const { frames, fps, close } = await openClipSource('clip.mp4', { size: 224 });
 * console.log(fps, frames.shape); // 30 [ 67, 224, 224, 3 ]
 * const clip = { frames, onset: 0, apex: 30, offset: frames.shape[0] - 1 };
 * console.log((await dynamicImage().applyAsync(clip)).shape); // [ 224, 224, 3 ]
 * await close();
 * ```
 */
export async function openClipSource(
  source: string | DataFolder | Blob,
  { signal, ...given }: OpenClipSourceOptions = {},
): Promise<ClipSource> {
  const { fps, ...options } = checkOptions('open clip', clipSourceOptions, given);
  if (typeof source === 'string' ? !(await isFolder(source)) : source instanceof Blob) {
    const { limits, ...how } = options;
    const video = await openVideo(source as string | Blob, {
      ...(fps !== undefined && { fps }),
      ...(limits && { limits }),
      ...(signal && { signal }),
    });
    const frames = videoFrames(video, how, signal);
    return {
      kind: 'video',
      name: video.name,
      frames,
      numbers: Array.from(video.times, (_, i) => i + 1),
      fps: video.fps,
      times: video.times,
      constant: fps !== undefined || video.stored.constant,
      async close() {
        await frames.stop();
        await video.close();
      },
    };
  }
  const folder = typeof source === 'string' ? await openFolder(source) : (source as DataFolder);
  const files = await picturesIn(folder);
  return {
    kind: 'pictures',
    name: folder.name,
    frames: await openFrames(folder, files, options),
    numbers: pictureNumbers(files),
    fps,
    times: fps === undefined ? undefined : Float64Array.from(files, (_, i) => i / fps),
    constant: true,
    close: async () => {},
  };
}

/** Whether a path is that of a folder; an error where there is nothing. In a browser no path is. */
async function isFolder(path: string): Promise<boolean> {
  const fs = globalThis.process?.getBuiltinModule?.('node:fs/promises');
  if (!fs) return false;
  const info = await fs.stat(path).catch((cause: unknown) => {
    throw new Error(`Cannot open clip as ${path} must be a folder of frames or a video file: there is none`, { cause });
  });
  return info.isDirectory();
}

/** The pictures of a folder, in natural order. */
async function picturesIn(folder: DataFolder): Promise<string[]> {
  const entries = (await folder.list('')) ?? [];
  const files = entries.flatMap(({ name, kind }) => (kind === 'file' && pictureName(name) !== undefined ? [name] : []));
  if (files.length >= 2) return files.sort(naturalOrder);
  throw new Error(
    `Cannot open clip as ${folder.name} must hold at least two frames (.png, .jpg, .bmp): it holds ${files.length}`,
  );
}

/** The last number in each file name where all have one and no two are the same; positions from 1 otherwise. */
function pictureNumbers(files: readonly string[]): number[] {
  const numbers = files.map((file) => Number(/(\d+)\D*$/.exec(file.replace(/\.\w+$/, ''))?.[1] ?? Number.NaN));
  return numbers.every(Number.isInteger) && new Set(numbers).size === files.length
    ? numbers
    : files.map((_, i) => i + 1);
}
