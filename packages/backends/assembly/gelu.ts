// The exact Gaussian error linear unit: y = x P(x), P(x) = (1 + erf(x / sqrt 2)) / 2, and dx = dy (P(x) + x p(x)),
// p(x) = exp(-x^2 / 2) / sqrt(2 pi).
import { exponential, step } from './exponential';
import { fma } from './simd';

/** P(x): erf as a rational function on [-4, 4], the one of Eigen, exact to 2e-7; beyond, erf is 1 or -1 in single precision. */
// @ts-ignore: decorator
@inline
function share(x: v128): v128 {
  let t = f32x4.mul(x, f32x4.splat(0.7071067811865476));
  t = f32x4.max(f32x4.splat(-4), f32x4.min(f32x4.splat(4), t));
  const s = f32x4.mul(t, t);
  let p = f32x4.splat(-2.72614225801306e-10);
  p = step(p, s, 2.77068142495902e-8);
  p = step(p, s, -2.10102402082508e-6);
  p = step(p, s, -5.69250639462346e-5);
  p = step(p, s, -7.34990630326855e-4);
  p = step(p, s, -2.95459980854025e-3);
  p = step(p, s, -1.60960333262415e-2);
  let q = f32x4.splat(-1.45660718464996e-5);
  q = step(q, s, -2.13374055278905e-4);
  q = step(q, s, -1.68282697438203e-3);
  q = step(q, s, -7.37332916720468e-3);
  q = step(q, s, -1.42647390514189e-2);
  return fma(f32x4.div(f32x4.mul(p, t), q), f32x4.splat(0.5), f32x4.splat(0.5));
}

// @ts-ignore: decorator
@inline
function value(x: v128): v128 {
  return f32x4.mul(x, share(x));
}

// @ts-ignore: decorator
@inline
function slope(x: v128): v128 {
  const density = f32x4.mul(exponential(f32x4.mul(f32x4.mul(x, x), f32x4.splat(-0.5))), f32x4.splat(0.3989422804014327));
  return fma(x, density, share(x));
}

/** y = x P(x) */
export function gelu(x: usize, size: i32, y: usize): void {
  let i = 0;
  for (; i + 4 <= size; i += 4) {
    v128.store(y, value(v128.load(x)));
    x += 16;
    y += 16;
  }
  for (; i < size; i++) {
    store<f32>(y, f32x4.extract_lane(value(v128.load_splat<f32>(x)), 0));
    x += 4;
    y += 4;
  }
}

/** dx = dy (P(x) + x p(x)) */
export function geluGradient(dy: usize, x: usize, size: i32, dx: usize): void {
  let i = 0;
  for (; i + 4 <= size; i += 4) {
    v128.store(dx, f32x4.mul(v128.load(dy), slope(v128.load(x))));
    dy += 16;
    x += 16;
    dx += 16;
  }
  for (; i < size; i++) {
    store<f32>(dx, load<f32>(dy) * f32x4.extract_lane(slope(v128.load_splat<f32>(x)), 0));
    dy += 4;
    x += 4;
    dx += 4;
  }
}
