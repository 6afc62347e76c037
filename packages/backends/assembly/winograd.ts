// Convolutions of stride 1 with fewer multiplications: Winograd's F(4 x 4, 3 x 3), a quarter of them, F(3 x 3, 4 x 4) and
// F(5 x 5, 2 x 2).
// A 6 x 6 piece of the input, d, and a filter of r x r, g, give a piece of the output of m x m, m = 7 - r:
//   y = A^T [ (G g G^T) * (B^T d B) ] A
// and, by transposition, the gradient by the filter is  G^T [ sum (B^T d B) * (A dy A^T) ] G.
// Reference: Lavin and Gray 2015, arXiv 1509.09308. Its interpolation points, 0, 1, -1, 2, -2, lose two digits; with
// 0, r, -r, 1/r, -1/r, where r is the square root of 2, the result is about as exact as a plain sum.
// Channels must be multiples of 4.
import { fma } from './simd';
import { multiply, multiplyTransposed } from './gemm';
import {
  cutImages, findTile, firstTiles, laterStart, laterTiles, orderTiles, tileImage, tileLeft, tileTop,
} from './winograd-tiles';

const POINTS: i32 = 36;
/** The interpolation points besides 0 and infinity are ROOT, -ROOT, HALF, -HALF. */
const ROOT: f32 = 1.4142135623730951;
const HALF: f32 = 0.7071067811865476;

// @ts-ignore: decorator
@inline
function add(a: v128, b: v128): v128 { return f32x4.add(a, b); }
// @ts-ignore: decorator
@inline
function sub(a: v128, b: v128): v128 { return f32x4.sub(a, b); }
// @ts-ignore: decorator
@inline
function times(s: f32, a: v128): v128 { return f32x4.mul(f32x4.splat(s), a); }
/** s * a + b */
// @ts-ignore: decorator
@inline
function axpy(s: f32, a: v128, b: v128): v128 { return fma(f32x4.splat(s), a, b); }

/** Bytes of a row of `channels` floats; one cache line more than needed, so that rows do not collide in the cache. */
// @ts-ignore: decorator
@inline
function rowBytes(channels: i32): usize {
  return (<usize>channels << 2) + 64;
}

/**
 * Bytes between points of so many bytes each: an odd number of cache lines, so that the 36 places that one transform
 * writes to do not meet in the same few sets of the cache.
 */
// @ts-ignore: decorator
@inline
function pointBytes(bytes: usize): usize {
  return ((bytes + 63) & ~63) | 64;
}

/** Floats of all points with `rows` times `columns` each; counted in 64 bits, as the bytes need not fit into 32. */
function pointFloats(rows: i32, columns: i32): f64 {
  const bytes = (<i64>rows * <i64>columns) << 2;
  return <f64>(<i64>POINTS * ((((bytes + 63) & ~63) | 64) >> 2));
}

/** Floats of the transformed filter. */
export function winogradFilterSize(channels: i32, outChannels: i32): f64 {
  return pointFloats(channels, (outChannels + 7) & ~7);
}

/** Floats of scratch memory for `winogradConv2d` with `block` tiles at once. */
export function winogradScratch(channels: i32, outChannels: i32, block: i32): f64 {
  const tiles = pointFloats(block, channels + 16) + pointFloats(block, outChannels + 16);
  return tiles + POINTS * <f64>channels + POINTS * 4 + 64;
}

/** Floats of scratch memory for `winogradFilterSums`. */
export function winogradGradientScratch(channels: i32, outChannels: i32, block: i32): f64 {
  const tiles = pointFloats(block, channels + 16) + pointFloats(block, (outChannels + 7) & ~7);
  return tiles + POINTS * <f64>channels + POINTS * 4 + 64;
}

/** G g for four filters in one dimension, r of them `step` bytes apart, to places `to` bytes apart. */
// @ts-ignore: decorator
@inline
function transformTaps(r: i32, g: usize, step: usize, out: usize, to: usize): void {
  const g0 = v128.load(g), g1 = v128.load(g + step);
  let even1 = g0, odd1 = g1, even2 = add(g0, g0), odd2 = g1, last = g1;
  if (r > 2) {
    last = v128.load(g + 2 * step);
    even1 = axpy(2, last, g0);
    even2 = axpy(2, g0, last);
  }
  if (r == 4) {
    last = v128.load(g + 3 * step);
    odd1 = axpy(2, last, g1);
    odd2 = axpy(0.5, last, g1);
  }
  even1 = times(1.0 / 6.0, even1); odd1 = times(ROOT / 6.0, odd1);
  even2 = times(-1.0 / 3.0, even2); odd2 = times(-ROOT / 3.0, odd2);
  v128.store(out, g0); out += to;
  v128.store(out, add(even1, odd1)); out += to;
  v128.store(out, sub(even1, odd1)); out += to;
  v128.store(out, add(even2, odd2)); out += to;
  v128.store(out, sub(even2, odd2)); out += to;
  v128.store(out, last);
}

/** G g G^T of four filters, [r, r] of them `step` bytes apart, to points `pointStep` bytes apart. */
// @ts-ignore: decorator
@inline
function transformFilter(r: i32, g: usize, step: usize, out: usize, pointStep: usize, temporary: usize): void {
  for (let j = 0; j < r; j++) {
    transformTaps(r, g + <usize>j * step, <usize>r * step, temporary + (<usize>j << 4), <usize>r << 4);
  }
  for (let i: usize = 0; i < 6; i++) {
    transformTaps(r, temporary + i * (<usize>r << 4), 16, out + i * 6 * pointStep, pointStep);
  }
}

/** G g G^T of a filter [r, r, c, o], r from 2 to 4, into 36 sets of panels [o / 8][c][8]. */
export function winogradFilter(
  r: i32, channels: i32, outChannels: i32, filter: usize, to: usize, scratch: usize,
): void {
  if (r == 2) transformFilters(2, channels, outChannels, filter, to, scratch);
  else if (r == 4) transformFilters(4, channels, outChannels, filter, to, scratch);
  else transformFilters(3, channels, outChannels, filter, to, scratch);
}

// @ts-ignore: decorator
@inline
function transformFilters(
  r: i32, channels: i32, outChannels: i32, filter: usize, to: usize, scratch: usize,
): void {
  const step = <usize>(channels * outChannels) << 2;
  const padded = (outChannels + 7) & ~7;
  const pointStep = pointBytes(<usize>(channels * padded) << 2);
  if (padded != outChannels) memory.fill(to, 0, pointStep * <usize>POINTS);
  for (let o = 0; o < outChannels; o += 8) {
    let g = filter + (<usize>o << 2);
    let out = to + <usize>(o >> 3) * (<usize>channels << 5);
    for (let c = 0; c < channels; c++) {
      transformFilter(r, g, step, out, pointStep, scratch);
      if (o + 8 <= outChannels) transformFilter(r, g + 16, step, out + 16, pointStep, scratch);
      g += <usize>outChannels << 2;
      out += 32;
    }
  }
}

/** B^T d B of one 6 x 6 piece, written to `to` + point * pointStep. */
// @ts-ignore: decorator
@inline
function transformInput(d: usize, rowStep: usize, columnStep: usize, channels: i32, to: usize, pointStep: usize, temporary: usize): void {
  for (let c: usize = 0; c < <usize>channels << 2; c += 16) {
    let at = d + c;
    let s = temporary;
    for (let j = 0; j < 6; j++) {
      let row = at;
      const d0 = v128.load(row); row += rowStep;
      const d1 = v128.load(row); row += rowStep;
      const d2 = v128.load(row); row += rowStep;
      const d3 = v128.load(row); row += rowStep;
      const d4 = v128.load(row); row += rowStep;
      const d5 = v128.load(row);
      const even1 = axpy(-0.5, d2, d4), odd1 = axpy(-0.5, d1, d3);
      const even2 = axpy(-2, d2, d4), odd2 = axpy(-2, d1, d3);
      v128.store(s, axpy(-2.5, d2, add(d0, d4)));
      v128.store(s, axpy(ROOT, odd1, even1), 96);
      v128.store(s, axpy(-ROOT, odd1, even1), 192);
      v128.store(s, axpy(HALF, odd2, even2), 288);
      v128.store(s, axpy(-HALF, odd2, even2), 384);
      v128.store(s, axpy(-2.5, d3, add(d1, d5)), 480);
      s += 16;
      at += columnStep;
    }
    let out = to + c;
    s = temporary;
    for (let i = 0; i < 6; i++) {
      const d0 = v128.load(s), d1 = v128.load(s, 16), d2 = v128.load(s, 32);
      const d3 = v128.load(s, 48), d4 = v128.load(s, 64), d5 = v128.load(s, 80);
      const even1 = axpy(-0.5, d2, d4), odd1 = axpy(-0.5, d1, d3);
      const even2 = axpy(-2, d2, d4), odd2 = axpy(-2, d1, d3);
      v128.store(out, axpy(-2.5, d2, add(d0, d4))); out += pointStep;
      v128.store(out, axpy(ROOT, odd1, even1)); out += pointStep;
      v128.store(out, axpy(-ROOT, odd1, even1)); out += pointStep;
      v128.store(out, axpy(HALF, odd2, even2)); out += pointStep;
      v128.store(out, axpy(-HALF, odd2, even2)); out += pointStep;
      v128.store(out, axpy(-2.5, d3, add(d1, d5))); out += pointStep;
      s += 96;
    }
  }
}

/** Transforms the pieces of `count` tiles from number `first` on; pieces start at (-padTop, -padLeft) from their tile. */
function transformInputs(
  x: usize, height: i32, width: i32, channels: i32, padTop: i32, padLeft: i32,
  first: i32, count: i32, to: usize, pointStep: usize, rowStep: usize, patch: usize, temporary: usize,
): void {
  const pixel = <usize>channels << 2;
  for (let t = first; t < first + count; t++) {
    findTile(t);
    const h = tileTop - padTop;
    const w = tileLeft - padLeft;
    const image = x + <usize>(tileImage * height * width) * pixel;
    if (h >= 0 && w >= 0 && h + 6 <= height && w + 6 <= width) {
      transformInput(image + <usize>(h * width + w) * pixel, <usize>width * pixel, pixel, channels, to, pointStep, temporary);
    } else {
      let p = patch;
      for (let i = h; i < h + 6; i++) {
        for (let j = w; j < w + 6; j++) {
          if (i >= 0 && j >= 0 && i < height && j < width) {
            memory.copy(p, image + <usize>(i * width + j) * pixel, pixel);
          } else {
            memory.fill(p, 0, pixel);
          }
          p += pixel;
        }
      }
      transformInput(patch, 6 * pixel, pixel, channels, to, pointStep, temporary);
    }
    to += rowStep;
  }
}

/** A^T m A of one tile of `side` x `side`, plus bias, written where it lies inside the image. */
// @ts-ignore: decorator
@inline
function transformOutput(
  side: i32, m: usize, pointStep: usize, outChannels: i32, out: usize, rowStep: usize, rows: i32, columns: i32,
  bias: usize, activation: i32, temporary: usize,
): void {
  const pixel = <usize>outChannels << 2;
  const zero = f32x4.splat(0);
  for (let o: usize = 0; o < pixel; o += 16) {
    let at = m + o;
    let s = temporary;
    for (let j = 0; j < 6; j++) {
      let p = at;
      const step = pointStep * 6;
      const m0 = v128.load(p); p += step;
      const m1 = v128.load(p); p += step;
      const m2 = v128.load(p); p += step;
      const m3 = v128.load(p); p += step;
      const m4 = v128.load(p); p += step;
      const m5 = v128.load(p);
      const a = add(m1, m2), b = sub(m1, m2), e = add(m3, m4), f = sub(m3, m4);
      v128.store(s, add(add(m0, a), e));
      v128.store(s, axpy(ROOT, b, times(HALF, f)), 96);
      if (side == 3) {
        v128.store(s, axpy(2, a, axpy(0.5, e, m5)), 192);
      } else {
        v128.store(s, axpy(2, a, times(0.5, e)), 192);
        if (side == 4) {
          v128.store(s, axpy(2 * ROOT, b, axpy(0.5 * HALF, f, m5)), 288);
        } else {
          v128.store(s, axpy(2 * ROOT, b, times(0.5 * HALF, f)), 288);
          v128.store(s, axpy(4, a, axpy(0.25, e, m5)), 384);
        }
      }
      s += 16;
      at += pointStep;
    }
    const start = bias ? v128.load(bias + o) : zero;
    let row = out + o;
    s = temporary;
    for (let i = 0; i < rows; i++) {
      const m0 = v128.load(s), m1 = v128.load(s, 16), m2 = v128.load(s, 32);
      const m3 = v128.load(s, 48), m4 = v128.load(s, 64), m5 = v128.load(s, 80);
      const a = add(m1, m2), b = sub(m1, m2), e = add(m3, m4), f = sub(m3, m4);
      const last = add(m5, start);
      let y0 = add(add(add(m0, a), e), start);
      let y1 = axpy(ROOT, b, axpy(HALF, f, start));
      let y2 = axpy(2, a, axpy(0.5, e, side == 3 ? last : start));
      let y3 = axpy(2 * ROOT, b, axpy(0.5 * HALF, f, side == 4 ? last : start));
      let y4 = axpy(4, a, axpy(0.25, e, last));
      if (activation) {
        y0 = f32x4.max(y0, zero); y1 = f32x4.max(y1, zero); y2 = f32x4.max(y2, zero); y3 = f32x4.max(y3, zero);
        y4 = f32x4.max(y4, zero);
        if (activation == 2) {
          const six = f32x4.splat(6);
          y0 = f32x4.min(y0, six); y1 = f32x4.min(y1, six); y2 = f32x4.min(y2, six); y3 = f32x4.min(y3, six);
          y4 = f32x4.min(y4, six);
        }
      }
      v128.store(row, y0);
      if (columns > 1) v128.store(row + pixel, y1);
      if (columns > 2) v128.store(row + 2 * pixel, y2);
      if (side > 3 && columns > 3) v128.store(row + 3 * pixel, y3);
      if (side > 4 && columns > 4) v128.store(row + 4 * pixel, y4);
      row += rowStep;
      s += 96;
    }
  }
}

/** Channels that are quarters, [2, 2, c]: see halved-conv.ts. */
const IN_QUARTERS: i32 = 1;
const OUT_QUARTERS: i32 = 2;

/**
 * The product at one point. `quarters` says what is known to be 0: in the filter's last row those of its channels (1) whose
 * first of two indices is 1, in its last column those whose second is; or in its first row and column those results (2).
 */
function multiplyPoint(
  point: i32, quarters: i32, count: i32, outChannels: i32, channels: i32,
  v: usize, ldv: usize, panels: usize, panelStep: usize, m: usize, ldm: usize, spare: usize,
): void {
  const row = point / 6, column = point % 6;
  if (quarters == IN_QUARTERS && (row == 5 || column == 5)) {
    const quarter = channels >> 2;
    const first = row == 5 && column < 5 ? 2 * quarter : quarter;
    multiply(count, outChannels, first, v, ldv, panels, panelStep, m, ldm, false, 0, spare);
    if (row < 5) {
      const third = <usize>(2 * quarter);
      multiply(count, outChannels, quarter, v + (third << 2), ldv, panels + (third << 5), panelStep, m, ldm, true, 0, spare);
    }
  } else if (quarters == OUT_QUARTERS && (row == 0 || column == 0)) {
    const quarter = outChannels >> 2;
    const first = row == 0 && column > 0 ? 2 * quarter : quarter;
    memory.fill(m, 0, <usize>count * ldm);
    multiply(count, first, channels, v, ldv, panels, panelStep, m, ldm, false, 0, spare);
    if (row > 0) {
      const third = <usize>(2 * quarter);
      multiply(count, quarter, channels, v, ldv, panels + (third >> 3) * panelStep, panelStep, m + (third << 2), ldm, false, 0, spare);
    }
  } else {
    multiply(count, outChannels, channels, v, ldv, panels, panelStep, m, ldm, false, 0, spare);
  }
}

/** r x r convolution of stride 1, r from 2 to 4; `filter` comes from `winogradFilter`; `quarters` as in `multiplyPoint`. */
export function winogradConv2d(
  r: i32, quarters: i32, x: usize, batch: i32, height: i32, width: i32, channels: i32, padTop: i32, padLeft: i32,
  outHeight: i32, outWidth: i32, outChannels: i32, filter: usize, out: usize,
  bias: usize, activation: i32, scratch: usize, block: i32,
): void {
  const side = 7 - r;
  const images = cutImages(side, outHeight, outWidth, batch, block);
  const ldv = rowBytes(channels);
  const ldm = rowBytes(outChannels);
  const pointV = pointBytes(<usize>block * ldv);
  const pointM = pointBytes(<usize>block * ldm);
  const v = scratch;
  const m = v + pointV * POINTS;
  const patch = m + pointM * POINTS;
  const temporary = patch + (<usize>(POINTS * channels) << 2);
  const panelStep = <usize>channels << 5;
  const filterStep = pointBytes(<usize>(channels * ((outChannels + 7) & ~7)) << 2);
  const pixel = <usize>outChannels << 2;
  for (let n = 0; n < batch; n += images) {
    const tiles = orderTiles(min(images, batch - n));
    const from = x + (<usize>(n * height * width * channels) << 2);
    const to = out + <usize>(n * outHeight * outWidth) * pixel;
    for (let t = 0; t < tiles; t += block) {
      const count = min(block, tiles - t);
      transformInputs(from, height, width, channels, padTop, padLeft, t, count, v, pointV, ldv, patch, temporary);
      for (let point = 0; point < POINTS; point++) {
        const p = <usize>point;
        const panels = filter + p * filterStep;
        multiplyPoint(
          point, quarters, firstTiles(point, count), outChannels, channels,
          v + p * pointV, ldv, panels, panelStep, m + p * pointM, ldm, temporary,
        );
        const more = laterTiles(point);
        if (more > 0) {
          const start = <usize>laterStart();
          multiplyPoint(
            point, quarters, more, outChannels, channels,
            v + p * pointV + start * ldv, ldv, panels, panelStep, m + p * pointM + start * ldm, ldm, temporary,
          );
        }
      }
      for (let q = 0; q < count; q++) {
        findTile(t + q);
        const made = m + <usize>q * ldm;
        const at = to + <usize>((tileImage * outHeight + tileTop) * outWidth + tileLeft) * pixel;
        const rows = min(side, outHeight - tileTop), columns = min(side, outWidth - tileLeft);
        const row = <usize>outWidth * pixel;
        if (r == 2) transformOutput(5, made, pointM, outChannels, at, row, rows, columns, bias, activation, temporary);
        else if (r == 4) transformOutput(3, made, pointM, outChannels, at, row, rows, columns, bias, activation, temporary);
        else transformOutput(4, made, pointM, outChannels, at, row, rows, columns, bias, activation, temporary);
      }
    }
  }
}

/** A y for one dimension, four values at once, to places `to` bytes apart. */
// @ts-ignore: decorator
@inline
function transformValues(side: i32, y0: v128, y1: v128, y2: v128, y3: v128, y4: v128, out: usize, to: usize): void {
  let even1 = axpy(2, y2, y0), even2 = axpy(0.5, y2, y0);
  if (side == 5) {
    even1 = axpy(4, y4, even1);
    even2 = axpy(0.25, y4, even2);
  }
  const odd1 = side > 3 ? axpy(2, y3, y1) : y1, odd2 = side > 3 ? axpy(0.5, y3, y1) : y1;
  v128.store(out, y0); out += to;
  v128.store(out, axpy(ROOT, odd1, even1)); out += to;
  v128.store(out, axpy(-ROOT, odd1, even1)); out += to;
  v128.store(out, axpy(HALF, odd2, even2)); out += to;
  v128.store(out, axpy(-HALF, odd2, even2)); out += to;
  v128.store(out, side == 5 ? y4 : side == 4 ? y3 : y2);
}

/** A dy A^T of one tile of `side` x `side` into panels. */
// @ts-ignore: decorator
@inline
function transformGradient(
  side: i32, dy: usize, rowStep: usize, outChannels: i32, rows: i32, columns: i32,
  to: usize, panelStep: usize, pointStep: usize, temporary: usize,
): void {
  const pixel = <usize>outChannels << 2;
  const zero = f32x4.splat(0);
  const step = <usize>side << 4;
  for (let o = 0; o < outChannels; o += 4) {
    let at = dy + (<usize>o << 2);
    for (let j = 0; j < side; j++) {
      const here = j < columns;
      const y0 = here ? v128.load(at) : zero;
      const y1 = here && rows > 1 ? v128.load(at + rowStep) : zero;
      const y2 = here && rows > 2 ? v128.load(at + 2 * rowStep) : zero;
      const y3 = side > 3 && here && rows > 3 ? v128.load(at + 3 * rowStep) : zero;
      const y4 = side > 4 && here && rows > 4 ? v128.load(at + 4 * rowStep) : zero;
      transformValues(side, y0, y1, y2, y3, y4, temporary + (<usize>j << 4), step);
      at += pixel;
    }
    const out = to + <usize>(o >> 3) * panelStep + (<usize>(o & 4) << 2);
    for (let i: usize = 0; i < 6; i++) {
      const s = temporary + i * step;
      const y3 = side > 3 ? v128.load(s, 48) : zero;
      const y4 = side > 4 ? v128.load(s, 64) : zero;
      transformValues(
        side, v128.load(s), v128.load(s, 16), v128.load(s, 32), y3, y4, out + i * 6 * pointStep, pointStep,
      );
    }
  }
}

/**
 * Sums over tiles, sum (B^T d B) * (A dy A^T), of which `winogradFilterGradient` makes the gradient by the filter; added
 * to those that `sums` holds when `accumulate`. Those of channels in `quarters` that belong to no tap are left out.
 */
export function winogradFilterSums(
  r: i32, quarters: bool, x: usize, batch: i32, height: i32, width: i32, channels: i32, padTop: i32, padLeft: i32,
  outHeight: i32, outWidth: i32, outChannels: i32, dy: usize, sums: usize, accumulate: bool, scratch: usize, block: i32,
): void {
  const side = 7 - r;
  const images = cutImages(side, outHeight, outWidth, batch, block);
  const padded = (outChannels + 7) & ~7;
  const ldv = rowBytes(channels);
  const pointV = pointBytes(<usize>block * ldv);
  const panelStep = <usize>block << 5;
  const pointQ = pointBytes(<usize>(block * padded) << 2);
  const v = scratch;
  const q = v + pointV * POINTS;
  const patch = q + pointQ * POINTS;
  const temporary = patch + (<usize>(POINTS * channels) << 2);
  const ldc = <usize>outChannels << 2;
  const pointS = pointBytes(<usize>channels * ldc);
  for (let n = 0; n < batch; n += images) {
    const tiles = orderTiles(min(images, batch - n));
    const image = x + (<usize>(n * height * width * channels) << 2);
    const by = dy + <usize>(n * outHeight * outWidth) * ldc;
    for (let t = 0; t < tiles; t += block) {
      const count = min(block, tiles - t);
      transformInputs(image, height, width, channels, padTop, padLeft, t, count, v, pointV, ldv, patch, temporary);
      for (let i = 0; i < count; i++) {
        findTile(t + i);
        const from = by + <usize>((tileImage * outHeight + tileTop) * outWidth + tileLeft) * ldc;
        const rows = min(side, outHeight - tileTop), columns = min(side, outWidth - tileLeft);
        const row = <usize>outWidth * ldc;
        const to = q + (<usize>i << 5);
        if (r == 2) transformGradient(5, from, row, outChannels, rows, columns, to, panelStep, pointQ, temporary);
        else if (r == 4) transformGradient(3, from, row, outChannels, rows, columns, to, panelStep, pointQ, temporary);
        else transformGradient(4, from, row, outChannels, rows, columns, to, panelStep, pointQ, temporary);
      }
      for (let point = 0; point < POINTS; point++) {
        const p = <usize>point;
        const from = v + p * pointV, panels = q + p * pointQ, to = sums + p * pointS;
        const more = laterTiles(point);
        sumPoint(
          point, quarters, channels, outChannels, firstTiles(point, count), from, ldv, panels, panelStep, to, ldc,
          accumulate || n > 0 || t > 0, temporary,
        );
        if (more > 0) {
          const start = <usize>laterStart();
          sumPoint(
            point, quarters, channels, outChannels, more, from + start * ldv, ldv, panels + (start << 5), panelStep, to, ldc,
            true, temporary,
          );
        }
      }
    }
  }
}

/** The sum over tiles at one point, of the channels that belong to a tap there. */
function sumPoint(
  point: i32, quarters: bool, channels: i32, outChannels: i32, count: i32, v: usize, ldv: usize,
  panels: usize, panelStep: usize, sums: usize, ldc: usize, accumulate: bool, spare: usize,
): void {
  const row = point / 6, column = point % 6;
  const quarter = channels >> 2;
  let first = channels;
  if (quarters && row == 5) first = column == 5 ? quarter : 2 * quarter;
  else if (quarters && column == 5) first = quarter;
  multiplyTransposed(first, outChannels, count, v, ldv, panels, panelStep, sums, ldc, accumulate, spare);
  if (quarters && column == 5 && row < 5) {
    const third = <usize>(2 * quarter);
    multiplyTransposed(
      quarter, outChannels, count, v + (third << 2), ldv, panels, panelStep, sums + third * ldc, ldc, accumulate, spare,
    );
  }
}

/** Floats of the sums of `winogradFilterSums`. */
export function winogradSumsSize(channels: i32, outChannels: i32): f64 {
  return pointFloats(channels, outChannels);
}

/** G^T u for one dimension, six values `step` bytes apart, to r places `to` bytes apart. */
// @ts-ignore: decorator
@inline
function transformSums(r: i32, u: usize, step: usize, out: usize, to: usize): void {
  const u0 = v128.load(u), u1 = v128.load(u + step), u2 = v128.load(u + 2 * step);
  const u3 = v128.load(u + 3 * step), u4 = v128.load(u + 4 * step), u5 = v128.load(u + 5 * step);
  const a = add(u1, u2), b = sub(u1, u2), e = add(u3, u4), f = sub(u3, u4);
  v128.store(out, axpy(1.0 / 6.0, a, axpy(-2.0 / 3.0, e, u0)));
  if (r == 2) {
    v128.store(out + to, axpy(ROOT / 6.0, b, axpy(-ROOT / 3.0, f, u5)));
    return;
  }
  v128.store(out + to, axpy(ROOT / 6.0, b, times(-ROOT / 3.0, f)));
  if (r == 4) {
    v128.store(out + 2 * to, times(1.0 / 3.0, sub(a, e)));
    v128.store(out + 3 * to, axpy(ROOT / 3.0, b, axpy(-ROOT / 6.0, f, u5)));
  } else {
    v128.store(out + 2 * to, axpy(1.0 / 3.0, sub(a, e), u5));
  }
}

/** Gradient of an r x r convolution of stride 1 by its filter, [r, r, c, o], from the sums of `winogradFilterSums`. */
export function winogradFilterGradient(
  r: i32, channels: i32, outChannels: i32, sums: usize, gradient: usize, scratch: usize,
): void {
  if (r == 2) finishGradient(2, channels, outChannels, sums, gradient, scratch);
  else if (r == 4) finishGradient(4, channels, outChannels, sums, gradient, scratch);
  else finishGradient(3, channels, outChannels, sums, gradient, scratch);
}

// @ts-ignore: decorator
@inline
function finishGradient(
  r: i32, channels: i32, outChannels: i32, sums: usize, gradient: usize, temporary: usize,
): void {
  const size = <usize>(channels * outChannels) << 2;
  const pointS = pointBytes(size);
  for (let c: usize = 0; c < size; c += 16) {
    for (let j: usize = 0; j < 6; j++) transformSums(r, sums + c + j * pointS, 6 * pointS, temporary + (j << 4), 96);
    for (let i = 0; i < r; i++) {
      transformSums(r, temporary + <usize>i * 96, 16, gradient + c + <usize>(i * r) * size, size);
    }
  }
}
