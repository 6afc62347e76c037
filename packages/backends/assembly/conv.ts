// Convolutions in two or three dimensions as matrix products over gathered patches. Layouts: images [n, d, h, w, c]
// (d is 1 in two dimensions), filters [tap, c, o]. A tap is one position of the filter: three offsets, in planes, rows
// and columns, from the place that an output position looks at.
import { copyRounded, zeroRounded } from './simd';
import { activate, multiply, multiplyTransposed, SPARE } from './gemm';
import { packPanels } from './pack';

/** Columns of patches gathered at once: a whole number of taps, at most this many floats unless a tap has more. */
const DEPTH: i32 = 512;
/** Output positions gathered at once. */
const POSITIONS: i32 = 96;
/** The same for the gradient by the filter. */
const GRADIENT_POSITIONS: i32 = 240;
/** Bytes of a tap. */
const TAP: usize = 12;

// @ts-ignore: decorator
@inline
function tapsAtOnce(taps: i32, channels: i32): i32 {
  const most = min(taps, max(1, DEPTH / channels));
  // Groups of equal size: 9 taps are taken 5 and 4, not 8 and 1.
  const groups = (taps + most - 1) / most;
  return (taps + groups - 1) / groups;
}

/** Bytes of a row of gathered patches: one cache line more than needed, so that rows do not collide in the cache. */
// @ts-ignore: decorator
@inline
function patchBytes(width: i32): usize {
  return (<usize>((width + 3) & ~3) << 2) + 64;
}

/** Floats of scratch memory that `conv` needs. */
export function convScratch(channels: i32, taps: i32, outChannels: i32): f64 {
  const width = tapsAtOnce(taps, channels) * channels;
  return POSITIONS * (<f64>(patchBytes(width) >> 2) + <f64>((outChannels + 7) & ~7)) + <f64>runRoom(taps) + 80;
}

/** Floats of scratch memory that `convFilterGradient` needs. */
export function convFilterGradientScratch(channels: i32, taps: i32, outChannels: i32): f64 {
  const width = tapsAtOnce(taps, channels) * channels;
  return GRADIENT_POSITIONS * (<f64>(patchBytes(width) >> 2) + <f64>((outChannels + 7) & ~7)) + <f64>runRoom(taps) + 80;
}

/** Bytes of a run: three offsets and a number of taps. */
const RUN: usize = 16;
/** Floats of room for the runs of a filter. */
// @ts-ignore: decorator
@inline
function runRoom(taps: i32): i32 {
  return taps * 4;
}

/** Neighboring taps of one row are one piece of memory, a run; returns how many there are. */
function findRuns(taps: usize, tapCount: i32, to: usize): i32 {
  let runs = 0;
  for (let t = 0; t < tapCount; ) {
    const tap = taps + <usize>t * TAP;
    let length = 1;
    let next = tap + TAP;
    while (
      t + length < tapCount &&
      load<i32>(next) == load<i32>(tap) && load<i32>(next, 4) == load<i32>(tap, 4) &&
      load<i32>(next, 8) == load<i32>(tap, 8) + length
    ) {
      length++;
      next += TAP;
    }
    store<i32>(to, load<i32>(tap));
    store<i32>(to, load<i32>(tap, 4), 4);
    store<i32>(to, load<i32>(tap, 8), 8);
    store<i32>(to, length, 12);
    to += RUN;
    t += length;
    runs++;
  }
  return runs;
}

/** Gathers patches of `runs` runs for `count` positions from `first` on, a row of `ld` bytes for each. */
function gather(
  x: usize, depth: i32, height: i32, width: i32, channels: i32,
  runs: usize, runCount: i32, strideD: i32, strideH: i32, strideW: i32, gridD: i32, gridH: i32, gridW: i32,
  first: i32, count: i32, to: usize, ld: usize,
): void {
  let gw = first % gridW;
  let rest = first / gridW;
  let gh = rest % gridH;
  rest /= gridH;
  let gd = rest % gridD;
  const imageBytes = <usize>(depth * height * width * channels) << 2;
  let image = x + <usize>(rest / gridD) * imageBytes;
  const pixelBytes = <usize>channels << 2;
  const end = runs + <usize>runCount * RUN;
  for (let p = 0; p < count; p++) {
    const d0 = gd * strideD;
    const h0 = gh * strideH;
    const w0 = gw * strideW;
    let out = to;
    for (let run = runs; run < end; run += RUN) {
      const d = d0 + load<i32>(run);
      const h = h0 + load<i32>(run, 4);
      const w = w0 + load<i32>(run, 8);
      const length = load<i32>(run, 12);
      if (<u32>d >= <u32>depth || <u32>h >= <u32>height || w >= width || w + length <= 0) {
        zeroRounded(out, length * channels);
      } else if (w >= 0 && w + length <= width) {
        copyRounded(out, image + <usize>((d * height + h) * width + w) * pixelBytes, length * channels);
      } else {
        const before = max(0, -w);
        const after = max(0, w + length - width);
        const inside = length - before - after;
        let at = out;
        if (before) {
          zeroRounded(at, before * channels);
          at += <usize>before * pixelBytes;
        }
        copyRounded(at, image + <usize>((d * height + h) * width + w + before) * pixelBytes, inside * channels);
        if (after) zeroRounded(at + <usize>inside * pixelBytes, after * channels);
      }
      out += <usize>length * pixelBytes;
    }
    to += ld;
    gw++;
    if (gw == gridW) {
      gw = 0;
      gh++;
      if (gh == gridH) {
        gh = 0;
        gd++;
        if (gd == gridD) {
          gd = 0;
          image += imageBytes;
        }
      }
    }
  }
}

/** Packs a filter [tap, c, o] for `conv`. */
export function packFilter(taps: i32, channels: i32, outChannels: i32, filter: usize, panels: usize): void {
  packPanels(taps * channels, outChannels, filter, <usize>outChannels << 2, panels, <usize>(taps * channels) << 5);
}

/** Whether patches are the images themselves: a single tap, at the very position. */
// @ts-ignore: decorator
@inline
function isDirect(
  taps: usize, tapCount: i32, strideD: i32, strideH: i32, strideW: i32,
  depth: i32, height: i32, width: i32, gridD: i32, gridH: i32, gridW: i32,
): bool {
  return (
    tapCount == 1 && strideD == 1 && strideH == 1 && strideW == 1 &&
    load<i32>(taps) == 0 && load<i32>(taps, 4) == 0 && load<i32>(taps, 8) == 0 &&
    gridD == depth && gridH == height && gridW == width
  );
}

/**
 * Convolution. Output position (n, k, i, j) looks at input (k * strideD, i * strideH, j * strideW) plus each tap, and is
 * written to `out` + n * outImage + k * outPlane + i * outRow + j * outColumn floats, so that the gradient of a strided
 * convolution can fill its positions in turns.
 */
export function conv(
  x: usize, batch: i32, depth: i32, height: i32, width: i32, channels: i32,
  taps: usize, tapCount: i32, strideD: i32, strideH: i32, strideW: i32,
  gridD: i32, gridH: i32, gridW: i32, panels: usize, outChannels: i32,
  out: usize, outImage: i32, outPlane: i32, outRow: i32, outColumn: i32,
  bias: usize, activation: i32, scratch: usize,
): void {
  const spare = scratch;
  const runs = spare + SPARE;
  scratch = runs + (<usize>runRoom(tapCount) << 2);
  const group = tapsAtOnce(tapCount, channels);
  const ld = patchBytes(group * channels);
  const positions = batch * gridD * gridH * gridW;
  const panelStep = <usize>(tapCount * channels) << 5;
  const outBytes = <usize>outChannels << 2;
  const dense =
    outColumn == outChannels && outRow == gridW * outColumn && outPlane == gridH * outRow && outImage == gridD * outPlane;
  const block = scratch + <usize>POSITIONS * ld + 16;
  const direct = isDirect(taps, tapCount, strideD, strideH, strideW, depth, height, width, gridD, gridH, gridW);
  for (let p = 0; p < positions; p += POSITIONS) {
    const count = min(POSITIONS, positions - p);
    const to = dense ? out + <usize>p * outBytes : block;
    for (let t = 0; t < tapCount; t += group) {
      const now = min(group, tapCount - t);
      let a = scratch;
      let lda = ld;
      if (direct) {
        a = x + (<usize>(p * channels) << 2);
        lda = <usize>channels << 2;
      } else {
        const runCount = findRuns(taps + <usize>t * TAP, now, runs);
        gather(
          x, depth, height, width, channels, runs, runCount,
          strideD, strideH, strideW, gridD, gridH, gridW, p, count, scratch, ld,
        );
      }
      multiply(
        count, outChannels, now * channels,
        a, lda, panels + (<usize>(t * channels) << 5), panelStep, to, outBytes,
        t > 0, bias, spare,
      );
    }
    if (activation) activate(count, outChannels, to, outBytes, activation);
    if (!dense) {
      let from = block;
      for (let q = p; q < p + count; q++) {
        const j = q % gridW;
        let rest = q / gridW;
        const i = rest % gridH;
        rest /= gridH;
        const k = rest % gridD;
        const n = rest / gridD;
        const at = out + (<usize>(n * outImage + k * outPlane + i * outRow + j * outColumn) << 2);
        memory.copy(at, from, outBytes);
        from += outBytes;
      }
    }
  }
}

/** Gradient of `conv` by its filter: `gradient` is [tap, c, o]. */
export function convFilterGradient(
  x: usize, batch: i32, depth: i32, height: i32, width: i32, channels: i32,
  taps: usize, tapCount: i32, strideD: i32, strideH: i32, strideW: i32,
  gridD: i32, gridH: i32, gridW: i32, dy: usize, outChannels: i32,
  gradient: usize, scratch: usize,
): void {
  const spare = scratch;
  const runs = spare + SPARE;
  scratch = runs + (<usize>runRoom(tapCount) << 2);
  const group = tapsAtOnce(tapCount, channels);
  const ld = patchBytes(group * channels);
  const positions = batch * gridD * gridH * gridW;
  const outBytes = <usize>outChannels << 2;
  const panels = scratch + <usize>GRADIENT_POSITIONS * ld + 16;
  const direct = isDirect(taps, tapCount, strideD, strideH, strideW, depth, height, width, gridD, gridH, gridW);
  if (positions == 0) memory.fill(gradient, 0, <usize>(tapCount * channels) * outBytes);
  for (let p = 0; p < positions; p += GRADIENT_POSITIONS) {
    const count = min(GRADIENT_POSITIONS, positions - p);
    packPanels(count, outChannels, dy + <usize>p * outBytes, outBytes, panels, <usize>count << 5);
    for (let t = 0; t < tapCount; t += group) {
      const now = min(group, tapCount - t);
      let a = scratch;
      let lda = ld;
      if (direct) {
        a = x + (<usize>(p * channels) << 2);
        lda = <usize>channels << 2;
      } else {
        const runCount = findRuns(taps + <usize>t * TAP, now, runs);
        gather(
          x, depth, height, width, channels, runs, runCount,
          strideD, strideH, strideW, gridD, gridH, gridW, p, count, scratch, ld,
        );
      }
      multiplyTransposed(
        now * channels, outChannels, count,
        a, lda, panels, <usize>count << 5, gradient + <usize>(t * channels) * outBytes, outBytes,
        p > 0, spare,
      );
    }
  }
}
