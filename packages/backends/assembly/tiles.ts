// Tiles of a product C = A B that stay in registers: up to 6 rows of 8 columns, in sums s[row][half]. B is a panel, [k][8]. What the compiler is to know
// beforehand comes as types, or as constants. Which values stay in registers hangs on the order of what follows: measure a change.
import { fma, storeLanes } from './simd';

// @ts-ignore: decorator
@inline
export function storeRow(c: usize, lo: v128, hi: v128, columns: i32): void {
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

/** Kinds of tiles: of 6 rows and 8 columns; of up to 4 rows, and 8 columns; of up to 6 rows and 8 columns. */
@unmanaged
export class WholeTile {}
@unmanaged
export class LowTile { a: f32; }
@unmanaged
export class LastTile { a: f32; b: f32; }

/** Whether a tile of a kind may have more than 4 rows. */
// @ts-ignore: decorator
@inline
function isHigh<Kind>(): bool { return offsetof<Kind>() != offsetof<LowTile>(); }

/** Whether a tile of `rows` rows has row number `row`. */
// @ts-ignore: decorator
@inline
function has<Kind>(row: i32, rows: i32): bool { return offsetof<Kind>() == offsetof<WholeTile>() || rows > row; }

/** Stores a row of a tile. */
// @ts-ignore: decorator
@inline
function store8<Kind>(c: usize, lo: v128, hi: v128, columns: i32): void {
  storeRow(c, lo, hi, offsetof<Kind>() == offsetof<LastTile>() ? columns : 8);
}

/**
 * A tile of a kind whose A comes by rows, `lda` bytes apart; of LastTile `columns` counts, too. Starts from the rows at `from`, `step` bytes apart (C itself,
 * or a bias with step 0), or from zero when it is null.
 */
export function rowTile<Kind>(
  rows: i32, columns: i32, k: i32, a: usize, lda: usize, b: usize, c: usize, ldc: usize, from: usize, step: usize,
): void {
  let s00 = f32x4.splat(0), s01 = s00, s10 = s00, s11 = s00, s20 = s00, s21 = s00;
  let s30 = s00, s31 = s00, s40 = s00, s41 = s00, s50 = s00, s51 = s00;
  if (from) {
    s00 = v128.load(from); s01 = v128.load(from, 16);
    if (has<Kind>(1, rows)) { from += step; s10 = v128.load(from); s11 = v128.load(from, 16); }
    if (has<Kind>(2, rows)) { from += step; s20 = v128.load(from); s21 = v128.load(from, 16); }
    if (has<Kind>(3, rows)) { from += step; s30 = v128.load(from); s31 = v128.load(from, 16); }
    if (has<Kind>(4, rows)) { from += step; s40 = v128.load(from); s41 = v128.load(from, 16); }
    if (has<Kind>(5, rows)) { from += step; s50 = v128.load(from); s51 = v128.load(from, 16); }
  }
  // missing rows repeat the last one and are not stored
  let a1 = has<Kind>(1, rows) ? a + lda : a, a2 = has<Kind>(2, rows) ? a1 + lda : a1;
  let a3 = has<Kind>(3, rows) ? a2 + lda : a2;
  let a4 = has<Kind>(4, rows) ? a3 + lda : a3, a5 = has<Kind>(5, rows) ? a4 + lda : a4;
  let x: v128, b0: v128, b1: v128;
  if (k & 1) {
    b0 = v128.load(b); b1 = v128.load(b, 16);
    x = v128.load_splat<f32>(a); s00 = fma(x, b0, s00); s01 = fma(x, b1, s01);
    x = v128.load_splat<f32>(a1); s10 = fma(x, b0, s10); s11 = fma(x, b1, s11);
    x = v128.load_splat<f32>(a2); s20 = fma(x, b0, s20); s21 = fma(x, b1, s21);
    x = v128.load_splat<f32>(a3); s30 = fma(x, b0, s30); s31 = fma(x, b1, s31);
    if (isHigh<Kind>()) {
      x = v128.load_splat<f32>(a4); s40 = fma(x, b0, s40); s41 = fma(x, b1, s41);
      x = v128.load_splat<f32>(a5); s50 = fma(x, b0, s50); s51 = fma(x, b1, s51);
    }
    a += 4; a1 += 4; a2 += 4; a3 += 4;
    if (isHigh<Kind>()) { a4 += 4; a5 += 4; }
    b += 32;
  }
  for (k >>= 1; k > 0; k--) {
    b0 = v128.load(b); b1 = v128.load(b, 16);
    x = v128.load_splat<f32>(a); s00 = fma(x, b0, s00); s01 = fma(x, b1, s01);
    x = v128.load_splat<f32>(a1); s10 = fma(x, b0, s10); s11 = fma(x, b1, s11);
    x = v128.load_splat<f32>(a2); s20 = fma(x, b0, s20); s21 = fma(x, b1, s21);
    x = v128.load_splat<f32>(a3); s30 = fma(x, b0, s30); s31 = fma(x, b1, s31);
    if (isHigh<Kind>()) {
      x = v128.load_splat<f32>(a4); s40 = fma(x, b0, s40); s41 = fma(x, b1, s41);
      x = v128.load_splat<f32>(a5); s50 = fma(x, b0, s50); s51 = fma(x, b1, s51);
    }
    b0 = v128.load(b, 32); b1 = v128.load(b, 48);
    x = v128.load_splat<f32>(a, 4); s00 = fma(x, b0, s00); s01 = fma(x, b1, s01);
    x = v128.load_splat<f32>(a1, 4); s10 = fma(x, b0, s10); s11 = fma(x, b1, s11);
    x = v128.load_splat<f32>(a2, 4); s20 = fma(x, b0, s20); s21 = fma(x, b1, s21);
    x = v128.load_splat<f32>(a3, 4); s30 = fma(x, b0, s30); s31 = fma(x, b1, s31);
    if (isHigh<Kind>()) {
      x = v128.load_splat<f32>(a4, 4); s40 = fma(x, b0, s40); s41 = fma(x, b1, s41);
      x = v128.load_splat<f32>(a5, 4); s50 = fma(x, b0, s50); s51 = fma(x, b1, s51);
    }
    a += 8; a1 += 8; a2 += 8; a3 += 8;
    if (isHigh<Kind>()) { a4 += 8; a5 += 8; }
    b += 64;
  }
  store8<Kind>(c, s00, s01, columns);
  if (has<Kind>(1, rows)) { c += ldc; store8<Kind>(c, s10, s11, columns); }
  if (has<Kind>(2, rows)) { c += ldc; store8<Kind>(c, s20, s21, columns); }
  if (has<Kind>(3, rows)) { c += ldc; store8<Kind>(c, s30, s31, columns); }
  if (has<Kind>(4, rows)) { c += ldc; store8<Kind>(c, s40, s41, columns); }
  if (has<Kind>(5, rows)) { c += ldc; store8<Kind>(c, s50, s51, columns); }
}

/** How far apart rows of A lie, in floats: of compile-time constants only types can be handed over. */
@unmanaged
export class Apart1 { a: f32; }
@unmanaged
export class Apart2 { a: f32; b: f32; }
@unmanaged
export class Apart3 { a: f32; b: f32; c: f32; }
@unmanaged
export class Apart4 { a: f32; b: f32; c: f32; d: f32; }
@unmanaged
export class Apart5 { a: f32; b: f32; c: f32; d: f32; e: f32; }
@unmanaged
export class Apart6 { a: f32; b: f32; c: f32; d: f32; e: f32; f: f32; }
@unmanaged
export class Apart7 { a: f32; b: f32; c: f32; d: f32; e: f32; f: f32; g: f32; }
@unmanaged
export class Apart8 { a: f32; b: f32; c: f32; d: f32; e: f32; f: f32; g: f32; h: f32; }

/**
 * A tile of 6 rows whose rows of A lie T apart, a distance known beforehand that needs no registers, and whose values of a row lie `advance` bytes apart: a
 * tile of A^T, or of rows that overlap. Rows from 3 on begin at `a2` if it `isSplit`. There are k of them, or, `inPieces`, so many `pieces`
 * of k, `jump` bytes from the end of one to the start of the next. B is one piece.
 *
 * Of 8 columns, or of 4 if not `isWide`. Starts from zero when `from` is null, else from the row there, which `isOneStart` says is that of all rows, or
 * from rows `ldc` bytes apart.
 */
// @ts-ignore: decorator
@inline
export function spacedTile<T>(
  isWide: bool, isOneStart: bool, isSplit: bool, inPieces: bool,
  pieces: i32, jump: usize, k: i32, advance: usize, a: usize, a2: usize, b: usize, c: usize, ldc: usize, from: usize,
): void {
  let s00 = f32x4.splat(0), s01 = s00;
  if (from && isOneStart) { s00 = v128.load(from); if (isWide) s01 = v128.load(from, 16); }
  let s10 = s00, s11 = s01, s20 = s00, s21 = s01, s30 = s00, s31 = s01, s40 = s00, s41 = s01, s50 = s00, s51 = s01;
  if (from && !isOneStart) {
    s00 = v128.load(from); if (isWide) s01 = v128.load(from, 16);
    from += ldc; s10 = v128.load(from); if (isWide) s11 = v128.load(from, 16);
    from += ldc; s20 = v128.load(from); if (isWide) s21 = v128.load(from, 16);
    from += ldc; s30 = v128.load(from); if (isWide) s31 = v128.load(from, 16);
    from += ldc; s40 = v128.load(from); if (isWide) s41 = v128.load(from, 16);
    from += ldc; s50 = v128.load(from); if (isWide) s51 = v128.load(from, 16);
  }
  let x: v128, b0: v128, b1 = s01;
  const bytes = <usize>k << 5;
  do {
    const end = b + bytes;
    do {
      // of both loops this is the form in which V8 keeps all sums in registers
      if (!inPieces && k <= 0) break;
      b0 = v128.load(b); if (isWide) b1 = v128.load(b, 16);
      x = v128.load_splat<f32>(a, 0 * offsetof<T>()); s00 = fma(x, b0, s00); if (isWide) s01 = fma(x, b1, s01);
      x = v128.load_splat<f32>(a, 1 * offsetof<T>()); s10 = fma(x, b0, s10); if (isWide) s11 = fma(x, b1, s11);
      x = v128.load_splat<f32>(a, 2 * offsetof<T>()); s20 = fma(x, b0, s20); if (isWide) s21 = fma(x, b1, s21);
      x = isSplit ? v128.load_splat<f32>(a2, 0 * offsetof<T>()) : v128.load_splat<f32>(a, 3 * offsetof<T>());
      s30 = fma(x, b0, s30); if (isWide) s31 = fma(x, b1, s31);
      x = isSplit ? v128.load_splat<f32>(a2, 1 * offsetof<T>()) : v128.load_splat<f32>(a, 4 * offsetof<T>());
      s40 = fma(x, b0, s40); if (isWide) s41 = fma(x, b1, s41);
      x = isSplit ? v128.load_splat<f32>(a2, 2 * offsetof<T>()) : v128.load_splat<f32>(a, 5 * offsetof<T>());
      s50 = fma(x, b0, s50); if (isWide) s51 = fma(x, b1, s51);
      a += advance;
      if (isSplit) a2 += advance;
      b += 32;
      k--;
    } while (!inPieces || b < end);
    a += jump;
    if (isSplit) a2 += jump;
  } while (inPieces && --pieces > 0);
  v128.store(c, s00); if (isWide) v128.store(c, s01, 16);
  c += ldc; v128.store(c, s10); if (isWide) v128.store(c, s11, 16);
  c += ldc; v128.store(c, s20); if (isWide) v128.store(c, s21, 16);
  c += ldc; v128.store(c, s30); if (isWide) v128.store(c, s31, 16);
  c += ldc; v128.store(c, s40); if (isWide) v128.store(c, s41, 16);
  c += ldc; v128.store(c, s50); if (isWide) v128.store(c, s51, 16);
}
