import type { Color } from './face.js';
import { smooth } from './shapes.js';

/** The point that is painted, and its color so far. */
export interface Point {
  u: number;
  v: number;
  /** Distance from the middle line. */
  a: number;
  red: number;
  green: number;
  blue: number;
}

/** Moves the color of a point towards another. */
export function blend(point: Point, red: number, green: number, blue: number, amount: number): void {
  point.red += amount * (red - point.red);
  point.green += amount * (green - point.green);
  point.blue += amount * (blue - point.blue);
}

export function blendShaded(point: Point, [red, green, blue]: Color, shade: number, amount: number): void {
  if (amount > 0) blend(point, red * shade, green * shade, blue * shade, amount);
}

/** 1 inside (negative distance), 0 outside, soft over `width` on either side. */
export function soft(distance: number, width: number): number {
  return 1 - smooth(-width, width, distance);
}
