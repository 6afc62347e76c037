import { type Numbers, tuple } from '@mer/options';

/** How many parts an image is divided into: `[rows, columns]`. */
export type Blocks = Numbers<readonly ['rows', 'columns']>;

/** An option that is {@link Blocks}. */
// @__NO_SIDE_EFFECTS__
export function blocksOption(fallback: Blocks) {
  return tuple('Blocks the image is divided into.', ['rows', 'columns'], { default: fallback });
}

/** The part of `size` positions that block `index` of `count` begins at. */
export const blockStart = (index: number, count: number, size: number): number => Math.floor((index * size) / count);
