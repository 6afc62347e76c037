// Tiles for convolutions of images with few channels, whose patches overlap in memory: see rows.ts.
import { fma } from './simd';

@unmanaged
class Floats1 { a: f32; }
@unmanaged
class Floats2 { a: f32; b: f32; }
@unmanaged
class Floats3 { a: f32; b: f32; c: f32; }
@unmanaged
class Floats4 { a: f32; b: f32; c: f32; d: f32; }
@unmanaged
class Floats5 { a: f32; b: f32; c: f32; d: f32; e: f32; }
@unmanaged
class Floats6 { a: f32; b: f32; c: f32; d: f32; e: f32; f: f32; }
@unmanaged
class Floats7 { a: f32; b: f32; c: f32; d: f32; e: f32; f: f32; g: f32; }
@unmanaged
class Floats8 { a: f32; b: f32; c: f32; d: f32; e: f32; f: f32; g: f32; h: f32; }

/**
 * A tile of 6 x 8 of C = A B: rows of A start as many floats apart as T has, and come in pieces of k floats, `jump` bytes
 * from the end of one to the start of the next; B is a panel in one piece. All rows start from `from`, if it is not null.
 * Distances known beforehand need no registers.
 */
function spacedTile<T>(
  pieces: i32, jump: usize, k: i32, a: usize, b: usize, c: usize, ldc: usize, from: usize,
): void {
  let s00 = f32x4.splat(0), s01 = s00;
  if (from) { s00 = v128.load(from); s01 = v128.load(from, 16); }
  let s10 = s00, s11 = s01, s20 = s00, s21 = s01, s30 = s00, s31 = s01, s40 = s00, s41 = s01, s50 = s00, s51 = s01;
  let x: v128, b0: v128, b1: v128;
  const bytes = <usize>k << 2;
  do {
    const end = a + bytes;
    do {
      b0 = v128.load(b); b1 = v128.load(b, 16);
      x = v128.load_splat<f32>(a, 0 * offsetof<T>()); s00 = fma(x, b0, s00); s01 = fma(x, b1, s01);
      x = v128.load_splat<f32>(a, 1 * offsetof<T>()); s10 = fma(x, b0, s10); s11 = fma(x, b1, s11);
      x = v128.load_splat<f32>(a, 2 * offsetof<T>()); s20 = fma(x, b0, s20); s21 = fma(x, b1, s21);
      x = v128.load_splat<f32>(a, 3 * offsetof<T>()); s30 = fma(x, b0, s30); s31 = fma(x, b1, s31);
      x = v128.load_splat<f32>(a, 4 * offsetof<T>()); s40 = fma(x, b0, s40); s41 = fma(x, b1, s41);
      x = v128.load_splat<f32>(a, 5 * offsetof<T>()); s50 = fma(x, b0, s50); s51 = fma(x, b1, s51);
      a += 4;
      b += 32;
    } while (a < end);
    a += jump;
  } while (--pieces > 0);
  v128.store(c, s00); v128.store(c, s01, 16); c += ldc;
  v128.store(c, s10); v128.store(c, s11, 16); c += ldc;
  v128.store(c, s20); v128.store(c, s21, 16); c += ldc;
  v128.store(c, s30); v128.store(c, s31, 16); c += ldc;
  v128.store(c, s40); v128.store(c, s41, 16); c += ldc;
  v128.store(c, s50); v128.store(c, s51, 16);
}

/** The same for 4 columns. */
function narrowSpacedTile<T>(
  pieces: i32, jump: usize, k: i32, a: usize, b: usize, c: usize, ldc: usize, from: usize,
): void {
  let s00 = f32x4.splat(0);
  if (from) s00 = v128.load(from);
  let s10 = s00, s20 = s00, s30 = s00, s40 = s00, s50 = s00;
  let b0: v128;
  const bytes = <usize>k << 2;
  do {
    const end = a + bytes;
    do {
      b0 = v128.load(b);
      s00 = fma(v128.load_splat<f32>(a, 0 * offsetof<T>()), b0, s00);
      s10 = fma(v128.load_splat<f32>(a, 1 * offsetof<T>()), b0, s10);
      s20 = fma(v128.load_splat<f32>(a, 2 * offsetof<T>()), b0, s20);
      s30 = fma(v128.load_splat<f32>(a, 3 * offsetof<T>()), b0, s30);
      s40 = fma(v128.load_splat<f32>(a, 4 * offsetof<T>()), b0, s40);
      s50 = fma(v128.load_splat<f32>(a, 5 * offsetof<T>()), b0, s50);
      a += 4;
      b += 32;
    } while (a < end);
    a += jump;
  } while (--pieces > 0);
  v128.store(c, s00); c += ldc;
  v128.store(c, s10); c += ldc;
  v128.store(c, s20); c += ldc;
  v128.store(c, s30); c += ldc;
  v128.store(c, s40); c += ldc;
  v128.store(c, s50);
}

/** Largest distance of rows that `tileOfSpacing` knows, in bytes. */
export const SPACING: i32 = 32;

/** `spacedTile` for rows `spacing` bytes apart. */
export function tileOfSpacing(
  spacing: usize, narrow: bool, pieces: i32, jump: usize, k: i32, a: usize, b: usize, c: usize, ldc: usize, from: usize,
): void {
  if (narrow) {
    switch (<i32>spacing) {
      case 4: narrowSpacedTile<Floats1>(pieces, jump, k, a, b, c, ldc, from); break;
      case 8: narrowSpacedTile<Floats2>(pieces, jump, k, a, b, c, ldc, from); break;
      case 12: narrowSpacedTile<Floats3>(pieces, jump, k, a, b, c, ldc, from); break;
      case 16: narrowSpacedTile<Floats4>(pieces, jump, k, a, b, c, ldc, from); break;
      case 20: narrowSpacedTile<Floats5>(pieces, jump, k, a, b, c, ldc, from); break;
      case 24: narrowSpacedTile<Floats6>(pieces, jump, k, a, b, c, ldc, from); break;
      case 28: narrowSpacedTile<Floats7>(pieces, jump, k, a, b, c, ldc, from); break;
      case 32: narrowSpacedTile<Floats8>(pieces, jump, k, a, b, c, ldc, from); break;
    }
  } else {
    switch (<i32>spacing) {
      case 4: spacedTile<Floats1>(pieces, jump, k, a, b, c, ldc, from); break;
      case 8: spacedTile<Floats2>(pieces, jump, k, a, b, c, ldc, from); break;
      case 12: spacedTile<Floats3>(pieces, jump, k, a, b, c, ldc, from); break;
      case 16: spacedTile<Floats4>(pieces, jump, k, a, b, c, ldc, from); break;
      case 20: spacedTile<Floats5>(pieces, jump, k, a, b, c, ldc, from); break;
      case 24: spacedTile<Floats6>(pieces, jump, k, a, b, c, ldc, from); break;
      case 28: spacedTile<Floats7>(pieces, jump, k, a, b, c, ldc, from); break;
      case 32: spacedTile<Floats8>(pieces, jump, k, a, b, c, ldc, from); break;
    }
  }
}

/**
 * A tile of 6 x 8 of C = A^T B, rows of 32 bytes, from zero: three rows are columns of A^T at `a`, three at `a2`, `lda`
 * bytes apart; `pieces` of k, `jump` bytes from the end of one to the start of the next. B is a panel in one piece.
 */
function splitTile(
  pieces: i32, jump: usize, k: i32, lda: usize, a: usize, a2: usize, b: usize, c: usize,
): void {
  let s00 = f32x4.splat(0), s01 = s00, s10 = s00, s11 = s00, s20 = s00, s21 = s00, s30 = s00, s31 = s00, s40 = s00, s41 = s00, s50 = s00, s51 = s00;
  let x: v128, b0: v128, b1: v128;
  const bytes = <usize>k << 5;
  do {
    const end = b + bytes;
    do {
      b0 = v128.load(b); b1 = v128.load(b, 16);
      x = v128.load_splat<f32>(a); s00 = fma(x, b0, s00); s01 = fma(x, b1, s01);
      x = v128.load_splat<f32>(a, 4); s10 = fma(x, b0, s10); s11 = fma(x, b1, s11);
      x = v128.load_splat<f32>(a, 8); s20 = fma(x, b0, s20); s21 = fma(x, b1, s21);
      x = v128.load_splat<f32>(a2); s30 = fma(x, b0, s30); s31 = fma(x, b1, s31);
      x = v128.load_splat<f32>(a2, 4); s40 = fma(x, b0, s40); s41 = fma(x, b1, s41);
      x = v128.load_splat<f32>(a2, 8); s50 = fma(x, b0, s50); s51 = fma(x, b1, s51);
      a += lda;
      a2 += lda;
      b += 32;
    } while (b < end);
    a += jump;
    a2 += jump;
  } while (--pieces > 0);
  v128.store(c, s00); v128.store(c, s01, 16);
  v128.store(c, s10, 32); v128.store(c, s11, 48);
  v128.store(c, s20, 64); v128.store(c, s21, 80);
  v128.store(c, s30, 96); v128.store(c, s31, 112);
  v128.store(c, s40, 128); v128.store(c, s41, 144);
  v128.store(c, s50, 160); v128.store(c, s51, 176);
}

/** The same for 4 columns. */
function narrowSplitTile(
  pieces: i32, jump: usize, k: i32, lda: usize, a: usize, a2: usize, b: usize, c: usize,
): void {
  let s00 = f32x4.splat(0), s10 = s00, s20 = s00, s30 = s00, s40 = s00, s50 = s00;
  let b0: v128;
  const bytes = <usize>k << 5;
  do {
    const end = b + bytes;
    do {
      b0 = v128.load(b);
      s00 = fma(v128.load_splat<f32>(a), b0, s00);
      s10 = fma(v128.load_splat<f32>(a, 4), b0, s10);
      s20 = fma(v128.load_splat<f32>(a, 8), b0, s20);
      s30 = fma(v128.load_splat<f32>(a2), b0, s30);
      s40 = fma(v128.load_splat<f32>(a2, 4), b0, s40);
      s50 = fma(v128.load_splat<f32>(a2, 8), b0, s50);
      a += lda;
      a2 += lda;
      b += 32;
    } while (b < end);
    a += jump;
    a2 += jump;
  } while (--pieces > 0);
  v128.store(c, s00);
  v128.store(c, s10, 32);
  v128.store(c, s20, 64);
  v128.store(c, s30, 96);
  v128.store(c, s40, 128);
  v128.store(c, s50, 160);
}

/** `splitTile` for 8 columns, or 4 when `narrow`. */
export function splitTileOf(
  narrow: bool, pieces: i32, jump: usize, k: i32, lda: usize, a: usize, a2: usize, b: usize, c: usize,
): void {
  if (narrow) narrowSplitTile(pieces, jump, k, lda, a, a2, b, c);
  else splitTile(pieces, jump, k, lda, a, a2, b, c);
}
