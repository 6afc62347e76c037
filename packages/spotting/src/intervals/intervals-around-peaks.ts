import type { Interval } from '@mer/metrics';

/**
 * An interval of `reach` frames before and after each peak, cut off at the ends of the video.
 *
 * @param peaks frames, from 0; `values` is the signal whose peaks they are, its values become the scores, and `frames` is how many there are
 *
 * @example
 * ```ts
 * import { intervalsAroundPeaks } from '@mer/spotting';
 *
 * const [interval] = intervalsAroundPeaks([4], { reach: 6, values: [0, 1, 2, 3, 9, 1], frames: 100 });
 * console.log(interval); // { onset: 0, apex: 4, offset: 10, score: 9 }
 * ```
 *
 * Reference: SOFTNet (Liong et al., ICIP 2021), whose intervals can begin before the first frame; cutting them off is ours.
 */
export function intervalsAroundPeaks(
  peaks: readonly number[],
  { reach, values, frames }: { reach: number; values: ArrayLike<number>; frames: number },
): (Interval & { apex: number; score: number })[] {
  return peaks.map((apex) => ({
    onset: Math.max(0, apex - reach),
    apex,
    offset: Math.min(frames - 1, apex + reach),
    score: values[apex]!,
  }));
}
