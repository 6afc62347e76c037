import { copyPlane, interleave, mark, plane, release, strideOf, take } from './memory';
import { median3, median5 } from './median';
import { Level, levelAt, pyramid, refine } from './pyramid';
import { linearize, packWithGradient } from './warp';

/** Smallest width or height of a level of the pyramid. */
const SMALLEST: i32 = 16;

/** Where the solver keeps its planes. */
@unmanaged
class Planes {
  u1: usize = 0;
  u2: usize = 0;
  p11: usize = 0;
  p12: usize = 0;
  p21: usize = 0;
  p22: usize = 0;
  ix: usize = 0;
  iy: usize = 0;
  rho: usize = 0;
  squared: usize = 0;
}

/** The squared change of the flow in the current iteration, added pixel by pixel. */
let errorSum: f32 = 0;

// @ts-ignore: decorator
@inline
function thresholded(residual: v128, squared: v128, limit: v128): v128 {
  // -residual / squared between -limit and limit, by the comparisons of the definition
  const bound = f32x4.mul(limit, squared);
  const between = v128.and(
    f32x4.div(f32x4.neg(residual), squared),
    f32x4.gt(squared, f32x4.splat(f32.EPSILON)),
  );
  return v128.bitselect(
    limit,
    v128.bitselect(f32x4.neg(limit), between, f32x4.gt(residual, bound)),
    f32x4.lt(residual, f32x4.neg(bound)),
  );
}

/** One row of the primal step: thresholding, divergence of the dual variables, new flow; adds the squared change to errorSum. */
// @ts-ignore: decorator
@inline
function primalRow(
  width: i32,
  stride: usize,
  u1: usize,
  u2: usize,
  ix: usize,
  iy: usize,
  rho: usize,
  squared: usize,
  p11: usize,
  p12: usize,
  p21: usize,
  p22: usize,
  limit: f32,
  theta: f32,
): void {
  const limits = f32x4.splat(limit);
  const thetas = f32x4.splat(theta);
  let sum = errorSum;
  const end = <usize>width << 2;
  for (let d: usize = 0; d < end; d += 16) {
    const a = v128.load(u1 + d);
    const b = v128.load(u2 + d);
    const gx = v128.load(ix + d);
    const gy = v128.load(iy + d);
    const residual = f32x4.add(v128.load(rho + d), f32x4.add(f32x4.mul(gx, a), f32x4.mul(gy, b)));
    const step = thresholded(residual, v128.load(squared + d), limits);
    let div1 = f32x4.add(
      f32x4.sub(v128.load(p11 + d), v128.load(p11 + d - 4)),
      f32x4.sub(v128.load(p12 + d), v128.load(p12 + d - stride)),
    );
    let div2 = f32x4.add(
      f32x4.sub(v128.load(p21 + d), v128.load(p21 + d - 4)),
      f32x4.sub(v128.load(p22 + d), v128.load(p22 + d - stride)),
    );
    if (d == 0) {
      // the first column adds in another order
      div1 = f32x4.replace_lane(div1, 0, load<f32>(p11) + load<f32>(p12) - load<f32>(p12 - stride));
      div2 = f32x4.replace_lane(div2, 0, load<f32>(p21) + load<f32>(p22) - load<f32>(p22 - stride));
    }
    const na = f32x4.add(f32x4.add(a, f32x4.mul(step, gx)), f32x4.mul(thetas, div1));
    const nb = f32x4.add(f32x4.add(b, f32x4.mul(step, gy)), f32x4.mul(thetas, div2));
    v128.store(u1 + d, na);
    v128.store(u2 + d, nb);
    const da = f32x4.sub(na, a);
    const db = f32x4.sub(nb, b);
    const change = f32x4.add(f32x4.mul(da, da), f32x4.mul(db, db));
    // one after the other: the sum of single floats depends on the order, and the stopping rule on the sum
    sum += f32x4.extract_lane(change, 0);
    if (d + 4 < end) sum += f32x4.extract_lane(change, 1);
    if (d + 8 < end) sum += f32x4.extract_lane(change, 2);
    if (d + 12 < end) sum += f32x4.extract_lane(change, 3);
  }
  errorSum = sum;
}

/** The length of two gradients in float64, rounded to float32. */
// @ts-ignore: decorator
@inline
function length(gx: v128, gy: v128): v128 {
  const x0 = f64x2.promote_low_f32x4(gx);
  const y0 = f64x2.promote_low_f32x4(gy);
  const high = v128.shuffle<i32>(gx, gy, 2, 3, 6, 7);
  const x1 = f64x2.promote_low_f32x4(high);
  const y1 = f64x2.promote_low_f32x4(v128.shuffle<i32>(high, high, 2, 3, 0, 1));
  const l0 = f32x4.demote_f64x2_zero(f64x2.sqrt(f64x2.add(f64x2.mul(x0, x0), f64x2.mul(y0, y0))));
  const l1 = f32x4.demote_f64x2_zero(f64x2.sqrt(f64x2.add(f64x2.mul(x1, x1), f64x2.mul(y1, y1))));
  return v128.shuffle<i32>(l0, l1, 0, 1, 4, 5);
}

/** One row of the dual step for one component; `below` is the distance to the next row of u, 0 in the last row. */
// @ts-ignore: decorator
@inline
function dualRow(width: i32, below: usize, u: usize, px: usize, py: usize, taut: f32): void {
  const factor = f32x4.splat(taut);
  const one = f32x4.splat(1);
  const end = <usize>width << 2;
  // the derivative to the right of the last column is 0, and so are those of the padding
  const last = load<f32>(u + end - 4);
  for (let x = width; x <= ((width + 3) & ~3); x++) {
    store<f32>(u + (<usize>x << 2), last);
    store<f32>(u + (<usize>x << 2) + below, load<f32>(u + end - 4 + below));
  }
  for (let d: usize = 0; d < end; d += 16) {
    const here = v128.load(u + d);
    const gx = f32x4.sub(v128.load(u + d, 4), here);
    const gy = f32x4.sub(v128.load(u + d + below), here);
    const norm = f32x4.add(one, f32x4.mul(factor, length(gx, gy)));
    v128.store(px + d, f32x4.div(f32x4.add(v128.load(px + d), f32x4.mul(factor, gx)), norm));
    v128.store(py + d, f32x4.div(f32x4.add(v128.load(py + d), f32x4.mul(factor, gy)), norm));
  }
}

/** One inner iteration over a level; the dual row follows one row behind the primal row. Returns the squared change of the flow. */
function iterate(p: Planes, width: i32, height: i32, limit: f32, theta: f32, taut: f32): f32 {
  errorSum = 0;
  const stride = strideOf(width);
  for (let y = 0; y <= height; y++) {
    if (y < height) {
      const r = stride * y;
      primalRow(
        width,
        stride,
        p.u1 + r,
        p.u2 + r,
        p.ix + r,
        p.iy + r,
        p.rho + r,
        p.squared + r,
        p.p11 + r,
        p.p12 + r,
        p.p21 + r,
        p.p22 + r,
        limit,
        theta,
      );
    }
    if (y > 0) {
      const r = stride * (y - 1);
      const below: usize = y < height ? stride : 0;
      dualRow(width, below, p.u1 + r, p.p11 + r, p.p12 + r, taut);
      dualRow(width, below, p.u2 + r, p.p21 + r, p.p22 + r, taut);
    }
  }
  return errorSum;
}

function filter(source: usize, spare: usize, width: i32, height: i32, size: i32): void {
  if (size == 5) median5(source, spare, width, height);
  else median3(source, spare, width, height);
}

/** One level: `warps` linearizations, each solved by alternating median filter and inner iterations. */
function level(
  i0: usize,
  i1: usize,
  u1: usize,
  u2: usize,
  width: i32,
  height: i32,
  tau: f64,
  lambda: f64,
  theta: f64,
  warps: i32,
  epsilon: f64,
  inner: i32,
  outer: i32,
  median: i32,
): i32 {
  const height0 = mark();
  const stride = strideOf(width);
  const p = changetype<Planes>(take(offsetof<Planes>()));
  const packed = packWithGradient(i1, width, height);
  p.ix = plane(width, height);
  p.iy = plane(width, height);
  p.rho = plane(width, height);
  p.squared = plane(width, height);
  p.p11 = plane(width, height);
  p.p12 = plane(width, height);
  p.p21 = plane(width, height);
  p.p22 = plane(width, height);
  const spare1 = plane(width, height);
  const spare2 = plane(width, height);
  p.u1 = u1;
  p.u2 = u2;
  let other1 = spare1;
  let other2 = spare2;
  const limit = <f32>(lambda * theta);
  const taut = <f32>(tau / theta);
  const enough = <f32>(epsilon * epsilon * <f64>(width * height));
  let count = 0;
  for (let warp = 0; warp < warps; warp++) {
    linearize(i0, packed, p.u1, p.u2, p.ix, p.iy, p.rho, p.squared, width, height);
    let error = f32.MAX_VALUE;
    for (let i = 0; error > enough && i < outer; i++) {
      if (median > 1) {
        filter(p.u1, other1, width, height, median);
        filter(p.u2, other2, width, height, median);
        let swap = p.u1;
        p.u1 = other1;
        other1 = swap;
        swap = p.u2;
        p.u2 = other2;
        other2 = swap;
      }
      for (let j = 0; error > enough && j < inner; j++) {
        error = iterate(p, width, height, limit, <f32>theta, taut);
        count++;
      }
    }
  }
  if (p.u1 != u1) {
    copyPlane(p.u1, u1, width, height);
    copyPlane(p.u2, u2, width, height);
  }
  release(height0);
  return count;
}

/**
 * Dual TV-L1 flow between two dense gray images (0..255) into dense (u, v) pairs. Returns the number of inner iterations
 * over all levels.
 */
export function tvl1(
  from: usize,
  to: usize,
  flow: usize,
  width: i32,
  height: i32,
  tau: f64,
  lambda: f64,
  theta: f64,
  scales: i32,
  scaleStep: f64,
  warps: i32,
  epsilon: f64,
  innerIterations: i32,
  outerIterations: i32,
  median: i32,
  presmooth: f64,
  pyramidSmooth: f64,
): i32 {
  const height0 = mark();
  const levels = take(<usize>scales * offsetof<Level>());
  const count = pyramid(from, to, width, height, levels, scales, scaleStep, SMALLEST, presmooth, pyramidSmooth);
  let at = levelAt(levels, count - 1);
  let u1 = plane(at.width, at.height);
  let u2 = plane(at.width, at.height);
  let iterations = 0;
  for (let s = count - 1; ; s--) {
    iterations += level(
      at.from,
      at.to,
      u1,
      u2,
      at.width,
      at.height,
      tau,
      lambda,
      theta,
      warps,
      epsilon,
      innerIterations,
      outerIterations,
      median,
    );
    if (s == 0) break;
    const finer = levelAt(levels, s - 1);
    u1 = refine(u1, at, finer, scaleStep);
    u2 = refine(u2, at, finer, scaleStep);
    at = finer;
  }
  interleave(u1, u2, flow, width, height);
  release(height0);
  return iterations;
}
