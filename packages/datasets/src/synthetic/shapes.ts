/** A bell of height 1 at (0, 0); 0 where it would be below 0.0004. */
export function bump(u: number, v: number, su: number, sv: number): number {
  const x = u / su;
  const y = v / sv;
  const square = x * x + y * y;
  return square > 16 ? 0 : Math.exp(-0.5 * square);
}

/** A bell over one coordinate. */
export function ridge(u: number, su: number): number {
  const x = u / su;
  return x * x > 16 ? 0 : Math.exp(-0.5 * x * x);
}

/** Keeps x between two bounds. */
export function clamp(x: number, low = 0, high = 1): number {
  return Math.min(high, Math.max(low, x));
}

/** 0 below low, 1 above high, smooth between. */
export function smooth(low: number, high: number, x: number): number {
  const t = clamp((x - low) / (high - low));
  return t * t * (3 - 2 * t);
}
