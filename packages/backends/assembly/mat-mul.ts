// Matrix products of any size: blocks of both factors are packed in turns, so that scratch memory is bounded.
import { activate, multiply, ROWS, SPARE } from './gemm';
import { packPanels, packPanelsTransposed, transpose } from './pack';
import { fma } from './simd';

/** Inner size of a block at most: a panel of B then stays in the first-level cache. */
const DEPTH: i32 = 512;
/** Columns of a transposed A that are turned into rows at once. */
const HEIGHT: i32 = 96;
/** Floats of B packed at once at most: 1 MB, which stays in the second-level cache. */
const PACKED: i32 = 1 << 18;

/** Inner size of the blocks: all of about the same. */
// @ts-ignore: decorator
@inline
function depthOf(k: i32): i32 {
  const parts = max(1, (k + DEPTH - 1) / DEPTH);
  return max(1, (k + parts - 1) / parts);
}

/** Columns of B packed at once. */
// @ts-ignore: decorator
@inline
function widthOf(n: i32, depth: i32): i32 {
  return min((n + 7) & ~7, (PACKED / depth) & ~7);
}

/** Rows of the result at once: two tiles share a panel, but one where tiles are so short that writing them takes the time. */
// @ts-ignore: decorator
@inline
function rowsAtOnce(depth: i32): i32 {
  return depth < 64 ? ROWS : 2 * ROWS;
}

/** Bytes of a row of a transposed block of A: one cache line more than needed, so that rows do not collide in the cache. */
// @ts-ignore: decorator
@inline
function blockRowBytes(depth: i32): usize {
  return (<usize>((depth + 15) & ~15) << 2) + 64;
}

/** Floats of scratch memory that `matMul` needs. */
export function matMulScratch(m: i32, n: i32, k: i32, transposeA: bool): f64 {
  const depth = depthOf(k);
  const block = transposeA ? <f64>min(m, HEIGHT) * <f64>(blockRowBytes(depth) >> 2) : 0;
  return <f64>(SPARE >> 2) + <f64>widthOf(n, depth) * <f64>depth + block;
}

/** C [m, n] = op(A) op(B) + bias, then an activation; A and B may be transposed. */
export function matMul(
  m: i32, n: i32, k: i32,
  a: usize, transposeA: bool, b: usize, transposeB: bool, c: usize,
  bias: usize, activation: i32, scratch: usize,
): void {
  const ldc = <usize>n << 2;
  if (m < ROWS && !transposeA && !transposeB) {
    fewRows(m, n, k, a, b, c, bias);
    if (activation) activate(m, n, c, ldc, activation);
    return;
  }
  const most = depthOf(k);
  const width = widthOf(n, most);
  const panels = scratch + SPARE;
  const block = panels + (<usize>(width * most) << 2);
  const lda = transposeA ? blockRowBytes(most) : <usize>k << 2;
  for (let j = 0; j < n; j += width) {
    const columns = min(width, n - j);
    const to = c + (<usize>j << 2);
    for (let k0 = 0; k0 < k || k0 == 0; k0 += most) {
      const depth = min(most, k - k0);
      const panelStep = <usize>depth << 5;
      const atOnce = rowsAtOnce(depth);
      if (transposeB) packPanelsTransposed(depth, columns, b + (<usize>(j * k + k0) << 2), <usize>k << 2, panels, panelStep);
      else packPanels(depth, columns, b + (<usize>(k0 * n + j) << 2), ldc, panels, panelStep);
      for (let i = 0; i < m; i += HEIGHT) {
        const rows = min(HEIGHT, m - i);
        let from = a + (<usize>(i * k + k0) << 2);
        if (transposeA) {
          transpose(depth, rows, a + (<usize>(k0 * m + i) << 2), <usize>m << 2, block, lda);
          from = block;
        }
        for (let r = 0; r < rows; r += atOnce) {
          multiply(
            min(atOnce, rows - r), columns, depth, from + <usize>r * lda, lda, panels, panelStep, to + <usize>(i + r) * ldc, ldc,
            k0 > 0, bias ? bias + (<usize>j << 2) : 0, scratch,
          );
        }
      }
    }
  }
  if (activation) activate(m, n, c, ldc, activation);
}

/** C = A B + bias for few rows: B is read once, as it lies, four of its rows at a time. */
function fewRows(m: i32, n: i32, k: i32, a: usize, b: usize, c: usize, bias: usize): void {
  const ld = <usize>n << 2;
  for (let i: usize = 0; i < <usize>m; i++) {
    if (bias) memory.copy(c + i * ld, bias, ld);
    else memory.fill(c + i * ld, 0, ld);
  }
  let l = 0;
  for (; l + 4 <= k; l += 4) {
    for (let i: usize = 0; i < <usize>m; i++) addFourRows(n, a + ((i * <usize>k + <usize>l) << 2), b, ld, c + i * ld);
    b += 4 * ld;
  }
  for (; l < k; l++) {
    for (let i: usize = 0; i < <usize>m; i++) {
      const x = load<f32>(a + ((i * <usize>k + <usize>l) << 2));
      const to = c + i * ld;
      for (let j: usize = 0; j < ld; j += 4) store<f32>(to + j, load<f32>(to + j) + x * load<f32>(b + j));
    }
    b += ld;
  }
}

/** c += a B for four values of a and four rows of B. */
// @ts-ignore: decorator
@inline
function addFourRows(n: i32, a: usize, b: usize, ld: usize, c: usize): void {
  const x0 = v128.load_splat<f32>(a), x1 = v128.load_splat<f32>(a, 4);
  const x2 = v128.load_splat<f32>(a, 8), x3 = v128.load_splat<f32>(a, 12);
  const b1 = b + ld, b2 = b1 + ld, b3 = b2 + ld;
  let j: usize = 0;
  for (const end = <usize>(n & ~3) << 2; j < end; j += 16) {
    let s = fma(x0, v128.load(b + j), v128.load(c + j));
    s = fma(x1, v128.load(b1 + j), s);
    s = fma(x2, v128.load(b2 + j), s);
    v128.store(c + j, fma(x3, v128.load(b3 + j), s));
  }
  for (; j < ld; j += 4) {
    let s = load<f32>(c + j) + load<f32>(a) * load<f32>(b + j);
    s += load<f32>(a, 4) * load<f32>(b1 + j);
    s += load<f32>(a, 8) * load<f32>(b2 + j);
    store<f32>(c + j, s + load<f32>(a, 12) * load<f32>(b3 + j));
  }
}
