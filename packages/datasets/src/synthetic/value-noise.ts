import type { Random } from './random.js';
import { smooth } from './shapes.js';

/** Smooth random texture, -1..1, with about one feature per `cell` units; it repeats after 64 cells. */
export function valueNoise(random: Random, cell: number): (u: number, v: number) => number {
  const side = 64;
  const lattice = Float32Array.from({ length: side * side }, () => random.uniform(-1, 1));
  return (u, v) => {
    const x = u / cell;
    const y = v / cell;
    const x0 = Math.floor(x);
    const y0 = Math.floor(y);
    const fx = smooth(0, 1, x - x0);
    const fy = smooth(0, 1, y - y0);
    const top = (y0 & 63) * side;
    const bottom = ((y0 + 1) & 63) * side;
    const left = x0 & 63;
    const right = (x0 + 1) & 63;
    const upper = lattice[top + left]! * (1 - fx) + lattice[top + right]! * fx;
    const lower = lattice[bottom + left]! * (1 - fx) + lattice[bottom + right]! * fx;
    return upper * (1 - fy) + lower * fy;
  };
}
