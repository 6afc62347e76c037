// A flow field as arrows: one in each cell of a grid, where the cell moves.

export interface Arrow {
  /** Where it starts, and what it adds, in pixels of the picture. */
  readonly x: number;
  readonly y: number;
  readonly dx: number;
  readonly dy: number;
}

/**
 * The mean flow of each cell, so long that the longest arrow fills `reach` cells.
 *
 * @param field `[height, width, 2]`, (u, v) in pixels.
 * @returns no arrow for a cell that moves less than an eighth of the longest, and none at all where nothing moves more than a hundredth of a pixel.
 */
export function arrowsOf(
  field: ArrayLike<number>,
  { width, height, cells = 24, reach = 1.5 }: { width: number; height: number; cells?: number; reach?: number },
): Arrow[] {
  const side = Math.max(2, Math.round(Math.max(width, height) / cells));
  const means: Arrow[] = [];
  for (let top = 0; top + side <= height; top += side) {
    for (let left = 0; left + side <= width; left += side) {
      let [u, v] = [0, 0];
      for (let y = top; y < top + side; y++) {
        for (let x = left; x < left + side; x++) {
          u += field[(y * width + x) * 2]!;
          v += field[(y * width + x) * 2 + 1]!;
        }
      }
      const count = side * side;
      means.push({ x: left + side / 2, y: top + side / 2, dx: u / count, dy: v / count });
    }
  }
  const longest = Math.max(0, ...means.map(({ dx, dy }) => Math.hypot(dx, dy)));
  if (longest < 0.01) return [];
  const scale = (reach * side) / longest;
  return means
    .filter(({ dx, dy }) => Math.hypot(dx, dy) >= longest / 8)
    .map(({ x, y, dx, dy }) => ({ x, y, dx: dx * scale, dy: dy * scale }));
}
