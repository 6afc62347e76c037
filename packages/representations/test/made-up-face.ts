import type { Landmarks } from '../src/clip.js';

/** A made-up face: 68 points around a center, turned and scaled. */
export function face(cx: number, cy: number, scale: number, angle: number): Landmarks {
  const points: [number, number][] = [];
  for (let i = 0; i <= 16; i++) points.push([-1 + i / 8, 1.2 * Math.sin((Math.PI * i) / 16) - 0.2]);
  for (let i = 0; i < 10; i++) points.push([i < 5 ? -0.8 + 0.14 * i : 0.24 + 0.14 * (i - 5), -0.55]);
  for (let i = 0; i < 4; i++) points.push([0, -0.35 + 0.15 * i]);
  for (let i = 0; i < 5; i++) points.push([-0.15 + 0.075 * i, 0.2]);
  points[30] = [0, 0.1];
  for (const x of [-0.4, 0.4]) {
    for (let i = 0; i < 6; i++)
      points.push([x + 0.13 * Math.cos((i * Math.PI) / 3), -0.35 + 0.06 * Math.sin((i * Math.PI) / 3)]);
  }
  for (let i = 0; i < 20; i++)
    points.push([0.3 * Math.cos(Math.PI + (i * Math.PI) / 6), 0.55 + 0.12 * Math.sin(Math.PI + (i * Math.PI) / 6)]);
  const [cos, sin] = [Math.cos(angle) * scale, Math.sin(angle) * scale];
  return points.map(([x, y]) => [cx + cos * x - sin * y, cy + sin * x + cos * y] as const);
}
