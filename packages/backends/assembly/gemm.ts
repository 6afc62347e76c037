// Matrix products. A 6 x 8 tile of the result stays in registers; B comes packed in panels of 8 columns, [n / 8][k][8].
import { fma, storeLanes } from './simd';

/** Rows of a tile. */
export const ROWS: i32 = 6;
/** Columns of a tile. */
export const COLUMNS: i32 = 8;

/** What happens to a finished value: nothing, max(0, v), or min(max(0, v), 6). */
export const RELU: i32 = 1;
export const RELU6: i32 = 2;

/** Applies an activation in place to a block of rows, `ldc` bytes apart. */
export function activate(m: i32, n: i32, c: usize, ldc: usize, activation: i32): void {
  const zero = f32x4.splat(0);
  const six = f32x4.splat(6);
  for (let i = 0; i < m; i++) {
    let at = c;
    let j = 0;
    for (; j + 4 <= n; j += 4) {
      let v = f32x4.max(v128.load(at), zero);
      if (activation == RELU6) v = f32x4.min(v, six);
      v128.store(at, v);
      at += 16;
    }
    for (; j < n; j++) {
      let v = max<f32>(load<f32>(at), 0);
      if (activation == RELU6) v = min<f32>(v, 6);
      store<f32>(at, v);
      at += 4;
    }
    c += ldc;
  }
}

// @ts-ignore: decorator
@inline
function storeRow(c: usize, lo: v128, hi: v128, columns: i32): void {
  if (columns == 8) {
    v128.store(c, lo);
    v128.store(c, hi, 16);
  } else if (columns >= 4) {
    v128.store(c, lo);
    if (columns > 4) storeLanes(c + 16, hi, columns - 4);
  } else {
    storeLanes(c, lo, columns);
  }
}

/**
 * One tile of C = A B: `a` has rows of `lda` bytes, `b` is a panel [k][8], `c` has rows of `ldc` bytes.
 * Starts from C when `accumulate`, else from `bias` (8 floats) when not null, else from zero.
 */
export function tile(
  rows: i32, columns: i32, k: i32,
  a: usize, lda: usize, b: usize, c: usize, ldc: usize,
  accumulate: bool, bias: usize,
): void {
  // Missing rows repeat the last one and are not stored.
  let p0 = a;
  let p1 = rows > 1 ? p0 + lda : p0;
  let p2 = rows > 2 ? p1 + lda : p1;
  let p3 = rows > 3 ? p2 + lda : p2;
  let p4 = rows > 4 ? p3 + lda : p3;
  let p5 = rows > 5 ? p4 + lda : p4;
  const c1 = rows > 1 ? c + ldc : c;
  const c2 = rows > 2 ? c1 + ldc : c1;
  const c3 = rows > 3 ? c2 + ldc : c2;
  const c4 = rows > 4 ? c3 + ldc : c3;
  const c5 = rows > 5 ? c4 + ldc : c4;
  let s00: v128, s01: v128, s10: v128, s11: v128, s20: v128, s21: v128;
  let s30: v128, s31: v128, s40: v128, s41: v128, s50: v128, s51: v128;
  if (accumulate) {
    s00 = v128.load(c); s01 = v128.load(c, 16);
    s10 = v128.load(c1); s11 = v128.load(c1, 16);
    s20 = v128.load(c2); s21 = v128.load(c2, 16);
    s30 = v128.load(c3); s31 = v128.load(c3, 16);
    s40 = v128.load(c4); s41 = v128.load(c4, 16);
    s50 = v128.load(c5); s51 = v128.load(c5, 16);
  } else {
    s00 = f32x4.splat(0); s01 = s00;
    if (bias) { s00 = v128.load(bias); s01 = v128.load(bias, 16); }
    s10 = s00; s11 = s01; s20 = s00; s21 = s01; s30 = s00; s31 = s01; s40 = s00; s41 = s01; s50 = s00; s51 = s01;
  }
  let x: v128, b0: v128, b1: v128;
  for (; k > 1; k -= 2) {
    b0 = v128.load(b); b1 = v128.load(b, 16);
    x = v128.load_splat<f32>(p0); s00 = fma(x, b0, s00); s01 = fma(x, b1, s01);
    x = v128.load_splat<f32>(p1); s10 = fma(x, b0, s10); s11 = fma(x, b1, s11);
    x = v128.load_splat<f32>(p2); s20 = fma(x, b0, s20); s21 = fma(x, b1, s21);
    x = v128.load_splat<f32>(p3); s30 = fma(x, b0, s30); s31 = fma(x, b1, s31);
    x = v128.load_splat<f32>(p4); s40 = fma(x, b0, s40); s41 = fma(x, b1, s41);
    x = v128.load_splat<f32>(p5); s50 = fma(x, b0, s50); s51 = fma(x, b1, s51);
    b0 = v128.load(b, 32); b1 = v128.load(b, 48);
    x = v128.load_splat<f32>(p0, 4); s00 = fma(x, b0, s00); s01 = fma(x, b1, s01);
    x = v128.load_splat<f32>(p1, 4); s10 = fma(x, b0, s10); s11 = fma(x, b1, s11);
    x = v128.load_splat<f32>(p2, 4); s20 = fma(x, b0, s20); s21 = fma(x, b1, s21);
    x = v128.load_splat<f32>(p3, 4); s30 = fma(x, b0, s30); s31 = fma(x, b1, s31);
    x = v128.load_splat<f32>(p4, 4); s40 = fma(x, b0, s40); s41 = fma(x, b1, s41);
    x = v128.load_splat<f32>(p5, 4); s50 = fma(x, b0, s50); s51 = fma(x, b1, s51);
    p0 += 8; p1 += 8; p2 += 8; p3 += 8; p4 += 8; p5 += 8;
    b += 64;
  }
  if (k > 0) {
    b0 = v128.load(b); b1 = v128.load(b, 16);
    x = v128.load_splat<f32>(p0); s00 = fma(x, b0, s00); s01 = fma(x, b1, s01);
    x = v128.load_splat<f32>(p1); s10 = fma(x, b0, s10); s11 = fma(x, b1, s11);
    x = v128.load_splat<f32>(p2); s20 = fma(x, b0, s20); s21 = fma(x, b1, s21);
    x = v128.load_splat<f32>(p3); s30 = fma(x, b0, s30); s31 = fma(x, b1, s31);
    x = v128.load_splat<f32>(p4); s40 = fma(x, b0, s40); s41 = fma(x, b1, s41);
    x = v128.load_splat<f32>(p5); s50 = fma(x, b0, s50); s51 = fma(x, b1, s51);
  }
  storeRow(c, s00, s01, columns);
  if (rows > 1) storeRow(c1, s10, s11, columns);
  if (rows > 2) storeRow(c2, s20, s21, columns);
  if (rows > 3) storeRow(c3, s30, s31, columns);
  if (rows > 4) storeRow(c4, s40, s41, columns);
  if (rows > 5) storeRow(c5, s50, s51, columns);
}

/**
 * A whole 6 x 8 tile: few values live across the loop, so that all sums stay in registers.
 * Starts from the rows at `from`, `step` bytes apart (C itself, or a bias with step 0), or from zero when it is null.
 */
function wholeTile(k: i32, a: usize, lda: usize, b: usize, c: usize, ldc: usize, from: usize, step: usize): void {
  let s00 = f32x4.splat(0), s01 = s00, s10 = s00, s11 = s00, s20 = s00, s21 = s00;
  let s30 = s00, s31 = s00, s40 = s00, s41 = s00, s50 = s00, s51 = s00;
  if (from) {
    s00 = v128.load(from); s01 = v128.load(from, 16); from += step;
    s10 = v128.load(from); s11 = v128.load(from, 16); from += step;
    s20 = v128.load(from); s21 = v128.load(from, 16); from += step;
    s30 = v128.load(from); s31 = v128.load(from, 16); from += step;
    s40 = v128.load(from); s41 = v128.load(from, 16); from += step;
    s50 = v128.load(from); s51 = v128.load(from, 16);
  }
  let a1 = a + lda, a2 = a1 + lda, a3 = a2 + lda, a4 = a3 + lda, a5 = a4 + lda;
  let x: v128, b0: v128, b1: v128;
  if (k & 1) {
    b0 = v128.load(b); b1 = v128.load(b, 16);
    x = v128.load_splat<f32>(a); s00 = fma(x, b0, s00); s01 = fma(x, b1, s01);
    x = v128.load_splat<f32>(a1); s10 = fma(x, b0, s10); s11 = fma(x, b1, s11);
    x = v128.load_splat<f32>(a2); s20 = fma(x, b0, s20); s21 = fma(x, b1, s21);
    x = v128.load_splat<f32>(a3); s30 = fma(x, b0, s30); s31 = fma(x, b1, s31);
    x = v128.load_splat<f32>(a4); s40 = fma(x, b0, s40); s41 = fma(x, b1, s41);
    x = v128.load_splat<f32>(a5); s50 = fma(x, b0, s50); s51 = fma(x, b1, s51);
    a += 4; a1 += 4; a2 += 4; a3 += 4; a4 += 4; a5 += 4;
    b += 32;
  }
  for (k >>= 1; k > 0; k--) {
    b0 = v128.load(b); b1 = v128.load(b, 16);
    x = v128.load_splat<f32>(a); s00 = fma(x, b0, s00); s01 = fma(x, b1, s01);
    x = v128.load_splat<f32>(a1); s10 = fma(x, b0, s10); s11 = fma(x, b1, s11);
    x = v128.load_splat<f32>(a2); s20 = fma(x, b0, s20); s21 = fma(x, b1, s21);
    x = v128.load_splat<f32>(a3); s30 = fma(x, b0, s30); s31 = fma(x, b1, s31);
    x = v128.load_splat<f32>(a4); s40 = fma(x, b0, s40); s41 = fma(x, b1, s41);
    x = v128.load_splat<f32>(a5); s50 = fma(x, b0, s50); s51 = fma(x, b1, s51);
    b0 = v128.load(b, 32); b1 = v128.load(b, 48);
    x = v128.load_splat<f32>(a, 4); s00 = fma(x, b0, s00); s01 = fma(x, b1, s01);
    x = v128.load_splat<f32>(a1, 4); s10 = fma(x, b0, s10); s11 = fma(x, b1, s11);
    x = v128.load_splat<f32>(a2, 4); s20 = fma(x, b0, s20); s21 = fma(x, b1, s21);
    x = v128.load_splat<f32>(a3, 4); s30 = fma(x, b0, s30); s31 = fma(x, b1, s31);
    x = v128.load_splat<f32>(a4, 4); s40 = fma(x, b0, s40); s41 = fma(x, b1, s41);
    x = v128.load_splat<f32>(a5, 4); s50 = fma(x, b0, s50); s51 = fma(x, b1, s51);
    a += 8; a1 += 8; a2 += 8; a3 += 8; a4 += 8; a5 += 8;
    b += 64;
  }
  v128.store(c, s00); v128.store(c, s01, 16); c += ldc;
  v128.store(c, s10); v128.store(c, s11, 16); c += ldc;
  v128.store(c, s20); v128.store(c, s21, 16); c += ldc;
  v128.store(c, s30); v128.store(c, s31, 16); c += ldc;
  v128.store(c, s40); v128.store(c, s41, 16); c += ldc;
  v128.store(c, s50); v128.store(c, s51, 16);
}

/** A tile of at most 4 rows and 8 columns: all its values stay in registers, where those of a tile of 6 rows with some missing do not. */
function lowTile(rows: i32, k: i32, a: usize, lda: usize, b: usize, c: usize, ldc: usize, from: usize, step: usize): void {
  // missing rows repeat the last one and are not stored
  let a1 = rows > 1 ? a + lda : a;
  let a2 = rows > 2 ? a1 + lda : a1;
  let a3 = rows > 3 ? a2 + lda : a2;
  let s00 = f32x4.splat(0), s01 = s00, s10 = s00, s11 = s00, s20 = s00, s21 = s00, s30 = s00, s31 = s00;
  if (from) {
    s00 = v128.load(from); s01 = v128.load(from, 16);
    if (rows > 1) { from += step; s10 = v128.load(from); s11 = v128.load(from, 16); }
    if (rows > 2) { from += step; s20 = v128.load(from); s21 = v128.load(from, 16); }
    if (rows > 3) { from += step; s30 = v128.load(from); s31 = v128.load(from, 16); }
  }
  let x: v128, b0: v128, b1: v128;
  if (k & 1) {
    b0 = v128.load(b); b1 = v128.load(b, 16);
    x = v128.load_splat<f32>(a); s00 = fma(x, b0, s00); s01 = fma(x, b1, s01);
    x = v128.load_splat<f32>(a1); s10 = fma(x, b0, s10); s11 = fma(x, b1, s11);
    x = v128.load_splat<f32>(a2); s20 = fma(x, b0, s20); s21 = fma(x, b1, s21);
    x = v128.load_splat<f32>(a3); s30 = fma(x, b0, s30); s31 = fma(x, b1, s31);
    a += 4; a1 += 4; a2 += 4; a3 += 4;
    b += 32;
  }
  for (k >>= 1; k > 0; k--) {
    b0 = v128.load(b); b1 = v128.load(b, 16);
    x = v128.load_splat<f32>(a); s00 = fma(x, b0, s00); s01 = fma(x, b1, s01);
    x = v128.load_splat<f32>(a1); s10 = fma(x, b0, s10); s11 = fma(x, b1, s11);
    x = v128.load_splat<f32>(a2); s20 = fma(x, b0, s20); s21 = fma(x, b1, s21);
    x = v128.load_splat<f32>(a3); s30 = fma(x, b0, s30); s31 = fma(x, b1, s31);
    b0 = v128.load(b, 32); b1 = v128.load(b, 48);
    x = v128.load_splat<f32>(a, 4); s00 = fma(x, b0, s00); s01 = fma(x, b1, s01);
    x = v128.load_splat<f32>(a1, 4); s10 = fma(x, b0, s10); s11 = fma(x, b1, s11);
    x = v128.load_splat<f32>(a2, 4); s20 = fma(x, b0, s20); s21 = fma(x, b1, s21);
    x = v128.load_splat<f32>(a3, 4); s30 = fma(x, b0, s30); s31 = fma(x, b1, s31);
    a += 8; a1 += 8; a2 += 8; a3 += 8;
    b += 64;
  }
  v128.store(c, s00); v128.store(c, s01, 16);
  if (rows > 1) { c += ldc; v128.store(c, s10); v128.store(c, s11, 16); }
  if (rows > 2) { c += ldc; v128.store(c, s20); v128.store(c, s21, 16); }
  if (rows > 3) { c += ldc; v128.store(c, s30); v128.store(c, s31, 16); }
}

/** `wholeTile` for C = A^T B. */
function wholeTileTransposed(k: i32, a: usize, lda: usize, b: usize, c: usize, ldc: usize, from: usize, step: usize): void {
  let s00 = f32x4.splat(0), s01 = s00, s10 = s00, s11 = s00, s20 = s00, s21 = s00;
  let s30 = s00, s31 = s00, s40 = s00, s41 = s00, s50 = s00, s51 = s00;
  if (from) {
    s00 = v128.load(from); s01 = v128.load(from, 16); from += step;
    s10 = v128.load(from); s11 = v128.load(from, 16); from += step;
    s20 = v128.load(from); s21 = v128.load(from, 16); from += step;
    s30 = v128.load(from); s31 = v128.load(from, 16); from += step;
    s40 = v128.load(from); s41 = v128.load(from, 16); from += step;
    s50 = v128.load(from); s51 = v128.load(from, 16);
  }
  let x: v128, b0: v128, b1: v128;
  for (; k > 0; k--) {
    b0 = v128.load(b); b1 = v128.load(b, 16);
    x = v128.load_splat<f32>(a); s00 = fma(x, b0, s00); s01 = fma(x, b1, s01);
    x = v128.load_splat<f32>(a, 4); s10 = fma(x, b0, s10); s11 = fma(x, b1, s11);
    x = v128.load_splat<f32>(a, 8); s20 = fma(x, b0, s20); s21 = fma(x, b1, s21);
    x = v128.load_splat<f32>(a, 12); s30 = fma(x, b0, s30); s31 = fma(x, b1, s31);
    x = v128.load_splat<f32>(a, 16); s40 = fma(x, b0, s40); s41 = fma(x, b1, s41);
    x = v128.load_splat<f32>(a, 20); s50 = fma(x, b0, s50); s51 = fma(x, b1, s51);
    a += lda;
    b += 32;
  }
  v128.store(c, s00); v128.store(c, s01, 16); c += ldc;
  v128.store(c, s10); v128.store(c, s11, 16); c += ldc;
  v128.store(c, s20); v128.store(c, s21, 16); c += ldc;
  v128.store(c, s30); v128.store(c, s31, 16); c += ldc;
  v128.store(c, s40); v128.store(c, s41, 16); c += ldc;
  v128.store(c, s50); v128.store(c, s51, 16);
}

/** Bytes of the spare tile that `multiply` and `multiplyTransposed` work with. */
export const SPARE: usize = 256;

/** Copies the first rows and columns of a tile, rows of 32 bytes, to C. */
export function copyTile(spare: usize, c: usize, ldc: usize, rows: i32, columns: i32): void {
  for (let r = 0; r < rows; r++) {
    storeRow(c, v128.load(spare), v128.load(spare, 16), columns);
    spare += 32;
    c += ldc;
  }
}

/** Adds the first rows and columns of a tile to C. */
function addTile(spare: usize, c: usize, ldc: usize, rows: i32, columns: i32): void {
  for (let r = 0; r < rows; r++) {
    for (let j: usize = 0; j < <usize>columns << 2; j += 4) store<f32>(c + j, load<f32>(c + j) + load<f32>(spare + j));
    spare += 32;
    c += ldc;
  }
}

/**
 * C = A B for a block of rows: A [m, k] by rows, B in panels `panelStep` bytes apart.
 * May read up to 7 floats behind a row of C and behind `bias`.
 */
export function multiply(
  m: i32, n: i32, k: i32,
  a: usize, lda: usize, panels: usize, panelStep: usize, c: usize, ldc: usize,
  accumulate: bool, bias: usize, spare: usize,
): void {
  for (let j = 0; j < n; j += COLUMNS) {
    const columns = min(COLUMNS, n - j);
    const start = bias ? bias + (<usize>j << 2) : 0;
    let from = a;
    let to = c + (<usize>j << 2);
    let rows = m;
    for (; rows >= ROWS; rows -= ROWS) {
      if (columns == COLUMNS) {
        wholeTile(k, from, lda, panels, to, ldc, accumulate ? to : start, accumulate ? ldc : 0);
      } else {
        wholeTile(k, from, lda, panels, spare, 32, accumulate ? to : start, accumulate ? ldc : 0);
        copyTile(spare, to, ldc, ROWS, columns);
      }
      from += <usize>ROWS * lda;
      to += <usize>ROWS * ldc;
    }
    if (rows > 4 || (rows > 0 && columns < COLUMNS)) {
      tile(rows, columns, k, from, lda, panels, to, ldc, accumulate, start);
    } else if (rows > 0) {
      lowTile(rows, k, from, lda, panels, to, ldc, accumulate ? to : start, accumulate ? ldc : 0);
    }
    panels += panelStep;
  }
}

/**
 * C = A^T B: A^T given as [k, m] with rows of `lda` bytes, B in panels of k rows.
 * May read up to 5 floats behind a row of A^T and 7 behind one of C.
 */
export function multiplyTransposed(
  m: i32, n: i32, k: i32,
  a: usize, lda: usize, panels: usize, panelStep: usize, c: usize, ldc: usize,
  accumulate: bool, spare: usize,
): void {
  for (let i = 0; i < m; i += ROWS) {
    const rows = min(ROWS, m - i);
    let panel = panels;
    let to = c;
    for (let j = 0; j < n; j += COLUMNS) {
      const columns = min(COLUMNS, n - j);
      if (rows == ROWS && columns == COLUMNS) {
        wholeTileTransposed(k, a, lda, panel, to, ldc, accumulate ? to : 0, ldc);
      } else {
        wholeTileTransposed(k, a, lda, panel, spare, 32, 0, 0);
        if (accumulate) addTile(spare, to, ldc, rows, columns);
        else copyTile(spare, to, ldc, rows, columns);
      }
      panel += panelStep;
      to += 32;
    }
    a += <usize>ROWS << 2;
    c += <usize>ROWS * ldc;
  }
}
