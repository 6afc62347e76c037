// Batch normalization over rows of channels: y = (x - mean) * a + offset, where a = scale / sqrt(variance + epsilon).
import { fma } from './simd';
import { patternRows, patternSize, repeat } from './pattern';
import { fold } from './reduce';

/** Rows, in patterns, whose sums are taken in single precision. */
const BLOCK: i32 = 512;

/** out = dy * a + (x - mean) * b + c, without the first term if not `hasDy`, and 0 where that is below if `rectified`; `scratch` holds four patterns. */
// @ts-ignore: decorator
@inline
function affine(
  hasDy: bool, rectified: bool,
  x: usize, dy: usize, rows: i32, columns: i32, mean: usize, a: usize, b: usize, c: usize, out: usize, scratch: usize,
): void {
  const floor = f32x4.splat(0);
  const period = patternSize(columns);
  const bytes = <usize>period << 2;
  const m = scratch, pb = m + bytes, pc = pb + bytes, pa = pc + bytes;
  repeat(mean, columns, m);
  repeat(b, columns, pb);
  repeat(c, columns, pc);
  if (hasDy) repeat(a, columns, pa);
  const size = rows * columns;
  let i = 0;
  for (; i + period <= size; i += period) {
    for (let p: usize = 0; p < bytes; p += 16) {
      const d = f32x4.sub(v128.load(x), v128.load(m + p));
      let y = fma(d, v128.load(pb + p), v128.load(pc + p));
      if (hasDy) y = fma(v128.load(dy), v128.load(pa + p), y);
      // pmax keeps y where it is no number: the first operand wins unless it is smaller
      v128.store(out, rectified ? f32x4.pmax(y, floor) : y);
      x += 16;
      if (hasDy) dy += 16;
      out += 16;
    }
  }
  for (let p: usize = 0; i < size; i++) {
    const d = load<f32>(x) - load<f32>(m + p);
    const y = hasDy
      ? load<f32>(dy) * load<f32>(pa + p) + d * load<f32>(pb + p) + load<f32>(pc + p)
      : d * load<f32>(pb + p) + load<f32>(pc + p);
    store<f32>(out, rectified && y < 0 ? 0 : y);
    x += 4;
    if (hasDy) dy += 4;
    out += 4;
    p += 4;
  }
}

/** y = (x - mean) * a + offset, and 0 where it is below if `rectified`; `scratch` holds three patterns. */
export function batchNorm(
  x: usize, rows: i32, columns: i32, mean: usize, a: usize, offset: usize, rectified: bool, out: usize, scratch: usize,
): void {
  affine(false, rectified, x, 0, rows, columns, mean, 0, a, offset, out, scratch);
}

/** dx = dy * a + (x - mean) * b + c, all but x and dy per channel. */
export function batchNormInput(
  x: usize, dy: usize, rows: i32, columns: i32, mean: usize, a: usize, b: usize, c: usize, dx: usize, scratch: usize,
): void {
  affine(true, false, x, dy, rows, columns, mean, a, b, c, dx, scratch);
}

/** Floats of scratch memory that the kernels of training need. */
export function batchNormTrainingScratch(columns: i32): f64 {
  return 5 * <f64>patternSize(columns) + 8 * <f64>columns + 16;
}

/**
 * In one pass the sums per channel of dy and of dy * (x - mean), or if not `hasDy` of (x - mean)^2, in double precision to the begin of `scratch`; with
 * `hasDx` also dx = dy * a. `scratch` holds four patterns and 4 * columns floats.
 */
// @ts-ignore: decorator
@inline
function sums(
  hasDy: bool, hasDx: bool,
  x: usize, dy: usize, rows: i32, columns: i32, mean: usize, a: usize, dx: usize, scratch: usize,
): void {
  const period = patternSize(columns);
  const bytes = <usize>period << 2;
  const totalX = scratch;
  const total = totalX + (<usize>columns << 3);
  const m = scratch + (<usize>columns << 4);
  const partialX = m + bytes, partial = partialX + bytes, s = partial + bytes;
  repeat(mean, columns, m);
  if (hasDx) repeat(a, columns, s);
  memory.fill(scratch, 0, <usize>columns << 4);
  const atOnce = BLOCK * patternRows(columns);
  for (let first = 0; first < rows; first += atOnce) {
    const size = min(atOnce, rows - first) * columns;
    memory.fill(partialX, 0, hasDy ? bytes << 1 : bytes);
    let i = 0;
    for (; i + period <= size; i += period) {
      for (let p: usize = 0; p < bytes; p += 16) {
        const d = f32x4.sub(v128.load(x), v128.load(m + p));
        const g = hasDy ? v128.load(dy) : d;
        if (hasDy) v128.store(partial + p, f32x4.add(v128.load(partial + p), g));
        v128.store(partialX + p, fma(g, d, v128.load(partialX + p)));
        if (hasDx) v128.store(dx, f32x4.mul(g, v128.load(s + p)));
        x += 16;
        if (hasDy) dy += 16;
        if (hasDx) dx += 16;
      }
    }
    for (let p: usize = 0; i < size; i++) {
      const d = load<f32>(x) - load<f32>(m + p);
      const g = hasDy ? load<f32>(dy) : d;
      if (hasDy) store<f32>(partial + p, load<f32>(partial + p) + g);
      store<f32>(partialX + p, load<f32>(partialX + p) + g * d);
      if (hasDx) store<f32>(dx, g * load<f32>(s + p));
      x += 4;
      if (hasDy) dy += 4;
      if (hasDx) dx += 4;
      p += 4;
    }
    fold(partialX, columns, totalX);
    if (hasDy) fold(partial, columns, total);
  }
}

/** Writes a sum per channel, each divided by `by`. */
// @ts-ignore: decorator
@inline
function write(sums: usize, columns: i32, by: f64, to: usize): void {
  for (let c: usize = 0; c < <usize>columns; c++) store<f32>(to + (c << 2), <f32>(load<f64>(sums + (c << 3)) / by));
}

/** variance = mean of (x - mean)^2 per channel. */
export function columnVariance(x: usize, rows: i32, columns: i32, mean: usize, variance: usize, scratch: usize): void {
  sums(false, false, x, 0, rows, columns, mean, 0, 0, scratch);
  write(scratch, columns, <f64>rows, variance);
}

/** sumDy = sum of dy, and sumDyX = sum of dy * (x - mean), per channel. */
export function batchNormSums(
  x: usize, dy: usize, rows: i32, columns: i32, mean: usize, sumDy: usize, sumDyX: usize, scratch: usize,
): void {
  sums(true, false, x, dy, rows, columns, mean, 0, 0, scratch);
  write(scratch, columns, 1, sumDyX);
  write(scratch + (<usize>columns << 3), columns, 1, sumDy);
}

/** The same, and dx = dy * a. */
export function batchNormGradient(
  x: usize, dy: usize, rows: i32, columns: i32, mean: usize, a: usize,
  dx: usize, sumDy: usize, sumDyX: usize, scratch: usize,
): void {
  sums(true, true, x, dy, rows, columns, mean, a, dx, scratch);
  write(scratch, columns, 1, sumDyX);
  write(scratch + (<usize>columns << 3), columns, 1, sumDy);
}
