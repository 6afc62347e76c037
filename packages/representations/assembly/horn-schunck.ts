import { copyPlane, extend, interleave, mark, plane, release, strideOf, take } from './memory';
import { Level, levelAt, pyramid, refine } from './pyramid';
import { linearize, packWithGradient } from './warp';

/** Smallest width or height of a level of the pyramid. */
const SMALLEST: i32 = 16;

/** Horn and Schunck's average of the eight neighbors: 1/6 for the sides, 1/12 for the corners. */
// @ts-ignore: decorator
@inline
function average(at: usize, stride: usize): v128 {
  const sides = f32x4.add(
    f32x4.add(v128.load(at - 4), v128.load(at, 4)),
    f32x4.add(v128.load(at - stride), v128.load(at + stride)),
  );
  const corners = f32x4.add(
    f32x4.add(v128.load(at - stride - 4), v128.load(at - stride, 4)),
    f32x4.add(v128.load(at + stride - 4), v128.load(at + stride, 4)),
  );
  return f32x4.add(
    f32x4.mul(sides, f32x4.splat(<f32>(1.0 / 6.0))),
    f32x4.mul(corners, f32x4.splat(<f32>(1.0 / 12.0))),
  );
}

/** Where the flow leads out of the image there is nothing to compare: no data term, the neighbors decide. */
function dropOutside(u: usize, v: usize, ix: usize, iy: usize, rho: usize, squared: usize, width: i32, height: i32): void {
  const stride = strideOf(width);
  const right = <f32>(width - 1);
  const bottom = <f32>(height - 1);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const d = stride * y + (<usize>x << 2);
      const px = <f32>x + load<f32>(u + d);
      const py = <f32>y + load<f32>(v + d);
      if (px >= 0 && px <= right && py >= 0 && py <= bottom) continue;
      store<f32>(ix + d, 0);
      store<f32>(iy + d, 0);
      store<f32>(rho + d, 0);
      store<f32>(squared + d, 0);
    }
  }
}

/** Horn-Schunck flow, coarse to fine with warping, between two dense gray images (0..255) into dense (u, v) pairs. */
export function hornSchunck(
  from: usize,
  to: usize,
  flow: usize,
  width: i32,
  height: i32,
  alpha: f64,
  scales: i32,
  scaleStep: f64,
  warps: i32,
  iterations: i32,
  epsilon: f64,
  presmooth: f64,
  pyramidSmooth: f64,
): i32 {
  const height0 = mark();
  const levels = take(<usize>scales * offsetof<Level>());
  const count = pyramid(from, to, width, height, levels, scales, scaleStep, SMALLEST, presmooth, pyramidSmooth);
  let at = levelAt(levels, count - 1);
  let u = plane(at.width, at.height);
  let v = plane(at.width, at.height);
  let done = 0;
  for (let s = count - 1; ; s--) {
    const height1 = mark();
    const w = at.width;
    const h = at.height;
    const stride = strideOf(w);
    const packed = packWithGradient(at.to, w, h);
    const ix = plane(w, h);
    const iy = plane(w, h);
    const rho = plane(w, h);
    const squared = plane(w, h);
    let u1 = u;
    let v1 = v;
    let u2 = plane(w, h);
    let v2 = plane(w, h);
    const smooth = f32x4.splat(<f32>(alpha * alpha));
    const enough = epsilon * epsilon * <f64>w * <f64>h;
    for (let warp = 0; warp < warps; warp++) {
      linearize(at.from, packed, u1, v1, ix, iy, rho, squared, w, h);
      dropOutside(u1, v1, ix, iy, rho, squared, w, h);
      for (let i = 0; i < iterations; i++) {
        extend(u1, w, h, 1);
        extend(v1, w, h, 1);
        let change: f64 = 0;
        for (let y = 0; y < h; y++) {
          const row = stride * y;
          let sum = f32x4.splat(0);
          for (let x = 0; x < w; x += 4) {
            const d = row + (<usize>x << 2);
            const meanU = average(u1 + d, stride);
            const meanV = average(v1 + d, stride);
            const gx = v128.load(ix + d);
            const gy = v128.load(iy + d);
            const residual = f32x4.add(v128.load(rho + d), f32x4.add(f32x4.mul(gx, meanU), f32x4.mul(gy, meanV)));
            const step = f32x4.div(residual, f32x4.add(smooth, v128.load(squared + d)));
            const newU = f32x4.sub(meanU, f32x4.mul(gx, step));
            const newV = f32x4.sub(meanV, f32x4.mul(gy, step));
            const du = f32x4.sub(newU, v128.load(u1 + d));
            const dv = f32x4.sub(newV, v128.load(v1 + d));
            let both = f32x4.add(f32x4.mul(du, du), f32x4.mul(dv, dv));
            if (x + 4 > w) {
              const rest = w - x;
              both = v128.and(both, i32x4.lt_s(i32x4(0, 1, 2, 3), i32x4.splat(rest)));
            }
            sum = f32x4.add(sum, both);
            v128.store(u2 + d, newU);
            v128.store(v2 + d, newV);
          }
          change +=
            <f64>(f32x4.extract_lane(sum, 0) + f32x4.extract_lane(sum, 1)) +
            <f64>(f32x4.extract_lane(sum, 2) + f32x4.extract_lane(sum, 3));
        }
        let swap = u1;
        u1 = u2;
        u2 = swap;
        swap = v1;
        v1 = v2;
        v2 = swap;
        done++;
        if (change <= enough) break;
      }
    }
    if (u1 != u) {
      copyPlane(u1, u, w, h);
      copyPlane(v1, v, w, h);
    }
    release(height1);
    if (s == 0) break;
    const finer = levelAt(levels, s - 1);
    u = refine(u, at, finer, scaleStep);
    v = refine(v, at, finer, scaleStep);
    at = finer;
  }
  interleave(u, v, flow, width, height);
  release(height0);
  return done;
}
