import { blur, gaussian } from './blur';
import { interleave, mark, plane, release, strideOf, take, toPlane } from './memory';
import { resize } from './resize';

/** Smallest width or height of a level of the pyramid. */
const SMALLEST: f64 = 32;

/** Weights that damp the outermost five pixels, where the neighborhood is cut. */
// @ts-ignore: decorator
@inline
function damping(index: i32, size: i32): f32 {
  const d = min(index, size - 1 - index);
  return d >= 5 ? <f32>1 : d < 2 ? <f32>0.14 : <f32>0.4472;
}

/** Inverts a symmetric positive definite n x n matrix (row-major, float64) in place by Gauss-Jordan elimination. */
function invert(matrix: usize, n: i32): void {
  for (let k = 0; k < n; k++) {
    const row = matrix + (<usize>(k * n) << 3);
    const pivot = load<f64>(row + (<usize>k << 3));
    store<f64>(row + (<usize>k << 3), 1);
    for (let j = 0; j < n; j++) store<f64>(row + (<usize>j << 3), load<f64>(row + (<usize>j << 3)) / pivot);
    for (let i = 0; i < n; i++) {
      if (i == k) continue;
      const other = matrix + (<usize>(i * n) << 3);
      const factor = load<f64>(other + (<usize>k << 3));
      store<f64>(other + (<usize>k << 3), 0);
      for (let j = 0; j < n; j++) {
        store<f64>(other + (<usize>j << 3), load<f64>(other + (<usize>j << 3)) - factor * load<f64>(row + (<usize>j << 3)));
      }
    }
  }
}

/**
 * Fits f(y, x) ~ c + b1 y + b2 x + a11 y^2 + a22 x^2 + a12 x y around every pixel, weighted by a Gaussian of radius n.
 * `four` gets (b1, b2, a11, a22) per pixel, dense; `one` gets a12 per pixel, dense.
 */
function expand(source: usize, width: i32, height: i32, four: usize, one: usize, n: i32, sigma: f64): void {
  const height0 = mark();
  // g, x g and x^2 g for 0..n
  const g = take(<usize>(n + 1) << 2);
  const xg = take(<usize>(n + 1) << 2);
  const xxg = take(<usize>(n + 1) << 2);
  let total: f64 = 0;
  for (let x = -n; x <= n; x++) total += <f64><f32>Math.exp(-(<f64>(x * x)) / (2 * sigma * sigma));
  for (let x = 0; x <= n; x++) {
    const weight = <f32>(<f64><f32>Math.exp(-(<f64>(x * x)) / (2 * sigma * sigma)) / total);
    store<f32>(g + (<usize>x << 2), weight);
    store<f32>(xg + (<usize>x << 2), <f32>x * weight);
    store<f32>(xxg + (<usize>x << 2), <f32>(x * x) * weight);
  }
  // the normal matrix of the basis 1, x, y, x^2, y^2, x y
  const normal = take(36 * 8);
  memory.fill(normal, 0, 36 * 8);
  for (let y = -n; y <= n; y++) {
    for (let x = -n; x <= n; x++) {
      const weight = <f64>load<f32>(g + (<usize>abs(y) << 2)) * <f64>load<f32>(g + (<usize>abs(x) << 2));
      store<f64>(normal, load<f64>(normal) + weight);
      store<f64>(normal + 7 * 8, load<f64>(normal + 7 * 8) + weight * <f64>(x * x));
      store<f64>(normal + 21 * 8, load<f64>(normal + 21 * 8) + weight * <f64>(x * x * x * x));
      store<f64>(normal + 35 * 8, load<f64>(normal + 35 * 8) + weight * <f64>(x * x * y * y));
    }
  }
  const second = load<f64>(normal + 7 * 8);
  const fourth = load<f64>(normal + 21 * 8);
  const mixed = load<f64>(normal + 35 * 8);
  store<f64>(normal + 14 * 8, second);
  store<f64>(normal + 3 * 8, second);
  store<f64>(normal + 4 * 8, second);
  store<f64>(normal + 18 * 8, second);
  store<f64>(normal + 24 * 8, second);
  store<f64>(normal + 28 * 8, fourth);
  store<f64>(normal + 22 * 8, mixed);
  store<f64>(normal + 27 * 8, mixed);
  invert(normal, 6);
  const ig11 = f32x4.splat(<f32>load<f64>(normal + 7 * 8));
  const ig03 = f32x4.splat(<f32>load<f64>(normal + 3 * 8));
  const ig33 = f32x4.splat(<f32>load<f64>(normal + 21 * 8));
  const ig55 = f32x4.splat(<f32>load<f64>(normal + 35 * 8));

  const stride = strideOf(width);
  const lead = <usize>((n + 3) & ~3) << 2;
  const line = (<usize>((width + 3) & ~3) << 2) + 2 * lead + 16;
  const row0 = take(line) + lead;
  const row1 = take(line) + lead;
  const row2 = take(line) + lead;
  const g0 = v128.load32_splat(g);
  for (let y = 0; y < height; y++) {
    const here = source + stride * y;
    for (let x = 0; x < width; x += 4) {
      const d = <usize>x << 2;
      let a = f32x4.mul(v128.load(here + d), g0);
      let b = f32x4.splat(0);
      let c = f32x4.splat(0);
      for (let k = 1; k <= n; k++) {
        const above = v128.load(source + stride * max(y - k, 0) + d);
        const below = v128.load(source + stride * min(y + k, height - 1) + d);
        const both = f32x4.add(above, below);
        const kk = <usize>k << 2;
        a = f32x4.add(a, f32x4.mul(v128.load32_splat(g + kk), both));
        b = f32x4.add(b, f32x4.mul(v128.load32_splat(xg + kk), f32x4.sub(below, above)));
        c = f32x4.add(c, f32x4.mul(v128.load32_splat(xxg + kk), both));
      }
      v128.store(row0 + d, a);
      v128.store(row1 + d, b);
      v128.store(row2 + d, c);
    }
    const end = <usize>(width - 1) << 2;
    for (let k = 1; k <= n; k++) {
      const kk = <usize>k << 2;
      store<f32>(row0 - kk, load<f32>(row0));
      store<f32>(row1 - kk, load<f32>(row1));
      store<f32>(row2 - kk, load<f32>(row2));
      store<f32>(row0 + end + kk, load<f32>(row0 + end));
      store<f32>(row1 + end + kk, load<f32>(row1 + end));
      store<f32>(row2 + end + kk, load<f32>(row2 + end));
    }
    for (let x = 0; x < width; x += 4) {
      const d = <usize>x << 2;
      let b1 = f32x4.mul(v128.load(row0 + d), g0);
      let b3 = f32x4.mul(v128.load(row1 + d), g0);
      let b5 = f32x4.mul(v128.load(row2 + d), g0);
      let b2 = f32x4.splat(0);
      let b4 = f32x4.splat(0);
      let b6 = f32x4.splat(0);
      for (let k = 1; k <= n; k++) {
        const kk = <usize>k << 2;
        const gk = v128.load32_splat(g + kk);
        const xgk = v128.load32_splat(xg + kk);
        const l0 = v128.load(row0 + d - kk);
        const h0 = v128.load(row0 + d + kk);
        const l1 = v128.load(row1 + d - kk);
        const h1 = v128.load(row1 + d + kk);
        const both = f32x4.add(h0, l0);
        b1 = f32x4.add(b1, f32x4.mul(both, gk));
        b2 = f32x4.add(b2, f32x4.mul(f32x4.sub(h0, l0), xgk));
        b4 = f32x4.add(b4, f32x4.mul(both, v128.load32_splat(xxg + kk)));
        b3 = f32x4.add(b3, f32x4.mul(f32x4.add(h1, l1), gk));
        b6 = f32x4.add(b6, f32x4.mul(f32x4.sub(h1, l1), xgk));
        b5 = f32x4.add(b5, f32x4.mul(f32x4.add(v128.load(row2 + d + kk), v128.load(row2 + d - kk)), gk));
      }
      const base = f32x4.mul(b1, ig03);
      const ry = f32x4.mul(b3, ig11);
      const rx = f32x4.mul(b2, ig11);
      const ryy = f32x4.add(base, f32x4.mul(b5, ig33));
      const rxx = f32x4.add(base, f32x4.mul(b4, ig33));
      const rxy = f32x4.mul(b6, ig55);
      // four rows of four pixels to four pixels of four coefficients
      const p = v128.shuffle<f32>(ry, rx, 0, 4, 1, 5);
      const q = v128.shuffle<f32>(ry, rx, 2, 6, 3, 7);
      const r = v128.shuffle<f32>(ryy, rxx, 0, 4, 1, 5);
      const s = v128.shuffle<f32>(ryy, rxx, 2, 6, 3, 7);
      const at = <usize>(y * width + x);
      const rest = width - x;
      if (rest >= 4) {
        const out = four + (at << 4);
        v128.store(out, v128.shuffle<f64>(p, r, 0, 2));
        v128.store(out, v128.shuffle<f64>(p, r, 1, 3), 16);
        v128.store(out, v128.shuffle<f64>(q, s, 0, 2), 32);
        v128.store(out, v128.shuffle<f64>(q, s, 1, 3), 48);
        v128.store(one + (at << 2), rxy);
      } else {
        const out = four + (at << 4);
        v128.store(out, v128.shuffle<f64>(p, r, 0, 2));
        if (rest > 1) v128.store(out, v128.shuffle<f64>(p, r, 1, 3), 16);
        if (rest > 2) v128.store(out, v128.shuffle<f64>(q, s, 0, 2), 32);
        store<f32>(one + (at << 2), f32x4.extract_lane(rxy, 0));
        if (rest > 1) store<f32>(one + (at << 2), f32x4.extract_lane(rxy, 1), 4);
        if (rest > 2) store<f32>(one + (at << 2), f32x4.extract_lane(rxy, 2), 8);
      }
    }
  }
  release(height0);
}

/**
 * Per pixel the five sums of the 2 x 2 system of the displacement, (g11, g12, g22, h1) in `four` and h2 in `one`, from
 * the expansions of both images and the flow so far.
 */
function matrices(
  a4: usize,
  a1: usize,
  b4: usize,
  b1: usize,
  u: usize,
  v: usize,
  width: i32,
  height: i32,
  four: usize,
  one: usize,
): void {
  const stride = strideOf(width);
  const low: f32 = -1;
  const highX = <f32>width;
  const highY = <f32>height;
  for (let y = 0; y < height; y++) {
    const dampY = damping(y, height);
    for (let x = 0; x < width; x++) {
      const at = <usize>(y * width + x);
      const dx = load<f32>(u + stride * y + (<usize>x << 2));
      const dy = load<f32>(v + stride * y + (<usize>x << 2));
      const px = <f32>x + dx;
      const py = <f32>y + dy;
      const x1 = <i32>floor(max(low, min(highX, px)));
      const y1 = <i32>floor(max(low, min(highY, py)));
      let r: v128;
      let r6: f32;
      const mine = v128.load(a4 + (at << 4));
      if (<u32>x1 < <u32>(width - 1) && <u32>y1 < <u32>(height - 1)) {
        const fx = px - <f32>x1;
        const fy = py - <f32>y1;
        const w00 = (<f32>1 - fx) * (<f32>1 - fy);
        const w01 = fx * (<f32>1 - fy);
        const w10 = (<f32>1 - fx) * fy;
        const w11 = fx * fy;
        const near = <usize>(y1 * width + x1);
        const p = b4 + (near << 4);
        const q = p + (<usize>width << 4);
        const theirs = f32x4.add(
          f32x4.add(f32x4.mul(v128.load(p), f32x4.splat(w00)), f32x4.mul(v128.load(p, 16), f32x4.splat(w01))),
          f32x4.add(f32x4.mul(v128.load(q), f32x4.splat(w10)), f32x4.mul(v128.load(q, 16), f32x4.splat(w11))),
        );
        const m = b1 + (near << 2);
        const k = m + (<usize>width << 2);
        r6 = w00 * load<f32>(m) + w01 * load<f32>(m, 4) + w10 * load<f32>(k) + w11 * load<f32>(k, 4);
        r6 = (load<f32>(a1 + (at << 2)) + r6) * 0.25;
        // (b - b') / 2 and (A + A') / 2
        r = f32x4.mul(
          f32x4.add(mine, v128.xor(theirs, i32x4(i32.MIN_VALUE, i32.MIN_VALUE, 0, 0))),
          f32x4.splat(0.5),
        );
      } else {
        r = f32x4.mul(mine, f32x4(0.5, 0.5, 1, 1));
        r6 = load<f32>(a1 + (at << 2)) * 0.5;
      }
      let r4 = f32x4.extract_lane(r, 2);
      let r5 = f32x4.extract_lane(r, 3);
      let r2 = f32x4.extract_lane(r, 0) + (r4 * dy + r6 * dx);
      let r3 = f32x4.extract_lane(r, 1) + (r6 * dy + r5 * dx);
      if (<u32>(x - 5) >= <u32>(width - 10) || <u32>(y - 5) >= <u32>(height - 10)) {
        const scale = damping(x, width) * dampY;
        r2 *= scale;
        r3 *= scale;
        r4 *= scale;
        r5 *= scale;
        r6 *= scale;
      }
      v128.store(four + (at << 4), f32x4(r4 * r4 + r6 * r6, (r4 + r5) * r6, r5 * r5 + r6 * r6, r4 * r2 + r6 * r3));
      store<f32>(one + (at << 2), r6 * r2 + r5 * r3);
    }
  }
}

// @ts-ignore: decorator
@inline
function lowHalf(vector: v128): v128 {
  return f64x2.promote_low_f32x4(vector);
}
// @ts-ignore: decorator
@inline
function highHalf(vector: v128): v128 {
  return f64x2.promote_low_f32x4(v128.shuffle<f64>(vector, vector, 1, 0));
}

/** Sums the matrices over a window around every pixel, borders repeated, and solves for the displacement. */
function solve(four: usize, one: usize, u: usize, v: usize, width: i32, height: i32, window: i32): void {
  const height0 = mark();
  const m = window / 2;
  const stride = strideOf(width);
  const scale = <f64>1 / <f64>(window * window);
  const reach = m + 1;
  // column sums in float64, with `reach` repeated columns on each side
  const columns = width + 2 * reach;
  const sums4 = take(<usize>columns << 5) + (<usize>reach << 5);
  const sums1 = take(<usize>columns << 3) + (<usize>reach << 3);
  for (let x = 0; x < width; x++) {
    const at = four + (<usize>x << 4);
    const first = v128.load(at);
    const times = f64x2.splat(<f64>(m + 2));
    let low = f64x2.mul(lowHalf(first), times);
    let high = f64x2.mul(highHalf(first), times);
    let last = <f64>load<f32>(one + (<usize>x << 2)) * <f64>(m + 2);
    for (let y = 1; y < m; y++) {
      const row = <usize>(min(y, height - 1) * width);
      const next = v128.load(at + (row << 4));
      low = f64x2.add(low, lowHalf(next));
      high = f64x2.add(high, highHalf(next));
      last += <f64>load<f32>(one + ((row + <usize>x) << 2));
    }
    v128.store(sums4 + (<usize>x << 5), low);
    v128.store(sums4 + (<usize>x << 5), high, 16);
    store<f64>(sums1 + (<usize>x << 3), last);
  }
  for (let y = 0; y < height; y++) {
    const enter = <usize>(min(y + m, height - 1) * width);
    const leave = <usize>(max(y - m - 1, 0) * width);
    for (let x = 0; x < width; x++) {
      const d = <usize>x;
      const step = f32x4.sub(v128.load(four + ((enter + d) << 4)), v128.load(four + ((leave + d) << 4)));
      const at = sums4 + (d << 5);
      v128.store(at, f64x2.add(v128.load(at), lowHalf(step)));
      v128.store(at, f64x2.add(v128.load(at, 16), highHalf(step)), 16);
      const step1 = load<f32>(one + ((enter + d) << 2)) - load<f32>(one + ((leave + d) << 2));
      store<f64>(sums1 + (d << 3), load<f64>(sums1 + (d << 3)) + <f64>step1);
    }
    const lastAt = sums4 + (<usize>(width - 1) << 5);
    for (let x = 1; x <= reach; x++) {
      const d = <usize>x << 5;
      v128.store(sums4 - d, v128.load(sums4));
      v128.store(sums4 - d, v128.load(sums4, 16), 16);
      v128.store(lastAt + d, v128.load(lastAt));
      v128.store(lastAt + d, v128.load(lastAt, 16), 16);
      store<f64>(sums1 - (<usize>x << 3), load<f64>(sums1));
      store<f64>(sums1 + (<usize>(width - 1 + x) << 3), load<f64>(sums1 + (<usize>(width - 1) << 3)));
    }
    let low = f64x2.mul(v128.load(sums4), f64x2.splat(<f64>(m + 2)));
    let high = f64x2.mul(v128.load(sums4, 16), f64x2.splat(<f64>(m + 2)));
    let last = load<f64>(sums1) * <f64>(m + 2);
    for (let x = 1; x < m; x++) {
      // up to `reach` columns past the last one are filled; a window wider than that only repeats the last
      const d = <usize>min(x, width - 1 + reach);
      low = f64x2.add(low, v128.load(sums4 + (d << 5)));
      high = f64x2.add(high, v128.load(sums4 + (d << 5), 16));
      last += load<f64>(sums1 + (d << 3));
    }
    const outU = u + stride * y;
    const outV = v + stride * y;
    for (let x = 0; x < width; x++) {
      const enterAt = <usize>(x + m) << 5;
      const leaveAt = sums4 + (<usize>x << 5) - (<usize>(m + 1) << 5);
      low = f64x2.add(low, f64x2.sub(v128.load(sums4 + enterAt), v128.load(leaveAt)));
      high = f64x2.add(high, f64x2.sub(v128.load(sums4 + enterAt, 16), v128.load(leaveAt, 16)));
      last += load<f64>(sums1 + (<usize>(x + m) << 3)) - load<f64>(sums1 + (<usize>x << 3) - (<usize>(m + 1) << 3));
      const g11 = f64x2.extract_lane(low, 0) * scale;
      const g12 = f64x2.extract_lane(low, 1) * scale;
      const g22 = f64x2.extract_lane(high, 0) * scale;
      const h1 = f64x2.extract_lane(high, 1) * scale;
      const h2 = last * scale;
      const inverse = <f64>1 / (g11 * g22 - g12 * g12 + 1e-3);
      store<f32>(outU + (<usize>x << 2), <f32>((g11 * h2 - g12 * h1) * inverse));
      store<f32>(outV + (<usize>x << 2), <f32>((g22 * h1 - g12 * h2) * inverse));
    }
  }
  release(height0);
}

/** The image of one level: smoothed at full size, then resized. */
function levelOf(
  dense: usize,
  width: i32,
  height: i32,
  sigma: f64,
  newWidth: i32,
  newHeight: i32,
): usize {
  const result = plane(newWidth, newHeight);
  const height0 = mark();
  const image = plane(width, height);
  toPlane(dense, image, width, height);
  const size = max(<i32>nearest(sigma * 5) | 1, 3);
  const kernel = take(<usize>size << 2);
  if (sigma > 0) gaussian(kernel, size / 2, sigma);
  else {
    store<f32>(kernel, 0.25);
    store<f32>(kernel, 0.5, 4);
    store<f32>(kernel, 0.25, 8);
  }
  blur(image, image, width, height, kernel, size / 2);
  const scaleX = 1 / (<f64>newWidth / <f64>width);
  const scaleY = 1 / (<f64>newHeight / <f64>height);
  resize(image, width, height, result, newWidth, newHeight, scaleX, scaleY, 1);
  release(height0);
  return result;
}

/** Farneback's flow between two dense gray images (0..255) into dense (u, v) pairs. */
export function farneback(
  from: usize,
  to: usize,
  flow: usize,
  width: i32,
  height: i32,
  scaleStep: f64,
  levels: i32,
  window: i32,
  iterations: i32,
  polyRadius: i32,
  polySigma: f64,
): void {
  const height0 = mark();
  let count = 0;
  let factor: f64 = 1;
  for (; count < levels; count++) {
    factor *= scaleStep;
    if (<f64>width * factor < SMALLEST || <f64>height * factor < SMALLEST) break;
  }
  let u: usize = 0;
  let v: usize = 0;
  let w0 = 0;
  let h0 = 0;
  for (let k = count; k >= 0; k--) {
    factor = 1;
    for (let i = 0; i < k; i++) factor *= scaleStep;
    const sigma = (1 / factor - 1) * 0.5;
    const w = <i32>nearest(<f64>width * factor);
    const h = <i32>nearest(<f64>height * factor);
    const nu = plane(w, h);
    const nv = plane(w, h);
    if (u) {
      const scaleX = 1 / (<f64>w / <f64>w0);
      const scaleY = 1 / (<f64>h / <f64>h0);
      resize(u, w0, h0, nu, w, h, scaleX, scaleY, <f32>(1 / scaleStep));
      resize(v, w0, h0, nv, w, h, scaleX, scaleY, <f32>(1 / scaleStep));
    }
    u = nu;
    v = nv;
    w0 = w;
    h0 = h;
    const height1 = mark();
    const pixels = <usize>(w * h);
    const a4 = take((pixels << 4) + 16);
    const a1 = take((pixels << 2) + 16);
    const b4 = take((pixels << 4) + 16);
    const b1 = take((pixels << 2) + 16);
    const height2 = mark();
    expand(levelOf(from, width, height, sigma, w, h), w, h, a4, a1, polyRadius, polySigma);
    release(height2);
    expand(levelOf(to, width, height, sigma, w, h), w, h, b4, b1, polyRadius, polySigma);
    release(height2);
    const m4 = take((pixels << 4) + 16);
    const m1 = take((pixels << 2) + 16);
    for (let i = 0; i < iterations; i++) {
      matrices(a4, a1, b4, b1, u, v, w, h, m4, m1);
      solve(m4, m1, u, v, w, h, window);
    }
    release(height1);
  }
  interleave(u, v, flow, width, height);
  release(height0);
}
