// Tiles for convolutions of images with few channels, whose patches overlap in memory: see rows.ts.
import { Apart1, Apart2, Apart3, Apart4, Apart5, Apart6, Apart7, Apart8, spacedTile } from './tiles';

/** Largest distance of rows that `tileOfSpacing` knows, in bytes. */
export const SPACING: i32 = 32;

/**
 * A tile of 6 x 8 of C = A B, or 6 x 4 when `narrow`: rows of A start `spacing` bytes apart, at most SPACING, and come in pieces of k floats, `jump` bytes
 * from the end of one to the start of the next; B is a panel in one piece. All rows start from `from`, if it is not null.
 */
export function tileOfSpacing(
  spacing: usize, narrow: bool, pieces: i32, jump: usize, k: i32, a: usize, b: usize, c: usize, ldc: usize, from: usize,
): void {
  switch (<i32>spacing) {
    case 4: overlappingTile<Apart1>(narrow, pieces, jump, k, a, b, c, ldc, from); break;
    case 8: overlappingTile<Apart2>(narrow, pieces, jump, k, a, b, c, ldc, from); break;
    case 12: overlappingTile<Apart3>(narrow, pieces, jump, k, a, b, c, ldc, from); break;
    case 16: overlappingTile<Apart4>(narrow, pieces, jump, k, a, b, c, ldc, from); break;
    case 20: overlappingTile<Apart5>(narrow, pieces, jump, k, a, b, c, ldc, from); break;
    case 24: overlappingTile<Apart6>(narrow, pieces, jump, k, a, b, c, ldc, from); break;
    case 28: overlappingTile<Apart7>(narrow, pieces, jump, k, a, b, c, ldc, from); break;
    case 32: overlappingTile<Apart8>(narrow, pieces, jump, k, a, b, c, ldc, from); break;
  }
}

// @ts-ignore: decorator
@inline
function overlappingTile<T>(
  narrow: bool, pieces: i32, jump: usize, k: i32, a: usize, b: usize, c: usize, ldc: usize, from: usize,
): void {
  if (narrow) spacedTile<T>(false, true, false, true, pieces, jump, k, 4, a, a, b, c, ldc, from);
  else spacedTile<T>(true, true, false, true, pieces, jump, k, 4, a, a, b, c, ldc, from);
}

/**
 * A tile of 6 x 8 of C = A^T B, rows of 32 bytes, or 6 x 4 when `narrow`, from zero: three rows are columns of A^T at `a`, three at `a2`, `lda` bytes apart;
 * `pieces` of k, `jump` bytes from the end of one to the start of the next. B is a panel in one piece.
 */
export function splitTile(
  narrow: bool, pieces: i32, jump: usize, k: i32, lda: usize, a: usize, a2: usize, b: usize, c: usize,
): void {
  if (narrow) spacedTile<Apart1>(false, true, true, true, pieces, jump, k, lda, a, a2, b, c, 32, 0);
  else spacedTile<Apart1>(true, true, true, true, pieces, jump, k, lda, a, a2, b, c, 32, 0);
}
