// Sums along axes. Long sums are taken in blocks and the blocks added in double precision.
import { patternRows, patternSize } from './pattern';
import { sumLanes } from './simd';

/** Values that go into one block of a sum. */
const BLOCK: i32 = 1024;

/** Adds the rows of `x`, a block of them, into `totals`, [columns] in double precision; `partial` is a pattern. */
function addRows(x: usize, rows: i32, columns: i32, partial: usize, totals: usize): void {
  const size = rows * columns;
  const period = patternSize(columns);
  const bytes = <usize>period << 2;
  memory.fill(partial, 0, bytes);
  const end = partial + bytes;
  let i = 0;
  for (; i + period <= size; i += period) {
    for (let p = partial; p < end; p += 16) {
      v128.store(p, f32x4.add(v128.load(p), v128.load(x)));
      x += 16;
    }
  }
  for (let p = partial; i < size; i++) {
    store<f32>(p, load<f32>(p) + load<f32>(x));
    p += 4;
    x += 4;
  }
  fold(partial, columns, totals);
}

/** Adds the rows of a pattern to `totals`. */
export function fold(partial: usize, columns: i32, totals: usize): void {
  const rows = patternRows(columns);
  for (let c: usize = 0; c < <usize>columns; c++) {
    let sum: f64 = 0;
    for (let r = 0; r < rows; r++) sum += <f64>load<f32>(partial + ((<usize>(r * columns) + c) << 2));
    store<f64>(totals + (c << 3), load<f64>(totals + (c << 3)) + sum);
  }
}

/** Sum of `size` floats. */
export function sumOne(x: usize, size: i32): f64 {
  let total: f64 = 0;
  while (size > 0) {
    const count = min(size, BLOCK * 4);
    let a = f32x4.splat(0), b = a, c = a, d = a;
    let i = 0;
    for (; i + 16 <= count; i += 16) {
      a = f32x4.add(a, v128.load(x));
      b = f32x4.add(b, v128.load(x, 16));
      c = f32x4.add(c, v128.load(x, 32));
      d = f32x4.add(d, v128.load(x, 48));
      x += 64;
    }
    let rest: f32 = sumLanes(f32x4.add(f32x4.add(a, b), f32x4.add(c, d)));
    for (; i < count; i++) {
      rest += load<f32>(x);
      x += 4;
    }
    total += rest;
    size -= count;
  }
  return total;
}

/** Floats of scratch memory that `sumMiddle` and `batchNormGradient` need. */
export function sumScratch(columns: i32): f64 {
  return 2 * <f64>patternSize(columns) + 4 * <f64>columns + 16;
}

/** out[i, k] = factor * sum over j of x[i, j, k], for x of shape [outer, middle, inner]. */
export function sumMiddle(x: usize, outer: i32, middle: i32, inner: i32, factor: f64, out: usize, scratch: usize): void {
  if (inner == 1) {
    for (let i = 0; i < outer; i++) {
      store<f32>(out, <f32>(factor * sumOne(x, middle)));
      x += <usize>middle << 2;
      out += 4;
    }
    return;
  }
  const totals = scratch;
  const partial = scratch + (<usize>inner << 3);
  const rowBytes = <usize>inner << 2;
  const atOnce = BLOCK * patternRows(inner);
  for (let i = 0; i < outer; i++) {
    memory.fill(totals, 0, <usize>inner << 3);
    for (let j = 0; j < middle; j += atOnce) {
      const rows = min(atOnce, middle - j);
      addRows(x, rows, inner, partial, totals);
      x += <usize>rows * rowBytes;
    }
    for (let c: usize = 0; c < <usize>inner; c++) {
      store<f32>(out, <f32>(factor * load<f64>(totals + (c << 3))));
      out += 4;
    }
  }
}
