// Convolutions of images with few channels, without gathering patches: in an image with its border, the patches of the
// positions of one output row overlap in memory, each `stride` pixels after the one before, and each filter row is one
// piece of it. Worth it where a patch is so short that gathering it costs as much as multiplying it.
import { activate, COLUMNS, copyTile, multiplyTransposed, packPanels, ROWS, segmentedTile, SPARE } from './gemm';

/** Floats of scratch memory that `convRows` and `convRowsFilterGradient` need. */
export function convRowsScratch(width: i32, channels: i32, filterH: i32, filterW: i32, outChannels: i32): i32 {
  return (
    128 + filterH * filterW * channels * ((outChannels + 7) & ~7) + width * ((outChannels + 7) & ~7) +
    (filterH * filterW * channels + 8) * (outChannels + 8)
  );
}

/**
 * Convolution of `x`, [n, height, width, c] with its border already around it. The output must be at least 6 wide.
 * `panels` is the packed filter.
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
  for (let n = 0; n < batch; n++) {
    for (let i = 0; i < outH; i++) {
      const from = x + <usize>(n * height + i * strideH) * rowBytes;
      let panel = panels;
      for (let j = 0; j < outChannels; j += COLUMNS) {
        const columns = min(COLUMNS, outChannels - j);
        const start = bias ? bias + (<usize>j << 2) : 0;
        for (let p = 0; p < outW; p += ROWS) {
          // The last tile may take some positions a second time.
          const first = <usize>min(p, outW - ROWS);
          const to = out + first * ldc + (<usize>j << 2);
          if (columns == COLUMNS) {
            segmentedTile(filterH, rowBytes, k, from + first * lda, lda, panel, to, ldc, start, 0);
          } else {
            segmentedTile(filterH, rowBytes, k, from + first * lda, lda, panel, spare, 32, start, 0);
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

/** Gradient of `convRows` by the filter. Images are summed apart, then added up. */
export function convRowsFilterGradient(
  x: usize, batch: i32, height: i32, width: i32, channels: i32, filterH: i32, filterW: i32, strideH: i32, strideW: i32,
  outH: i32, outW: i32, dy: usize, outChannels: i32, gradient: usize, scratch: usize,
): void {
  const pixel = <usize>channels << 2;
  const rowBytes = <usize>width * pixel;
  const lda = <usize>strideW * pixel;
  const k = filterW * channels;
  const size = <usize>(filterH * k * outChannels) << 2;
  const ldc = <usize>outChannels << 2;
  const spare = scratch;
  const partial = spare + SPARE;
  const panels = partial + size + 64;
  memory.fill(gradient, 0, size);
  for (let n = 0; n < batch; n++) {
    for (let i = 0; i < outH; i++) {
      let b = dy;
      if (outChannels != COLUMNS) {
        packPanels(outW, outChannels, dy, ldc, panels);
        b = panels;
      }
      dy += <usize>outW * ldc;
      let from = x + <usize>(n * height + i * strideH) * rowBytes;
      let to = partial;
      for (let h = 0; h < filterH; h++) {
        multiplyTransposed(k, outChannels, outW, from, lda, b, <usize>outW << 5, to, ldc, i > 0, spare);
        from += rowBytes;
        to += <usize>k * ldc;
      }
    }
    for (let c: usize = 0; c < size; c += 4) store<f32>(gradient + c, load<f32>(gradient + c) + load<f32>(partial + c));
  }
}
