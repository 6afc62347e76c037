import { gaussianBlur } from './blur';
import { copyPlane, mark, plane, release, take, toPlane } from './memory';
import { resize } from './resize';

/** One level of a pyramid of two images. */
@unmanaged
export class Level {
  width: i32 = 0;
  height: i32 = 0;
  from: usize = 0;
  to: usize = 0;
}

// @ts-ignore: decorator
@inline
export function levelAt(levels: usize, index: i32): Level {
  return changetype<Level>(levels + <usize>index * offsetof<Level>());
}

/** Radius of a Gaussian whose tail may be cut. */
function radiusOf(sigma: f64): i32 {
  return <i32>ceil(sigma * 5);
}

function shrink(source: usize, width: i32, height: i32, target: usize, w: i32, h: i32, step: f64, smooth: f64): void {
  if (smooth > 0) {
    const height0 = mark();
    const sigma = smooth * Math.sqrt(1 / (step * step) - 1);
    const copy = plane(width, height);
    copyPlane(source, copy, width, height);
    gaussianBlur(copy, width, height, radiusOf(sigma), sigma);
    resize(copy, width, height, target, w, h, 1 / step, 1 / step, 1);
    release(height0);
  } else {
    resize(source, width, height, target, w, h, 1 / step, 1 / step, 1);
  }
}

/**
 * Fills `levels` (room for `scales` of them) from two dense images, each level `step` times the size of the one before,
 * none smaller than `smallest` pixels. Returns how many there are.
 */
export function pyramid(
  from: usize,
  to: usize,
  width: i32,
  height: i32,
  levels: usize,
  scales: i32,
  step: f64,
  smallest: i32,
  presmooth: f64,
  smooth: f64,
): i32 {
  let level = levelAt(levels, 0);
  level.width = width;
  level.height = height;
  level.from = plane(width, height);
  level.to = plane(width, height);
  toPlane(from, level.from, width, height);
  toPlane(to, level.to, width, height);
  if (presmooth > 0) {
    gaussianBlur(level.from, width, height, radiusOf(presmooth), presmooth);
    gaussianBlur(level.to, width, height, radiusOf(presmooth), presmooth);
  }
  let count = 1;
  for (; count < scales; count++) {
    const w = <i32>nearest(<f64>level.width * step);
    const h = <i32>nearest(<f64>level.height * step);
    if (w < smallest || h < smallest) break;
    const next = levelAt(levels, count);
    next.width = w;
    next.height = h;
    next.from = plane(w, h);
    next.to = plane(w, h);
    shrink(level.from, level.width, level.height, next.from, w, h, step, smooth);
    shrink(level.to, level.width, level.height, next.to, w, h, step, smooth);
    level = next;
  }
  return count;
}

/** One component of the flow of a level, on the next finer level: resized, and scaled by 1 / step. */
export function refine(source: usize, level: Level, finer: Level, step: f64): usize {
  const target = plane(finer.width, finer.height);
  const scaleX = 1 / (<f64>finer.width / <f64>level.width);
  const scaleY = 1 / (<f64>finer.height / <f64>level.height);
  resize(source, level.width, level.height, target, finer.width, finer.height, scaleX, scaleY, <f32>(1 / step));
  return target;
}
