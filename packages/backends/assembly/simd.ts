// Small helpers over the 128-bit instructions; every address is in bytes, every size in elements.

/** a * b + c; one instruction in the build with relaxed SIMD. */
// @ts-ignore: decorator
@inline
export function fma(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, c);
  return f32x4.add(f32x4.mul(a, b), c);
}

/** Stores the first `count` (1 to 3) lanes. */
// @ts-ignore: decorator
@inline
export function storeLanes(at: usize, value: v128, count: i32): void {
  store<f32>(at, f32x4.extract_lane(value, 0));
  if (count > 1) store<f32>(at, f32x4.extract_lane(value, 1), 4);
  if (count > 2) store<f32>(at, f32x4.extract_lane(value, 2), 8);
}

/** Copies `count` floats; may write up to 3 floats more. */
// @ts-ignore: decorator
@inline
export function copyRounded(to: usize, from: usize, count: i32): void {
  for (let i = 0; i < count; i += 4) {
    v128.store(to, v128.load(from));
    to += 16;
    from += 16;
  }
}

/** Zeroes `count` floats; may write up to 3 floats more. */
// @ts-ignore: decorator
@inline
export function zeroRounded(to: usize, count: i32): void {
  for (let i = 0; i < count; i += 4) {
    v128.store(to, i64x2.splat(0));
    to += 16;
  }
}

/** Sum of the four lanes. */
// @ts-ignore: decorator
@inline
export function sumLanes(v: v128): f32 {
  return (
    f32x4.extract_lane(v, 0) + f32x4.extract_lane(v, 1) + (f32x4.extract_lane(v, 2) + f32x4.extract_lane(v, 3))
  );
}
