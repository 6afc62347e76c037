// Matrix products. A 6 x 8 tile of the result stays in registers; B comes packed in panels of 8 columns, [n / 8][k][8].
import { Apart1, LastTile, LowTile, rowTile,  spacedTile, storeRow, WholeTile } from './tiles';

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

/** A whole tile of C = A^T B; starts from C, or from zero. */
function wholeTileTransposed(k: i32, a: usize, lda: usize, b: usize, c: usize, ldc: usize, accumulate: bool): void {
  spacedTile<Apart1>(true, false, false, false, 1, 0, k, lda, a, a, b, c, ldc, accumulate ? c : 0);
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
    const step = accumulate ? ldc : 0;
    let rows = m;
    for (; rows >= ROWS; rows -= ROWS) {
      if (columns == COLUMNS) {
        rowTile<WholeTile>(ROWS, COLUMNS, k, from, lda, panels, to, ldc, accumulate ? to : start, step);
      } else {
        rowTile<WholeTile>(ROWS, COLUMNS, k, from, lda, panels, spare, 32, accumulate ? to : start, step);
        copyTile(spare, to, ldc, ROWS, columns);
      }
      from += <usize>ROWS * lda;
      to += <usize>ROWS * ldc;
    }
    if (rows > 4 || (rows > 0 && columns < COLUMNS)) {
      rowTile<LastTile>(rows, columns, k, from, lda, panels, to, ldc, accumulate ? to : start, step);
    } else if (rows > 0) {
      rowTile<LowTile>(rows, COLUMNS, k, from, lda, panels, to, ldc, accumulate ? to : start, step);
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
        wholeTileTransposed(k, a, lda, panel, to, ldc, accumulate);
      } else {
        wholeTileTransposed(k, a, lda, panel, spare, 32, false);
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
