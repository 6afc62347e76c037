// Convolutions of images with few channels, without gathering patches: in an image with its border, the patches of the
// positions of one output row overlap in memory, each `stride` pixels after the one before, and each filter row is one
// piece of it. Worth it where a patch is so short that gathering it costs as much as multiplying it.
import { activate, COLUMNS, copyTile, ROWS, SPARE } from './gemm';
import { packPanels } from './pack';
import { splitTile, tileOfSpacing } from './row-tiles';

/** Rows of A^T that lie together in a tile of the gradient. */
const GROUP: i32 = 3;

/** Output rows of the gradient taken at once: their part of a panel stays in the first-level cache. */
// @ts-ignore: decorator
@inline
function rowsAtOnce(outW: i32): i32 {
  return max(1, 512 / outW);
}

/** Floats of scratch memory that `convRowsFilterGradient` needs. */
export function convRowsScratch(
  outW: i32, channels: i32, filterH: i32, filterW: i32, outChannels: i32,
): f64 {
  const padded = <f64>((outChannels + 7) & ~7);
  const taps = <f64>filterH * (<f64>filterW * <f64>channels + <f64>GROUP);
  return 128 + <f64>rowsAtOnce(outW) * <f64>outW * padded + taps * padded;
}

/**
 * Convolution of `x`, [n, height, width, c] with its border already around it. The output must be at least 6 wide.
 * `panels` is the packed filter; channels * strideW at most SPACING / 4.
 */
export function convRows(
  x: usize, batch: i32, height: i32, width: i32, channels: i32, filterH: i32, filterW: i32, strideH: i32, strideW: i32,
  outH: i32, outW: i32, panels: usize, outChannels: i32, out: usize, bias: usize, activation: i32, spare: usize,
): void {
  const pixel = <usize>channels << 2;
  const rowBytes = <usize>width * pixel;
  const lda = <usize>strideW * pixel;
  const ldc = <usize>outChannels << 2;
  const k = filterW * channels;
  const panelStep = <usize>(filterH * k) << 5;
  const jump = rowBytes - (<usize>k << 2);
  for (let n = 0; n < batch; n++) {
    for (let i = 0; i < outH; i++) {
      const from = x + <usize>(n * height + i * strideH) * rowBytes;
      const isLast = n == batch - 1 && i == outH - 1;
      let panel = panels;
      for (let j = 0; j < outChannels; j += COLUMNS) {
        const columns = min(COLUMNS, outChannels - j);
        const start = bias ? bias + (<usize>j << 2) : 0;
        const narrow = columns <= 4;
        // Of a single panel, what is stored too much is stored over by what comes after it.
        const direct = columns == COLUMNS || (outChannels < COLUMNS && !isLast);
        for (let p = 0; p < outW; p += ROWS) {
          // The last tile may take some positions a second time.
          const first = <usize>min(p, outW - ROWS);
          const to = out + first * ldc + (<usize>j << 2);
          if (direct) {
            tileOfSpacing(lda, narrow, filterH, jump, k, from + first * lda, panel, to, ldc, start);
          } else {
            tileOfSpacing(lda, narrow, filterH, jump, k, from + first * lda, panel, spare, 32, start);
            copyTile(spare, to, ldc, ROWS, columns);
          }
        }
        panel += panelStep;
      }
      if (activation) activate(outW, outChannels, out, ldc, activation);
      out += <usize>outW * ldc;
    }
  }
}

/**
 * Gradient of `convRows` by the filter. A filter row is taken in groups of three values, two groups to a tile, each tile
 * over some rows of an image.
 */
export function convRowsFilterGradient(
  x: usize, batch: i32, height: i32, width: i32, channels: i32, filterH: i32, filterW: i32, strideH: i32, strideW: i32,
  outH: i32, outW: i32, dy: usize, outChannels: i32, gradient: usize, scratch: usize,
): void {
  const pixel = <usize>channels << 2;
  const rowBytes = <usize>width * pixel;
  const lda = <usize>strideW * pixel;
  const jump = <usize>strideH * rowBytes - <usize>outW * lda;
  const k = filterW * channels;
  const ldc = <usize>outChannels << 2;
  const atOnce = rowsAtOnce(outW);
  const groups = (k + GROUP - 1) / GROUP;
  const count = filterH * groups;
  const spare = scratch;
  const panels = spare + SPARE;
  memory.fill(gradient, 0, <usize>(filterH * k) * ldc);
  for (let n = 0; n < batch; n++) {
    for (let i = 0; i < outH; i += atOnce) {
      const rows = min(atOnce, outH - i);
      const positions = rows * outW;
      const from = x + <usize>(n * height + i * strideH) * rowBytes;
      let b = dy;
      if (outChannels != COLUMNS) {
        packPanels(positions, outChannels, dy, ldc, panels, <usize>positions << 5);
        b = panels;
      }
      dy += <usize>positions * ldc;
      for (let j = 0; j < outChannels; j += COLUMNS) {
        const columns = min(COLUMNS, outChannels - j);
        for (let g = 0; g < count; g += 2) {
          const second = min(g + 1, count - 1);
          const a = from + <usize>(g / groups) * rowBytes + <usize>((g % groups) * GROUP * 4);
          const a2 = from + <usize>(second / groups) * rowBytes + <usize>((second % groups) * GROUP * 4);
          splitTile(columns <= 4, rows, jump, outW, lda, a, a2, b, spare);
          addGroup(spare, gradient, ldc, g, groups, k, j, columns);
          if (second > g) addGroup(spare + GROUP * 32, gradient, ldc, second, groups, k, j, columns);
        }
        b += <usize>positions << 5;
      }
    }
  }
}

/** Adds the rows of one group to the gradient. */
function addGroup(tile: usize, gradient: usize, ldc: usize, g: i32, groups: i32, k: i32, j: i32, columns: i32): void {
  const first = (g % groups) * GROUP;
  let to = gradient + <usize>((g / groups) * k + first) * ldc + (<usize>j << 2);
  for (let r = 0; r < min(GROUP, k - first); r++) {
    for (let c: usize = 0; c < <usize>columns << 2; c += 4) store<f32>(to + c, load<f32>(to + c) + load<f32>(tile + c));
    tile += 32;
    to += ldc;
  }
}
