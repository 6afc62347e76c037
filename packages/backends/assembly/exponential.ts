// The exponential function of four values at once.
import { fma } from './simd';

/** factor * x + coefficient: one step of a polynomial. */
// @ts-ignore: decorator
@inline
export function step(factor: v128, x: v128, coefficient: f32): v128 {
  return fma(factor, x, f32x4.splat(coefficient));
}

/**
 * exp(x) for x <= 0: 2^n exp(r), r by a polynomial, exact to 2e-7 of itself; below -86 it is that of -86. Adding 1.5 * 2^23
 * rounds to a whole number, n, which is then in the last bits.
 */
// @ts-ignore: decorator
@inline
export function exponential(x: v128): v128 {
  x = f32x4.max(x, f32x4.splat(-86));
  const whole = fma(x, f32x4.splat(1.4426950408889634), f32x4.splat(12582912));
  const n = f32x4.sub(whole, f32x4.splat(12582912));
  const r = fma(n, f32x4.splat(2.12194440e-4), fma(n, f32x4.splat(-0.693359375), x));
  let p = f32x4.splat(0.00828929059207);
  p = step(p, r, 0.0418978221715);
  p = step(p, r, 0.166676521301);
  p = step(p, r, 0.499991506338);
  p = step(p, r, 0.999999701976776);
  return i32x4.add(step(p, r, 1), i32x4.shl(whole, 23));
}
