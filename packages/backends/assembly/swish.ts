// Swish: y = x s(x), s(x) = 1 / (1 + exp(-x)), and dx = dy s(x) (1 + x (1 - s(x))).
import { exponential } from './exponential';
import { fma } from './simd';

// @ts-ignore: decorator
@inline
function logistic(x: v128): v128 {
  const one = f32x4.splat(1);
  const e = exponential(f32x4.neg(f32x4.abs(x)));
  const above = f32x4.div(one, f32x4.add(one, e));
  return v128.bitselect(f32x4.mul(e, above), above, f32x4.lt(x, f32x4.splat(0)));
}

// @ts-ignore: decorator
@inline
function slope(x: v128): v128 {
  const s = logistic(x);
  return fma(f32x4.mul(s, x), f32x4.sub(f32x4.splat(1), s), s);
}

/** y = x s(x) */
export function swish(x: usize, size: i32, y: usize): void {
  let i = 0;
  for (; i + 4 <= size; i += 4) {
    const v = v128.load(x);
    v128.store(y, f32x4.mul(v, logistic(v)));
    x += 16;
    y += 16;
  }
  for (; i < size; i++) {
    const v = load<f32>(x);
    store<f32>(y, v * f32x4.extract_lane(logistic(f32x4.splat(v)), 0));
    x += 4;
    y += 4;
  }
}

/** dx = dy s(x) (1 + x (1 - s(x))) */
export function swishGradient(dy: usize, x: usize, size: i32, dx: usize): void {
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
