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

/**
 * Packs B, [k, n] with rows of `ldb` bytes, into panels of 8 columns; the last panel is filled up with zeros.
 * May read up to 7 floats behind a row of B.
 */
export function packPanels(k: i32, n: i32, b: usize, ldb: usize, panels: usize): void {
  for (let j = 0; j < n; j += COLUMNS) {
    const columns = min(COLUMNS, n - j);
    let from = b + (<usize>j << 2);
    if (columns == COLUMNS) {
      for (let i = 0; i < k; i++) {
        v128.store(panels, v128.load(from));
        v128.store(panels, v128.load(from, 16), 16);
        panels += 32;
        from += ldb;
      }
    } else {
      const lanes = i32x4(0, 1, 2, 3);
      const low = i32x4.lt_s(lanes, i32x4.splat(columns));
      const high = i32x4.lt_s(lanes, i32x4.splat(columns - 4));
      for (let i = 0; i < k; i++) {
        v128.store(panels, v128.and(v128.load(from), low));
        v128.store(panels, v128.and(v128.load(from, 16), high), 16);
        panels += 32;
        from += ldb;
      }
    }
  }
}

/** Writes the transpose of `from`, [rows, columns] with rows of `ld` bytes, to `to`, [columns, rows]. */
export function transpose(rows: i32, columns: i32, from: usize, ld: usize, to: usize): void {
  const step = <usize>rows << 2;
  let i = 0;
  for (; i + 4 <= rows; i += 4) {
    const r0 = from + <usize>i * ld;
    const r1 = r0 + ld;
    const r2 = r1 + ld;
    const r3 = r2 + ld;
    let out = to + (<usize>i << 2);
    let j: usize = 0;
    const whole = <usize>(columns & ~3) << 2;
    for (; j < whole; j += 16) {
      const a = v128.load(r0 + j), b = v128.load(r1 + j), c = v128.load(r2 + j), d = v128.load(r3 + j);
      const ab0 = v128.shuffle<f32>(a, b, 0, 4, 1, 5);
      const ab1 = v128.shuffle<f32>(a, b, 2, 6, 3, 7);
      const cd0 = v128.shuffle<f32>(c, d, 0, 4, 1, 5);
      const cd1 = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
      v128.store(out, v128.shuffle<f32>(ab0, cd0, 0, 1, 4, 5)); out += step;
      v128.store(out, v128.shuffle<f32>(ab0, cd0, 2, 3, 6, 7)); out += step;
      v128.store(out, v128.shuffle<f32>(ab1, cd1, 0, 1, 4, 5)); out += step;
      v128.store(out, v128.shuffle<f32>(ab1, cd1, 2, 3, 6, 7)); out += step;
    }
    for (; j < <usize>columns << 2; j += 4) {
      store<f32>(out, load<f32>(r0 + j));
      store<f32>(out, load<f32>(r1 + j), 4);
      store<f32>(out, load<f32>(r2 + j), 8);
      store<f32>(out, load<f32>(r3 + j), 12);
      out += step;
    }
  }
  for (; i < rows; i++) {
    const row = from + <usize>i * ld;
    let out = to + (<usize>i << 2);
    for (let j = 0; j < columns; j++) {
      store<f32>(out, load<f32>(row + (<usize>j << 2)));
      out += step;
    }
  }
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

/** c = a B + bias for one row a: B is read once, as it lies, 32 columns at a time. */
function rowTimesMatrix(n: i32, k: i32, a: usize, b: usize, c: usize, bias: usize): void {
  const ldb = <usize>n << 2;
  const zero = f32x4.splat(0);
  let j = 0;
  for (; j + 32 <= n; j += 32) {
    const at = <usize>j << 2;
    let s0 = zero, s1 = zero, s2 = zero, s3 = zero, s4 = zero, s5 = zero, s6 = zero, s7 = zero;
    let row = b + at;
    for (let i: usize = 0; i < <usize>k << 2; i += 4) {
      const x = v128.load_splat<f32>(a + i);
      s0 = fma(x, v128.load(row), s0); s1 = fma(x, v128.load(row, 16), s1);
      s2 = fma(x, v128.load(row, 32), s2); s3 = fma(x, v128.load(row, 48), s3);
      s4 = fma(x, v128.load(row, 64), s4); s5 = fma(x, v128.load(row, 80), s5);
      s6 = fma(x, v128.load(row, 96), s6); s7 = fma(x, v128.load(row, 112), s7);
      row += ldb;
    }
    const to = c + at;
    v128.store(to, s0); v128.store(to, s1, 16); v128.store(to, s2, 32); v128.store(to, s3, 48);
    v128.store(to, s4, 64); v128.store(to, s5, 80); v128.store(to, s6, 96); v128.store(to, s7, 112);
  }
  for (; j < n; j += 4) {
    const at = <usize>j << 2;
    let s = zero;
    let row = b + at;
    for (let i: usize = 0; i < <usize>k << 2; i += 4) {
      s = fma(v128.load_splat<f32>(a + i), v128.load(row), s);
      row += ldb;
    }
    if (j + 4 <= n) v128.store(c + at, s);
    else storeLanes(c + at, s, n - j);
  }
  if (bias) addBias(1, n, c, ldb, bias);
}

/**
 * C [m, n] = op(A) op(B) + bias, then an activation; A and B may be transposed.
 * `scratch` holds 64 floats, panels of B, (n rounded up to 8) * k floats, and n * k more when B is transposed.
 */
export function matMul(
  m: i32, n: i32, k: i32,
  a: usize, transposeA: bool, b: usize, transposeB: bool, c: usize,
  bias: usize, activation: i32, scratch: usize,
): void {
  if (m < ROWS && !transposeA && !transposeB) {
    for (let i = 0; i < m; i++) {
      rowTimesMatrix(n, k, a, b, c, bias);
      a += <usize>k << 2;
      c += <usize>n << 2;
    }
    if (activation) activate(m, n, c - (<usize>(m * n) << 2), <usize>n << 2, activation);
    return;
  }
  const padded = (n + 7) & ~7;
  const panels = scratch + SPARE;
  if (transposeB) {
    const plain = panels + (<usize>(padded * k) << 2);
    transpose(n, k, b, <usize>k << 2, plain);
    packPanels(k, n, plain, <usize>n << 2, panels);
  } else {
    packPanels(k, n, b, <usize>n << 2, panels);
  }
  const panelStep = <usize>k << 5;
  const ldc = <usize>n << 2;
  // Blocks of k keep a panel in the first-level cache, blocks of m a slice of A in the second.
  for (let k0 = 0; k0 < k || k0 == 0; k0 += 512) {
    const depth = min(512, k - k0);
    if (transposeA) {
      multiplyTransposed(m, n, depth, a + (<usize>(k0 * m) << 2), <usize>m << 2, panels + (<usize>k0 << 5), panelStep, c, ldc, k0 > 0, scratch);
    } else {
      for (let i = 0; i < m; i += 96) {
        multiply(
          min(96, m - i), n, depth,
          a + (<usize>(i * k + k0) << 2), <usize>k << 2, panels + (<usize>k0 << 5), panelStep, c + <usize>i * ldc, ldc,
          k0 > 0, bias, scratch,
        );
      }
    }
  }
  if (transposeA && bias) addBias(m, n, c, ldc, bias);
  if (activation) activate(m, n, c, ldc, activation);
}

function addBias(m: i32, n: i32, c: usize, ldc: usize, bias: usize): void {
  for (let i = 0; i < m; i++) {
    for (let j: usize = 0; j < <usize>n << 2; j += 4) store<f32>(c + j, load<f32>(c + j) + load<f32>(bias + j));
    c += ldc;
  }
}
