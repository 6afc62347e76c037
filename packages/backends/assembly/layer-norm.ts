// Normalization of every row of [rows, columns]: y = (x - mean) * inverse * scale + offset, where mean and
// inverse = 1 / sqrt(variance + epsilon) belong to the row, scale and offset to the column.
import { sumOne } from './reduce';
import { fma, sumLanes } from './simd';

/** Columns whose sum is taken in single precision. */
const BLOCK: i32 = 1024;
/** Rows whose sum by column is taken in single precision. */
const ROWS: i32 = 256;

/** Sum of (x - mean)^2. */
function sumSquares(x: usize, columns: i32, mean: f32): f64 {
  const m = f32x4.splat(mean);
  let total: f64 = 0;
  for (let left = columns; left > 0; left -= BLOCK) {
    const count = min(left, BLOCK);
    let a = f32x4.splat(0), b = a;
    let i = 0;
    for (; i + 8 <= count; i += 8) {
      const p = f32x4.sub(v128.load(x), m), q = f32x4.sub(v128.load(x, 16), m);
      a = fma(p, p, a);
      b = fma(q, q, b);
      x += 32;
    }
    let rest = sumLanes(f32x4.add(a, b));
    for (; i < count; i++) {
      const d = load<f32>(x) - mean;
      rest += d * d;
      x += 4;
    }
    total += rest;
  }
  return total;
}

/** y, mean and inverse. */
export function layerNorm(
  x: usize, rows: i32, columns: i32, epsilon: f64, scale: usize, offset: usize, y: usize, mean: usize, inverse: usize,
): void {
  for (let r = 0; r < rows; r++) {
    const m = <f32>(sumOne(x, columns) / <f64>columns);
    const s = <f32>(1 / sqrt(sumSquares(x, columns, m) / <f64>columns + epsilon));
    store<f32>(mean + (<usize>r << 2), m);
    store<f32>(inverse + (<usize>r << 2), s);
    const center = f32x4.splat(m), factor = f32x4.splat(s);
    let c: usize = 0;
    for (const end = <usize>(columns & ~3) << 2; c < end; c += 16) {
      const normal = f32x4.mul(f32x4.sub(v128.load(x + c), center), factor);
      v128.store(y + c, fma(normal, v128.load(scale + c), v128.load(offset + c)));
    }
    for (const end = <usize>columns << 2; c < end; c += 4) {
      store<f32>(y + c, (load<f32>(x + c) - m) * s * load<f32>(scale + c) + load<f32>(offset + c));
    }
    x += <usize>columns << 2;
    y += <usize>columns << 2;
  }
}

/**
 * Gradients by x, scale and offset. With n = (x - mean) * inverse and g = dy * scale: dx = inverse * (g - mean of g -
 * n * mean of g n) in each row, dScale = sum of dy n and dOffset = sum of dy in each column.
 * `scratch` holds 6 * columns floats.
 */
export function layerNormGradient(
  x: usize, dy: usize, rows: i32, columns: i32, mean: usize, inverse: usize, scale: usize,
  dx: usize, dScale: usize, dOffset: usize, scratch: usize,
): void {
  const row = <usize>columns << 2;
  const totals = scratch;
  const partial = totals + (row << 2);
  memory.fill(totals, 0, row << 2);
  for (let first = 0; first < rows; first += ROWS) {
    memory.fill(partial, 0, row << 1);
    for (let r = first; r < min(rows, first + ROWS); r++) {
      gradientRow(
        x, dy, columns, load<f32>(mean + (<usize>r << 2)), load<f32>(inverse + (<usize>r << 2)), scale, dx, partial,
      );
      x += row;
      dy += row;
      dx += row;
    }
    for (let c: usize = 0; c < row << 1; c += 4) {
      const to = totals + (c << 1);
      store<f64>(to, load<f64>(to) + <f64>load<f32>(partial + c));
    }
  }
  for (let c: usize = 0; c < row; c += 4) {
    store<f32>(dScale + c, <f32>load<f64>(totals + (c << 1)));
    store<f32>(dOffset + c, <f32>load<f64>(totals + ((row + c) << 1)));
  }
}

/** One row; adds dy n to the first row of `partial` and dy to the second. */
// @ts-ignore: decorator
@inline
function gradientRow(
  x: usize, dy: usize, columns: i32, mean: f32, inverse: f32, scale: usize, dx: usize, partial: usize,
): void {
  const m = f32x4.splat(mean), s = f32x4.splat(inverse);
  const row = <usize>columns << 2;
  const whole = <usize>(columns & ~3) << 2;
  const second = partial + row;
  let sum: f64 = 0, sumN: f64 = 0;
  for (let start: usize = 0; start < row; start += <usize>BLOCK << 2) {
    const end = min(whole, start + (<usize>BLOCK << 2));
    let a = f32x4.splat(0), b = a;
    let c = start;
    for (; c < end; c += 16) {
      const d = v128.load(dy + c);
      const n = f32x4.mul(f32x4.sub(v128.load(x + c), m), s);
      const g = f32x4.mul(d, v128.load(scale + c));
      a = f32x4.add(a, g);
      b = fma(g, n, b);
      v128.store(partial + c, fma(d, n, v128.load(partial + c)));
      v128.store(second + c, f32x4.add(d, v128.load(second + c)));
    }
    sum += sumLanes(a);
    sumN += sumLanes(b);
  }
  for (let c = whole; c < row; c += 4) {
    const d = load<f32>(dy + c);
    const n = (load<f32>(x + c) - mean) * inverse;
    const g = d * load<f32>(scale + c);
    sum += g;
    sumN += g * n;
    store<f32>(partial + c, load<f32>(partial + c) + d * n);
    store<f32>(second + c, load<f32>(second + c) + d);
  }
  const byOne = <f32>(-sum / <f64>columns), byN = <f32>(-sumN / <f64>columns);
  const p = f32x4.splat(byOne), q = f32x4.splat(byN);
  let c: usize = 0;
  for (; c < whole; c += 16) {
    const n = f32x4.mul(f32x4.sub(v128.load(x + c), m), s);
    const g = f32x4.mul(v128.load(dy + c), v128.load(scale + c));
    v128.store(dx + c, f32x4.mul(s, f32x4.add(g, fma(q, n, p))));
  }
  for (; c < row; c += 4) {
    const n = (load<f32>(x + c) - mean) * inverse;
    store<f32>(dx + c, inverse * (load<f32>(dy + c) * load<f32>(scale + c) + (byN * n + byOne)));
  }
}
