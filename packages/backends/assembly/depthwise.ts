// Depthwise convolutions: images [n, h, w, c], filters [h, w, c], outputs [n, h, w, c]; c a multiple of 4.
import { RELU6 } from './gemm';
import { fma } from './simd';

// @ts-ignore: decorator
@inline
function finish(value: v128, activation: i32): v128 {
  if (activation == 0) return value;
  const positive = f32x4.max(value, f32x4.splat(0));
  return activation == RELU6 ? f32x4.min(positive, f32x4.splat(6)) : positive;
}

/**
 * Four output positions, whose windows are `step` bytes apart, of 8 channels: sums of `rows` x `columns` taps stay in registers.
 * `pixel` bytes lie between pixels and between taps, `row` between rows of the image.
 */
function fourByEight(
  rows: i32, columns: i32, x: usize, row: usize, step: usize, pixel: usize, filter: usize, bias: usize, activation: i32,
  out: usize,
): void {
  let s00 = f32x4.splat(0), s01 = s00;
  if (bias) { s00 = v128.load(bias); s01 = v128.load(bias, 16); }
  let s10 = s00, s11 = s01, s20 = s00, s21 = s01, s30 = s00, s31 = s01;
  for (; rows > 0; rows--) {
    let p = x;
    for (let k = columns; k > 0; k--) {
      const f0 = v128.load(filter), f1 = v128.load(filter, 16);
      let q = p;
      s00 = fma(v128.load(q), f0, s00); s01 = fma(v128.load(q, 16), f1, s01); q += step;
      s10 = fma(v128.load(q), f0, s10); s11 = fma(v128.load(q, 16), f1, s11); q += step;
      s20 = fma(v128.load(q), f0, s20); s21 = fma(v128.load(q, 16), f1, s21); q += step;
      s30 = fma(v128.load(q), f0, s30); s31 = fma(v128.load(q, 16), f1, s31);
      p += pixel;
      filter += pixel;
    }
    x += row;
  }
  v128.store(out, finish(s00, activation)); v128.store(out, finish(s01, activation), 16); out += pixel;
  v128.store(out, finish(s10, activation)); v128.store(out, finish(s11, activation), 16); out += pixel;
  v128.store(out, finish(s20, activation)); v128.store(out, finish(s21, activation), 16); out += pixel;
  v128.store(out, finish(s30, activation)); v128.store(out, finish(s31, activation), 16);
}

/** One output position of 16 channels; `gap` bytes lie between the last tap inside of one row and the first of the next. */
function oneBySixteen(
  rows: i32, columns: i32, x: usize, row: usize, pixel: usize, filter: usize, gap: usize, bias: usize, activation: i32,
  out: usize,
): void {
  let s0 = f32x4.splat(0), s1 = s0, s2 = s0, s3 = s0;
  if (bias) { s0 = v128.load(bias); s1 = v128.load(bias, 16); s2 = v128.load(bias, 32); s3 = v128.load(bias, 48); }
  for (; rows > 0; rows--) {
    let p = x;
    for (let k = columns; k > 0; k--) {
      s0 = fma(v128.load(p), v128.load(filter), s0); s1 = fma(v128.load(p, 16), v128.load(filter, 16), s1);
      s2 = fma(v128.load(p, 32), v128.load(filter, 32), s2); s3 = fma(v128.load(p, 48), v128.load(filter, 48), s3);
      p += pixel;
      filter += pixel;
    }
    x += row;
    filter += gap;
  }
  v128.store(out, finish(s0, activation)); v128.store(out, finish(s1, activation), 16);
  v128.store(out, finish(s2, activation), 32); v128.store(out, finish(s3, activation), 48);
}

/** The same for 4 channels. */
function oneByFour(
  rows: i32, columns: i32, x: usize, row: usize, pixel: usize, filter: usize, gap: usize, bias: usize, activation: i32,
  out: usize,
): void {
  let s = bias ? v128.load(bias) : f32x4.splat(0);
  for (; rows > 0; rows--) {
    let p = x;
    for (let k = columns; k > 0; k--) {
      s = fma(v128.load(p), v128.load(filter), s);
      p += pixel;
      filter += pixel;
    }
    x += row;
    filter += gap;
  }
  v128.store(out, finish(s, activation));
}

/** Depthwise convolution, plus bias (may be null), then an activation. */
export function depthwise(
  x: usize, filter: usize, batch: i32, height: i32, width: i32, channels: i32,
  filterH: i32, filterW: i32, strideH: i32, strideW: i32, top: i32, left: i32, outH: i32, outW: i32,
  bias: usize, activation: i32, out: usize,
): void {
  const pixel = <usize>channels << 2;
  const row = <usize>width * pixel;
  const step = <usize>strideW * pixel;
  // Positions whose windows are inside from the left to the right.
  const first = max(0, min(outW, (left + strideW - 1) / strideW));
  const room = width + left - filterW;
  const last = max(first, room < 0 ? 0 : min(outW, room / strideW + 1));
  const eights = channels & ~7;
  for (let n = 0; n < batch; n++) {
    const image = x + <usize>(n * height) * row;
    for (let i = 0; i < outH; i++) {
      const h = i * strideH - top;
      const above = max(0, -h);
      const rows = max(0, min(filterH, height - h) - above);
      const from = image + <usize>(h + above) * row;
      const taps = filter + <usize>(above * filterW) * pixel;
      const to = out + <usize>((n * outH + i) * outW) * pixel;
      const fours = last - first >= 4;
      if (fours) {
        for (let j = first; j < last; j += 4) {
          // The last ones may be done a second time.
          const at = min(j, last - 4);
          const here = from + <usize>(at * strideW - left) * pixel;
          const there = to + <usize>at * pixel;
          for (let c: usize = 0; c < <usize>eights << 2; c += 32) {
            fourByEight(rows, filterW, here + c, row, step, pixel, taps + c, bias ? bias + c : 0, activation, there + c);
          }
        }
      }
      for (let j = 0; j < outW; j++) {
        const w = j * strideW - left;
        const before = max(0, -w);
        const columns = max(0, min(filterW, width - w) - before);
        const gap = <usize>(filterW - columns) * pixel;
        const here = from + <usize>(w + before) * pixel;
        const tap = taps + <usize>before * pixel;
        const there = to + <usize>j * pixel;
        let c = <usize>(fours && j >= first && j < last ? eights : 0) << 2;
        for (; c + 64 <= pixel; c += 64) {
          oneBySixteen(rows, columns, here + c, row, pixel, tap + c, gap, bias ? bias + c : 0, activation, there + c);
        }
        for (; c < pixel; c += 16) {
          oneByFour(rows, columns, here + c, row, pixel, tap + c, gap, bias ? bias + c : 0, activation, there + c);
        }
      }
    }
  }
}
