import { extend, mark, release, strideOf, take } from './memory';

// @ts-ignore: decorator
@inline
function lo(a: v128, b: v128): v128 {
  return f32x4.pmin(a, b);
}
// @ts-ignore: decorator
@inline
function hi(a: v128, b: v128): v128 {
  return f32x4.pmax(a, b);
}

/** The smallest of three. */
// @ts-ignore: decorator
@inline
function low3(a: v128, b: v128, c: v128): v128 {
  return lo(lo(a, b), lo(hi(a, b), c));
}
/** The median of three. */
// @ts-ignore: decorator
@inline
function mid3(a: v128, b: v128, c: v128): v128 {
  return hi(lo(a, b), lo(hi(a, b), c));
}
/** The largest of three. */
// @ts-ignore: decorator
@inline
function high3(a: v128, b: v128, c: v128): v128 {
  return hi(hi(a, b), c);
}

/** The median of nine: of the largest minimum of three, the median of three medians, and the smallest maximum. */
// @ts-ignore: decorator
@inline
function medianOf9(
  a0: v128, a1: v128, a2: v128, b0: v128, b1: v128, b2: v128, c0: v128, c1: v128, c2: v128,
): v128 {
  const l0 = low3(a0, a1, a2), m0 = mid3(a0, a1, a2), h0 = high3(a0, a1, a2);
  const l1 = low3(b0, b1, b2), m1 = mid3(b0, b1, b2), h1 = high3(b0, b1, b2);
  const l2 = low3(c0, c1, c2), m2 = mid3(c0, c1, c2), h2 = high3(c0, c1, c2);
  return mid3(hi(hi(l0, l1), l2), mid3(m0, m1, m2), lo(lo(h0, h1), h2));
}

/** 3 x 3 median of a plane into another; borders repeated. Clobbers the padding of `source` (left repeated). */
export function median3(source: usize, target: usize, width: i32, height: i32): void {
  extend(source, width, height, 1);
  const stride = strideOf(width);
  for (let y = 0; y < height; y++) {
    const row = source + stride * y;
    const out = target + stride * y;
    for (let x = 0; x < width; x += 4) {
      const at = row + (<usize>x << 2) - 4, above = at - stride, below = at + stride;
      // by columns
      v128.store(out + (<usize>x << 2), medianOf9(
        v128.load(above), v128.load(at), v128.load(below),
        v128.load(above, 4), v128.load(at, 4), v128.load(below, 4),
        v128.load(above, 8), v128.load(at, 8), v128.load(below, 8),
      ));
    }
  }
}

/**
 * 5 x 5 median of a plane into another; borders repeated. Clobbers the padding of `source` (left repeated).
 *
 * Columns are sorted once per row and shared by the five windows that contain them. Then each rank's row is sorted as
 * far as needed: with columns and rows sorted, only 13 of the 25 (rank products i j <= 13 from both ends) can be the
 * median, and it is the median of those 13, found by dropping minimum and maximum in turn.
 */
export function median5(source: usize, target: usize, width: i32, height: i32): void {
  const height0 = mark();
  extend(source, width, height, 2);
  const stride = strideOf(width);
  const ranks = take(stride * 5);
  const r0 = ranks + 16;
  const r1 = r0 + stride;
  const r2 = r1 + stride;
  const r3 = r2 + stride;
  const r4 = r3 + stride;
  for (let y = 0; y < height; y++) {
    const row = source + stride * y;
    const out = target + stride * y;
    for (let x = -4; x < width + 2; x += 4) {
      const d = <usize>(x << 2);
      const at = row + d;
      const a0 = v128.load(at - 2 * stride), b0 = v128.load(at - stride), c0 = v128.load(at);
      const e0 = v128.load(at + stride), f0 = v128.load(at + 2 * stride);
      // nine exchanges sort five
      const a1 = lo(a0, b0), b1 = hi(a0, b0);
      const e1 = lo(e0, f0), f1 = hi(e0, f0);
      const c1 = lo(c0, f1), f2 = hi(c0, f1);
      const c2 = lo(c1, e1), e2 = hi(c1, e1);
      const b2 = lo(b1, f2), f3 = hi(b1, f2);
      const a2 = lo(a1, e2), e3 = hi(a1, e2);
      const a3 = lo(a2, c2), c3 = hi(a2, c2);
      const b3 = lo(b2, e3), e4 = hi(b2, e3);
      const b4 = lo(b3, c3), c4 = hi(b3, c3);
      v128.store(r0 + d, a3);
      v128.store(r1 + d, b4);
      v128.store(r2 + d, c4);
      v128.store(r3 + d, e4);
      v128.store(r4 + d, f3);
    }
    for (let x = 0; x < width; x += 4) {
      const d = (<usize>x << 2) - 8;
      // rank 1: the two largest of five, p <= q, each value put in its place
      let v = r0 + d;
      let v0 = v128.load(v), v1 = v128.load(v, 4), v2 = v128.load(v, 8), v3 = v128.load(v, 12), v4 = v128.load(v, 16);
      let p = lo(v0, v1), q = hi(v0, v1);
      p = hi(p, lo(q, v2)); q = hi(q, v2);
      p = hi(p, lo(q, v3)); q = hi(q, v3);
      const c0 = hi(p, lo(q, v4)), c1 = hi(q, v4);
      // rank 5: the two smallest
      v = r4 + d;
      v0 = v128.load(v); v1 = v128.load(v, 4); v2 = v128.load(v, 8); v3 = v128.load(v, 12); v4 = v128.load(v, 16);
      p = lo(v0, v1); q = hi(v0, v1);
      q = lo(q, hi(p, v2)); p = lo(p, v2);
      q = lo(q, hi(p, v3)); p = lo(p, v3);
      const c11 = lo(p, v4), c12 = lo(q, hi(p, v4));
      // rank 2: the three largest, p <= q <= r; t is what the larger ones leave over
      v = r1 + d;
      v0 = v128.load(v); v1 = v128.load(v, 4); v2 = v128.load(v, 8); v3 = v128.load(v, 12); v4 = v128.load(v, 16);
      p = low3(v0, v1, v2); q = mid3(v0, v1, v2);
      let r = high3(v0, v1, v2);
      let t = lo(r, v3);
      r = hi(r, v3); p = hi(p, lo(q, t)); q = hi(q, t);
      t = lo(r, v4);
      const c2 = hi(p, lo(q, t)), c3 = hi(q, t), c4 = hi(r, v4);
      // rank 4: the three smallest
      v = r3 + d;
      v0 = v128.load(v); v1 = v128.load(v, 4); v2 = v128.load(v, 8); v3 = v128.load(v, 12); v4 = v128.load(v, 16);
      p = low3(v0, v1, v2); q = mid3(v0, v1, v2); r = high3(v0, v1, v2);
      t = hi(p, v3);
      p = lo(p, v3); r = lo(r, hi(q, t)); q = lo(q, t);
      t = hi(p, v4);
      const c8 = lo(p, v4), c9 = lo(q, t), c10 = lo(r, hi(q, t));
      // rank 3: the middle three; of the first four all but smallest and largest, p and q, which the fifth may replace
      v = r2 + d;
      v0 = v128.load(v); v1 = v128.load(v, 4); v2 = v128.load(v, 8); v3 = v128.load(v, 12); v4 = v128.load(v, 16);
      p = lo(v0, v1); q = hi(v0, v1); r = lo(v2, v3); t = hi(v2, v3);
      const m0 = hi(p, r), m1 = lo(q, t), m2 = lo(hi(lo(p, r), v4), hi(q, t));
      const c5 = lo(lo(m0, m1), m2), c6 = mid3(m0, m1, m2), c7 = hi(hi(m0, m1), m2);
      // the median of c0..c12: known order c2<=c3<=c4, c5<=c6<=c7, c8<=c9<=c10, c0<=c1, c11<=c12 and along columns
      v128.store(out + (<usize>x << 2), medianOf13(c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11, c12));
    }
  }
  release(height0);
}

// @ts-ignore: decorator
@inline
function medianOf13(
  c0: v128, c1: v128, c2: v128, c3: v128, c4: v128, c5: v128, c6: v128, c7: v128, c8: v128, c9: v128, c10: v128, c11: v128,
  c12: v128,
): v128 {
  // c0, c2, c5, c8 are the smallest of their rows and c1, c4, c7, c10 the largest: the smallest of these four and the largest of those cannot be the median
  let s0 = hi(lo(c0, c2), lo(c5, c8)), s1 = hi(c0, c2), s2 = hi(c5, c8);
  let g0 = lo(c1, c4), g1 = lo(hi(c1, c4), hi(c7, c10)), g2 = lo(c7, c10);
  // left: s0 s1 s2 g0 g1 g2 and c3 c6 c9 c11 c12: the smallest of s0 s1 s2 c11 dropped, and the largest of g0 g1 g2 c12
  const low = lo(s0, s1), high = hi(g0, g1);
  s1 = hi(s0, s1); s0 = hi(low, lo(s2, c11)); s2 = hi(s2, c11);
  g0 = lo(g0, g1); g1 = lo(high, hi(g2, c12)); g2 = lo(g2, c12);
  return medianOf9(s0, s1, s2, g0, g1, g2, c3, c6, c9);
}
