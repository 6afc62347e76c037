import { number } from '@mer/options';

/** A time in seconds as an option. */
// @__NO_SIDE_EFFECTS__
export const seconds = (about: string, fallback: number) => number(about, { above: 0, max: 60, default: fallback });

/** How often a recording is looked at. */
// @__NO_SIDE_EFFECTS__
export const rateOption = () =>
  number('Frames a second that are looked at; a faster recording is thinned out.', { above: 0, default: 30 });

/** Which intervals are one, and how long they may be: options of the spotters by regions. */
// @__NO_SIDE_EFFECTS__
export const intervalOptions = ({ shortest }: { shortest: number }) => ({
  overlap: number('Share of the shorter of two intervals that makes them one where they have it in common.', {
    min: 0,
    below: 1,
    default: 0.29,
  }),
  shortest: seconds('Shortest expression, seconds.', shortest),
  longest: seconds('Longest expression, seconds.', 20 / 3),
});

/** Half of the usual length of both kinds, for spotters that compare a frame with one so much later. */
// @__NO_SIDE_EFFECTS__
export const halfLengths = () => ({
  micro: number('Half of the usual length of a micro-expression, seconds.', { above: 0, max: 10, default: 0.2 }),
  macro: number('Half of the usual length of a macro-expression, seconds.', { above: 0, max: 60, default: 0.6 }),
});

/** How high a peak must be among the values of its recording. */
// @__NO_SIDE_EFFECTS__
export const peakOption = () =>
  number('How far a peak reaches up from the mean of the whole recording (0) to its greatest value (1).', {
    min: 0,
    max: 1,
    default: 0.55,
  });
