/** An apex that was spotted, beside the annotated one. */
export interface SpottedApex {
  /** The annotated frame. */
  readonly truth: number;
  /** The frame that was spotted; null where none was. */
  readonly predicted: number | null;
  /** First annotated frame of the movement. */
  readonly onset: number;
  /** Last annotated frame of the movement. */
  readonly offset: number;
  /** Frames a second; the error in milliseconds needs it. */
  readonly fps?: number;
}

/** What {@link apexScores} gives; NaN where nothing was spotted. */
export interface ApexScores {
  /** Mean distance from the annotated apex, in frames. */
  readonly meanAbsoluteError: number;
  /** The middle one of these distances. */
  readonly medianAbsoluteError: number;
  /** Mean distance in milliseconds; NaN where a clip's frame rate is not known. */
  readonly milliseconds: number;
  /** Apex spotting rate (ASR): share of all clips whose spotted apex lies in onset..offset. */
  readonly spottingRate: number;
  /** Number of clips. */
  readonly clips: number;
  /** In how many no apex was spotted: they are in the rate, not in the errors. */
  readonly missed: number;
}

/**
 * How far spotted apexes lie from the annotated ones.
 *
 * @throws RangeError if there is no clip, or a frame is no whole number
 *
 * @example
 * ```ts
 * import { apexScores } from '@mer/metrics';
 *
 * const { meanAbsoluteError, milliseconds, spottingRate } = apexScores([
 *   { truth: 20, predicted: 24, onset: 10, offset: 40, fps: 200 },
 *   { truth: 30, predicted: 60, onset: 12, offset: 50, fps: 200 },
 * ]);
 * console.log(meanAbsoluteError, milliseconds, spottingRate); // 17 85 0.5
 * ```
 *
 * Reference: Yan et al. 2014 (mean absolute error); Liong et al. 2015, "Automatic apex frame spotting" (ASR).
 */
export function apexScores(clips: readonly SpottedApex[]): ApexScores {
  const task = 'score spotted apexes';
  if (clips.length === 0)
    throw new RangeError(`Cannot ${task} as there must be at least one clip: current value is none`);
  for (const [index, { truth, predicted, onset, offset }] of clips.entries()) {
    for (const [name, frame] of Object.entries({ truth, predicted, onset, offset })) {
      if (frame === null && name === 'predicted') continue;
      if (!Number.isInteger(frame)) {
        throw new RangeError(`Cannot ${task} as ${name} of clip ${index} must be a frame: current value is ${frame}`);
      }
    }
  }
  const spotted = clips.flatMap((clip) =>
    clip.predicted === null ? [] : [{ ...clip, error: Math.abs(clip.predicted - clip.truth), at: clip.predicted }],
  );
  const mean = (values: readonly number[]) => values.reduce((total, value) => total + value, 0) / values.length;
  const errors = spotted.map(({ error }) => error).sort((a, b) => a - b);
  const middle = errors.length >> 1;
  return {
    meanAbsoluteError: mean(errors),
    medianAbsoluteError:
      errors.length % 2 === 1
        ? errors[middle]!
        : ((errors[middle - 1] ?? Number.NaN) + (errors[middle] ?? Number.NaN)) / 2,
    milliseconds: mean(spotted.map(({ error, fps }) => (1000 * error) / (fps ?? Number.NaN))),
    spottingRate: spotted.filter(({ at, onset, offset }) => at >= onset && at <= offset).length / clips.length,
    clips: clips.length,
    missed: clips.length - spotted.length,
  };
}
