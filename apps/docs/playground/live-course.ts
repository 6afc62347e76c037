// The course of a value over the last seconds, of a stream that goes on: its memory stays the same.

/** Times and values, the oldest first. */
export interface Course {
  readonly times: Float64Array;
  readonly values: Float32Array;
}

/** Seconds that are kept, and how many values at most. */
export const COURSE_SECONDS = 20;
const MOST = 1200;

export const emptyCourse = (): Course => ({ times: new Float64Array(0), values: new Float32Array(0) });

/** A course with one value more, without those that are too old. */
export function pushed({ times, values }: Course, time: number, value: number): Course {
  let from = Math.max(0, times.length + 1 - MOST);
  while (from < times.length && time - times[from]! > COURSE_SECONDS) from++;
  const length = times.length - from + 1;
  const next = { times: new Float64Array(length), values: new Float32Array(length) };
  next.times.set(times.subarray(from));
  next.values.set(values.subarray(from));
  next.times[length - 1] = time;
  next.values[length - 1] = value;
  return next;
}

/**
 * The values of a course as points in a box of `width` x `height`, its highest `most` at the top, times from `begin` to `end` across: as text for an SVG. Of values that fall on one
 * place the highest is drawn.
 */
export function coursePoints(
  { times, values }: { readonly times: ArrayLike<number>; readonly values: ArrayLike<number> },
  { begin, end, width, height, most }: { begin: number; end: number; width: number; height: number; most: number },
): string {
  const places = new Map<number, number>();
  for (let i = 0; i < values.length; i++) {
    const x = Math.round(((times[i]! - begin) / (end - begin)) * width);
    places.set(x, Math.max(places.get(x) ?? 0, values[i]!));
  }
  return [...places].map(([x, value]) => `${x},${(height * (1 - Math.min(1, value / most))).toFixed(1)}`).join(' ');
}
