// Matrices in the layouts that products want: B in panels of 8 columns, [n / 8][k][8], A by rows.
import { COLUMNS } from './gemm';

/** Panels that are filled side by side, so that whole cache lines of B are read. */
const TOGETHER: i32 = 4;

/**
 * Packs B, [k, n] with rows of `ldb` bytes, into panels of 8 columns, `panelStep` bytes apart; the last panel is filled up
 * with zeros. May read up to 7 floats behind a row of B.
 */
export function packPanels(k: i32, n: i32, b: usize, ldb: usize, panels: usize, panelStep: usize): void {
  let j = 0;
  for (; j + TOGETHER * COLUMNS <= n; j += TOGETHER * COLUMNS) {
    let from = b + (<usize>j << 2);
    let p0 = panels, p1 = p0 + panelStep, p2 = p1 + panelStep, p3 = p2 + panelStep;
    for (let i = 0; i < k; i++) {
      v128.store(p0, v128.load(from)); v128.store(p0, v128.load(from, 16), 16);
      v128.store(p1, v128.load(from, 32)); v128.store(p1, v128.load(from, 48), 16);
      v128.store(p2, v128.load(from, 64)); v128.store(p2, v128.load(from, 80), 16);
      v128.store(p3, v128.load(from, 96)); v128.store(p3, v128.load(from, 112), 16);
      p0 += 32; p1 += 32; p2 += 32; p3 += 32;
      from += ldb;
    }
    panels += <usize>TOGETHER * panelStep;
  }
  const lanes = i32x4(0, 1, 2, 3);
  for (; j < n; j += COLUMNS) {
    let from = b + (<usize>j << 2);
    let to = panels;
    const low = i32x4.lt_s(lanes, i32x4.splat(n - j));
    const high = i32x4.lt_s(lanes, i32x4.splat(n - j - 4));
    for (let i = 0; i < k; i++) {
      v128.store(to, v128.and(v128.load(from), low));
      v128.store(to, v128.and(v128.load(from, 16), high), 16);
      to += 32;
      from += ldb;
    }
    panels += panelStep;
  }
}

/** `packPanels` for B given as its transpose, [n, k] with rows of `ldb` bytes. */
export function packPanelsTransposed(k: i32, n: i32, b: usize, ldb: usize, panels: usize, panelStep: usize): void {
  for (let j = 0; j < n; j += COLUMNS) {
    const columns = min(COLUMNS, n - j);
    const from = b + <usize>j * ldb;
    if (columns < COLUMNS) memory.fill(panels, 0, <usize>k << 5);
    let at = 0;
    if (columns >= 4) at = packQuad(k, from, ldb, panels);
    if (columns == COLUMNS) packQuad(k, from + 4 * ldb, ldb, panels + 16);
    for (let c = 0; c < columns; c++) {
      const first = c < (columns & ~3) ? at : 0;
      const row = from + <usize>c * ldb;
      const to = panels + (<usize>c << 2);
      for (let i = first; i < k; i++) store<f32>(to + (<usize>i << 5), load<f32>(row + (<usize>i << 2)));
    }
    panels += panelStep;
  }
}

/** Half a panel from four rows of the transpose, in whole vectors; returns how many rows of the panel that fills. */
// @ts-ignore: decorator
@inline
function packQuad(k: i32, from: usize, ldb: usize, to: usize): i32 {
  let r0 = from, r1 = r0 + ldb, r2 = r1 + ldb, r3 = r2 + ldb;
  let i = 0;
  for (; i + 4 <= k; i += 4) {
    const a = v128.load(r0), b = v128.load(r1), c = v128.load(r2), d = v128.load(r3);
    const ab0 = v128.shuffle<f32>(a, b, 0, 4, 1, 5);
    const ab1 = v128.shuffle<f32>(a, b, 2, 6, 3, 7);
    const cd0 = v128.shuffle<f32>(c, d, 0, 4, 1, 5);
    const cd1 = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
    v128.store(to, v128.shuffle<f32>(ab0, cd0, 0, 1, 4, 5));
    v128.store(to, v128.shuffle<f32>(ab0, cd0, 2, 3, 6, 7), 32);
    v128.store(to, v128.shuffle<f32>(ab1, cd1, 0, 1, 4, 5), 64);
    v128.store(to, v128.shuffle<f32>(ab1, cd1, 2, 3, 6, 7), 96);
    r0 += 16; r1 += 16; r2 += 16; r3 += 16;
    to += 128;
  }
  return i;
}

/** Rows that are transposed together: a cache line of the transpose. */
const LINE: i32 = 16;

/**
 * Writes the transpose of `from`, [rows, columns] with rows of `rowBytes` bytes, to `to`, [columns, rows] with rows of `toRowBytes` bytes.
 */
export function transpose(rows: i32, columns: i32, from: usize, rowBytes: usize, to: usize, toRowBytes: usize): void {
  for (let i = 0; i < rows; i += LINE) {
    const here = from + <usize>i * rowBytes;
    const there = to + (<usize>i << 2);
    const most = min(LINE, rows - i);
    let j = 0;
    for (; j + 4 <= columns; j += 4) {
      const source = here + (<usize>j << 2);
      const target = there + <usize>j * toRowBytes;
      let r = 0;
      for (; r + 4 <= most; r += 4) transposeFour(source + <usize>r * rowBytes, rowBytes, target + (<usize>r << 2), toRowBytes);
      for (; r < most; r++) {
        const row = source + <usize>r * rowBytes;
        let at = target + (<usize>r << 2);
        for (let c: usize = 0; c < 16; c += 4) {
          store<f32>(at, load<f32>(row + c));
          at += toRowBytes;
        }
      }
    }
    for (; j < columns; j++) {
      for (let r = 0; r < most; r++) {
        store<f32>(there + <usize>j * toRowBytes + (<usize>r << 2), load<f32>(here + <usize>r * rowBytes + (<usize>j << 2)));
      }
    }
  }
}

// @ts-ignore: decorator
@inline
function transposeFour(from: usize, ld: usize, to: usize, step: usize): void {
  const a = v128.load(from), b = v128.load(from + ld), c = v128.load(from + 2 * ld), d = v128.load(from + 3 * ld);
  const ab0 = v128.shuffle<f32>(a, b, 0, 4, 1, 5);
  const ab1 = v128.shuffle<f32>(a, b, 2, 6, 3, 7);
  const cd0 = v128.shuffle<f32>(c, d, 0, 4, 1, 5);
  const cd1 = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
  v128.store(to, v128.shuffle<f32>(ab0, cd0, 0, 1, 4, 5));
  v128.store(to + step, v128.shuffle<f32>(ab0, cd0, 2, 3, 6, 7));
  v128.store(to + 2 * step, v128.shuffle<f32>(ab1, cd1, 0, 1, 4, 5));
  v128.store(to + 3 * step, v128.shuffle<f32>(ab1, cd1, 2, 3, 6, 7));
}
