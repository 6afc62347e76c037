import type { FrameReader } from '@mer/representations';

/** Bytes of frames from which on a clip is read when its frames are needed, and not held. */
export const longClipBytes = 2 ** 30;

/**
 * Whether a clip is so long, or its frames so large, that they are better read when they are needed than held: `longClipBytes` (1 GiB) or more as float32.
 *
 * @param frames - of the clip
 * @returns false where holding them is faster and there is room for several such clips
 *
 * @example
 * ```ts
 * import { isLong } from '@mer/datasets';
 *
 * const read = () => Promise.reject(new Error('not read'));
 * console.log(isLong({ shape: [67, 480, 640, 3], read }), isLong({ shape: [2000, 480, 640, 3], read })); // false true
 * ```
 */
export function isLong({ shape: [count, height, width, channels] }: FrameReader): boolean {
  return 4 * count * height * width * channels >= longClipBytes;
}
