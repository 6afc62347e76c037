import { expect, it } from 'vitest';
import { arrowsOf } from './arrows.ts';

const [width, height] = [48, 24];
const fieldOf = (at: (x: number, y: number) => [u: number, v: number]) =>
  Float32Array.from(
    { length: width * height * 2 },
    (_, i) => at((i >> 1) % width, Math.floor((i >> 1) / width))[i % 2]!,
  );

it('draws the mean of each cell that moves, the longest over one and a half cells', () => {
  const arrows = arrowsOf(
    fieldOf((x, y) => (x < 4 && y < 4 ? [0.6, 0.8] : x < 8 && y < 4 ? [0.3, -0.4] : [0, 0.01])),
    { width, height, cells: 12 },
  );
  expect(arrows).toHaveLength(2);
  expect(arrows[0]).toMatchObject({ x: 2, y: 2 });
  expect(Math.hypot(arrows[0]!.dx, arrows[0]!.dy)).toBeCloseTo(6, 5);
  expect(arrows[1]!.dx).toBeCloseTo(1.8, 5);
  expect(arrows[1]!.dy).toBeCloseTo(-2.4, 5);
});

it('draws nothing where nothing moves', () => {
  expect(
    arrowsOf(
      fieldOf(() => [0, 0.005]),
      { width, height },
    ),
  ).toEqual([]);
});
