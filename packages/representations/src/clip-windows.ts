import { checkOptions, integer, number, type OptionsOf } from '@mer/options';
import { type Clip, checkClip, type LongClip } from './clip.js';

const clipWindowsOptions = {
  count: integer('How many windows.', { min: 1, default: 4 }),
  overlap: number("Share of a window's length that it has in common with the next.", {
    min: 0,
    max: 0.9,
    default: 0.5,
  }),
};

/** Options of {@link clipWindows}. */
export type ClipWindowsOptions = OptionsOf<typeof clipWindowsOptions>;

/**
 * The parts of a clip between onset and offset that overlapping windows of one length see, as clips of their own.
 *
 *     n = offset - onset + 1     L = n / (1 + (count - 1)(1 - overlap))
 *     window k: frames round(k L (1 - overlap)) .. round(k L (1 - overlap) + L) - 1 from the onset, at least 2 where n >= 2
 *
 * The first begins at the onset, the last ends at the offset. In clips shorter than the windows are many, windows repeat.
 *
 * @param clip any clip; its frames are shared, not copied, and stay yours.
 * @returns `count` clips; the apex of each is the clip's where it lies inside, else `null`.
 * @throws RangeError on an option out of range; TypeError or RangeError if `clip` is none.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { clipWindows } from '@mer/representations';
 *
 * const windows = clipWindows({ frames: tf.zeros([12, 8, 8, 3]), onset: 1, apex: 4, offset: 10 });
 * console.log(windows.map(({ onset, apex, offset }) => [onset, apex, offset]));
 * // [ [ 1, 4, 4 ], [ 3, 4, 6 ], [ 5, null, 8 ], [ 7, null, 10 ] ]
 * ```
 *
 * Reference: this project's choice for the recurrent variant of AFN (arXiv 2510.09730), whose windows are not published.
 */
export function clipWindows<C extends Clip | LongClip>(clip: C, options: ClipWindowsOptions = {}): C[] {
  const task = 'cut a clip into windows';
  checkClip(clip, task);
  const { count, overlap } = checkOptions(task, clipWindowsOptions, options);
  const frames = clip.offset - clip.onset + 1;
  const length = frames / (1 + (count - 1) * (1 - overlap));
  return Array.from({ length: count }, (_, k) => {
    const start = k * length * (1 - overlap);
    const last = Math.min(frames - 1, Math.max(Math.round(start + length) - 1, Math.round(start) + 1));
    const first = Math.max(0, Math.min(Math.round(start), last - 1));
    const [onset, offset] = [clip.onset + first, clip.onset + last];
    const apex = clip.apex !== null && clip.apex >= onset && clip.apex <= offset ? clip.apex : null;
    return { ...clip, onset, apex, offset };
  });
}
