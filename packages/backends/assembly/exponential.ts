// The exponential function of four values at once.
import { fma } from './simd';

/** factor * x + coefficient: one step of a polynomial. */
// @ts-ignore: decorator
@inline
export function step(factor: v128, x: v128, coefficient: f32): v128 {
  return fma(factor, x, f32x4.splat(coefficient));
}

/** exp(x) for x <= 0: 2^n exp(r), r by a polynomial (Cephes), exact to 1e-7 of itself; below -87 it is that of -87. */
// @ts-ignore: decorator
@inline
export function exponential(x: v128): v128 {
  x = f32x4.max(x, f32x4.splat(-87));
  const n = f32x4.nearest(f32x4.mul(x, f32x4.splat(1.44269504088896341)));
  const r = fma(n, f32x4.splat(2.12194440e-4), fma(n, f32x4.splat(-0.693359375), x));
  let p = f32x4.splat(1.9875691500e-4);
  p = step(p, r, 1.3981999507e-3);
  p = step(p, r, 8.3334519073e-3);
  p = step(p, r, 4.1665795894e-2);
  p = step(p, r, 1.6666665459e-1);
  p = step(p, r, 5.0000001201e-1);
  p = fma(f32x4.mul(r, r), p, f32x4.add(r, f32x4.splat(1)));
  const power = i32x4.shl(i32x4.add(i32x4.trunc_sat_f32x4_s(n), i32x4.splat(127)), 23);
  return f32x4.mul(p, power);
}
