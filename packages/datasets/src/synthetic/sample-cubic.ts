/** Catmull-Rom interpolation of an RGB picture at a point, edges repeated. */
export function sampleCubic(
  pixels: Float32Array,
  height: number,
  width: number,
  y: number,
  x: number,
  out: Float32Array,
): void {
  const x0 = Math.floor(x);
  const y0 = Math.floor(y);
  const fx = x - x0;
  const fy = y - y0;
  const a0 = ((-0.5 * fx + 1) * fx - 0.5) * fx;
  const a1 = (1.5 * fx - 2.5) * fx * fx + 1;
  const a2 = ((-1.5 * fx + 2) * fx + 0.5) * fx;
  const a3 = (0.5 * fx - 0.5) * fx * fx;
  const b0 = ((-0.5 * fy + 1) * fy - 0.5) * fy;
  const b1 = (1.5 * fy - 2.5) * fy * fy + 1;
  const b2 = ((-1.5 * fy + 2) * fy + 0.5) * fy;
  const b3 = (0.5 * fy - 0.5) * fy * fy;
  const inside = x0 >= 1 && x0 < width - 2;
  const c0 = inside ? (x0 - 1) * 3 : column(x0 - 1, width);
  const c1 = inside ? c0 + 3 : column(x0, width);
  const c2 = inside ? c0 + 6 : column(x0 + 1, width);
  const c3 = inside ? c0 + 9 : column(x0 + 2, width);
  let red = 0;
  let green = 0;
  let blue = 0;
  for (let j = 0; j < 4; j++) {
    const w = j === 0 ? b0 : j === 1 ? b1 : j === 2 ? b2 : b3;
    const line = y0 - 1 + j;
    const row = (line < 0 ? 0 : line >= height ? height - 1 : line) * width * 3;
    const p0 = row + c0;
    const p1 = row + c1;
    const p2 = row + c2;
    const p3 = row + c3;
    red += w * (a0 * pixels[p0]! + a1 * pixels[p1]! + a2 * pixels[p2]! + a3 * pixels[p3]!);
    green += w * (a0 * pixels[p0 + 1]! + a1 * pixels[p1 + 1]! + a2 * pixels[p2 + 1]! + a3 * pixels[p3 + 1]!);
    blue += w * (a0 * pixels[p0 + 2]! + a1 * pixels[p1 + 2]! + a2 * pixels[p2 + 2]! + a3 * pixels[p3 + 2]!);
  }
  out[0] = red;
  out[1] = green;
  out[2] = blue;
}

function column(x: number, width: number): number {
  return Math.min(width - 1, Math.max(0, x)) * 3;
}
