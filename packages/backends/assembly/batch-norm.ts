// Batch normalization over rows of channels: y = (x - mean) * a + offset, where a = scale / sqrt(variance + epsilon).
import { fma } from './simd';
import { patternRows, patternSize, repeat } from './pattern';
import { fold } from './reduce';

/** y = (x - mean) * a + offset, and 0 where it is below if `rectified`; `scratch` holds three patterns. */
export function batchNorm(
  x: usize, rows: i32, columns: i32, mean: usize, a: usize, offset: usize, rectified: bool, out: usize, scratch: usize,
): void {
  const floor = f32x4.splat(0);
  const period = patternSize(columns);
  const bytes = <usize>period << 2;
  const m = scratch;
  const s = m + bytes;
  const o = s + bytes;
  repeat(mean, columns, m);
  repeat(a, columns, s);
  repeat(offset, columns, o);
  const size = rows * columns;
  let i = 0;
  for (; i + period <= size; i += period) {
    for (let p: usize = 0; p < bytes; p += 16) {
      const y = fma(f32x4.sub(v128.load(x), v128.load(m + p)), v128.load(s + p), v128.load(o + p));
      // pmax keeps y where it is no number: the first operand wins unless it is smaller
      v128.store(out, rectified ? f32x4.pmax(y, floor) : y);
      x += 16;
      out += 16;
    }
  }
  for (let p: usize = 0; i < size; i++) {
    const y = (load<f32>(x) - load<f32>(m + p)) * load<f32>(s + p) + load<f32>(o + p);
    store<f32>(out, rectified && y < 0 ? 0 : y);
    x += 4;
    out += 4;
    p += 4;
  }
}

/**
 * In one pass: dx = dy * a, sumDy = sum of dy, and sumDyX = sum of dy * (x - mean), the sums per channel.
 * `scratch` holds four patterns and 4 * columns floats.
 */
export function batchNormGradient(
  x: usize, dy: usize, rows: i32, columns: i32, mean: usize, a: usize,
  dx: usize, sumDy: usize, sumDyX: usize, scratch: usize,
): void {
  const period = patternSize(columns);
  const bytes = <usize>period << 2;
  const total = scratch;
  const totalX = total + (<usize>columns << 3);
  const m = totalX + (<usize>columns << 3);
  const s = m + bytes;
  const partial = s + bytes;
  const partialX = partial + bytes;
  repeat(mean, columns, m);
  repeat(a, columns, s);
  memory.fill(total, 0, <usize>columns << 4);
  const atOnce = 512 * patternRows(columns);
  for (let first = 0; first < rows; first += atOnce) {
    const size = min(atOnce, rows - first) * columns;
    memory.fill(partial, 0, bytes << 1);
    let i = 0;
    for (; i + period <= size; i += period) {
      for (let p: usize = 0; p < bytes; p += 16) {
        const g = v128.load(dy);
        const d = f32x4.sub(v128.load(x), v128.load(m + p));
        v128.store(partial + p, f32x4.add(v128.load(partial + p), g));
        v128.store(partialX + p, fma(g, d, v128.load(partialX + p)));
        v128.store(dx, f32x4.mul(g, v128.load(s + p)));
        x += 16;
        dy += 16;
        dx += 16;
      }
    }
    for (let p: usize = 0; i < size; i++) {
      const g = load<f32>(dy);
      store<f32>(partial + p, load<f32>(partial + p) + g);
      store<f32>(partialX + p, load<f32>(partialX + p) + g * (load<f32>(x) - load<f32>(m + p)));
      store<f32>(dx, g * load<f32>(s + p));
      x += 4;
      dy += 4;
      dx += 4;
      p += 4;
    }
    fold(partial, columns, total);
    fold(partialX, columns, totalX);
  }
  for (let c: usize = 0; c < <usize>columns; c++) {
    store<f32>(sumDy + (c << 2), <f32>load<f64>(total + (c << 3)));
    store<f32>(sumDyX + (c << 2), <f32>load<f64>(totalX + (c << 3)));
  }
}

/** Floats of scratch memory that the kernels of training need. */
export function batchNormTrainingScratch(columns: i32): i32 {
  return 5 * patternSize(columns) + 8 * columns + 16;
}

/** variance = mean of (x - mean)^2 per channel. */
export function columnVariance(x: usize, rows: i32, columns: i32, mean: usize, variance: usize, scratch: usize): void {
  const period = patternSize(columns);
  const bytes = <usize>period << 2;
  const total = scratch;
  const m = total + (<usize>columns << 3);
  const partial = m + bytes;
  repeat(mean, columns, m);
  memory.fill(total, 0, <usize>columns << 3);
  const atOnce = 512 * patternRows(columns);
  for (let first = 0; first < rows; first += atOnce) {
    const size = min(atOnce, rows - first) * columns;
    memory.fill(partial, 0, bytes);
    let i = 0;
    for (; i + period <= size; i += period) {
      for (let p: usize = 0; p < bytes; p += 16) {
        const d = f32x4.sub(v128.load(x), v128.load(m + p));
        v128.store(partial + p, fma(d, d, v128.load(partial + p)));
        x += 16;
      }
    }
    for (let p: usize = 0; i < size; i++) {
      const d = load<f32>(x) - load<f32>(m + p);
      store<f32>(partial + p, load<f32>(partial + p) + d * d);
      x += 4;
      p += 4;
    }
    fold(partial, columns, total);
  }
  for (let c: usize = 0; c < <usize>columns; c++) {
    store<f32>(variance + (c << 2), <f32>(load<f64>(total + (c << 3)) / <f64>rows));
  }
}

/** sumDy = sum of dy, and sumDyX = sum of dy * (x - mean), per channel. */
export function batchNormSums(
  x: usize, dy: usize, rows: i32, columns: i32, mean: usize, sumDy: usize, sumDyX: usize, scratch: usize,
): void {
  const period = patternSize(columns);
  const bytes = <usize>period << 2;
  const total = scratch;
  const totalX = total + (<usize>columns << 3);
  const m = totalX + (<usize>columns << 3);
  const partial = m + bytes;
  const partialX = partial + bytes;
  repeat(mean, columns, m);
  memory.fill(total, 0, <usize>columns << 4);
  const atOnce = 512 * patternRows(columns);
  for (let first = 0; first < rows; first += atOnce) {
    const size = min(atOnce, rows - first) * columns;
    memory.fill(partial, 0, bytes << 1);
    let i = 0;
    for (; i + period <= size; i += period) {
      for (let p: usize = 0; p < bytes; p += 16) {
        const g = v128.load(dy);
        const d = f32x4.sub(v128.load(x), v128.load(m + p));
        v128.store(partial + p, f32x4.add(v128.load(partial + p), g));
        v128.store(partialX + p, fma(g, d, v128.load(partialX + p)));
        x += 16;
        dy += 16;
      }
    }
    for (let p: usize = 0; i < size; i++) {
      const g = load<f32>(dy);
      store<f32>(partial + p, load<f32>(partial + p) + g);
      store<f32>(partialX + p, load<f32>(partialX + p) + g * (load<f32>(x) - load<f32>(m + p)));
      x += 4;
      dy += 4;
      p += 4;
    }
    fold(partial, columns, total);
    fold(partialX, columns, totalX);
  }
  for (let c: usize = 0; c < <usize>columns; c++) {
    store<f32>(sumDy + (c << 2), <f32>load<f64>(total + (c << 3)));
    store<f32>(sumDyX + (c << 2), <f32>load<f64>(totalX + (c << 3)));
  }
}

/** dx = dy * a + (x - mean) * b + c, all but x and dy per channel. */
export function batchNormInput(
  x: usize, dy: usize, rows: i32, columns: i32, mean: usize, a: usize, b: usize, c: usize, dx: usize, scratch: usize,
): void {
  const period = patternSize(columns);
  const bytes = <usize>period << 2;
  const m = scratch;
  const pa = m + bytes;
  const pb = pa + bytes;
  const pc = pb + bytes;
  repeat(mean, columns, m);
  repeat(a, columns, pa);
  repeat(b, columns, pb);
  repeat(c, columns, pc);
  const size = rows * columns;
  let i = 0;
  for (; i + period <= size; i += period) {
    for (let p: usize = 0; p < bytes; p += 16) {
      const d = f32x4.sub(v128.load(x), v128.load(m + p));
      v128.store(dx, fma(v128.load(dy), v128.load(pa + p), fma(d, v128.load(pb + p), v128.load(pc + p))));
      x += 16;
      dy += 16;
      dx += 16;
    }
  }
  for (let p: usize = 0; i < size; i++) {
    const d = load<f32>(x) - load<f32>(m + p);
    store<f32>(dx, load<f32>(dy) * load<f32>(pa + p) + d * load<f32>(pb + p) + load<f32>(pc + p));
    x += 4;
    dy += 4;
    dx += 4;
    p += 4;
  }
}
