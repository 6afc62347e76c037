import type { CheckedReadOptions } from '../read-clip-options.js';

/** The annotated frames of a clip as 0-based positions among the frames that it has; `apex` is null where unknown. */
export interface Marks {
  onset: number;
  apex: number | null;
  offset: number;
  /** How many frames the clip has. */
  count: number;
}

/** Which positions to read (inclusive), and the marks counted from the first of them. */
export interface FrameRange {
  first: number;
  last: number;
  marks: Omit<Marks, 'count'>;
}

/**
 * Picks the frames to read. A mark beyond the frames read moves to the nearest frame read.
 *
 * @throws RangeError for `to: 'apex'` where nobody annotated the apex.
 */
export function frameRange(
  id: string,
  marks: Marks,
  { from, to }: Pick<CheckedReadOptions, 'from' | 'to'>,
): FrameRange {
  const task = `Cannot read clip ${id}`;
  if (to === 'apex' && marks.apex === null) {
    throw new RangeError(
      `${task} as its apex must be known for to: 'apex': nobody annotated it (read to the offset and spot the apex first)`,
    );
  }
  const first = from === 'onset' ? marks.onset : 0;
  const last = to === 'offset' ? marks.offset : to === 'apex' ? marks.apex! : marks.count - 1;
  const inside = (position: number) => Math.min(last, Math.max(first, position)) - first;
  return {
    first,
    last,
    marks: {
      onset: inside(marks.onset),
      apex: marks.apex === null ? null : inside(marks.apex),
      offset: inside(marks.offset),
    },
  };
}
