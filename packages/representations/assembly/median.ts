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

/** 3 x 3 median of a plane into another; borders repeated. Clobbers the padding of `source` (left repeated). */
export function median3(source: usize, target: usize, width: i32, height: i32): void {
  extend(source, width, height, 1);
  const stride = strideOf(width);
  for (let y = 0; y < height; y++) {
    const row = source + stride * y;
    const out = target + stride * y;
    for (let x = 0; x < width; x += 4) {
      const at = row + (<usize>x << 2) - 4;
      let low = v128.load(at - stride);
      let mid = v128.load(at);
      let high = v128.load(at + stride);
      let t = lo(low, mid);
      mid = hi(low, mid);
      low = t;
      t = lo(mid, high);
      high = hi(mid, high);
      mid = t;
      t = lo(low, mid);
      mid = hi(low, mid);
      low = t;
      const l0 = low;
      const m0 = mid;
      const h0 = high;
      low = v128.load(at - stride, 4);
      mid = v128.load(at, 4);
      high = v128.load(at + stride, 4);
      t = lo(low, mid);
      mid = hi(low, mid);
      low = t;
      t = lo(mid, high);
      high = hi(mid, high);
      mid = t;
      t = lo(low, mid);
      mid = hi(low, mid);
      low = t;
      const l1 = low;
      const m1 = mid;
      const h1 = high;
      low = v128.load(at - stride, 8);
      mid = v128.load(at, 8);
      high = v128.load(at + stride, 8);
      t = lo(low, mid);
      mid = hi(low, mid);
      low = t;
      t = lo(mid, high);
      high = hi(mid, high);
      mid = t;
      t = lo(low, mid);
      mid = hi(low, mid);
      low = t;
      // the largest of the column minima, the median of the column medians, the smallest of the column maxima
      const a = hi(hi(l0, l1), low);
      const c = lo(lo(h0, h1), high);
      const b = hi(lo(m0, m1), lo(hi(m0, m1), mid));
      v128.store(out + (<usize>x << 2), hi(lo(a, b), lo(hi(a, b), c)));
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
      let a = v128.load(at - 2 * stride);
      let b = v128.load(at - stride);
      let c = v128.load(at);
      let e = v128.load(at + stride);
      let f = v128.load(at + 2 * stride);
      // nine exchanges sort five
      let t = lo(a, b);
      b = hi(a, b);
      a = t;
      t = lo(e, f);
      f = hi(e, f);
      e = t;
      t = lo(c, f);
      f = hi(c, f);
      c = t;
      t = lo(c, e);
      e = hi(c, e);
      c = t;
      t = lo(b, f);
      f = hi(b, f);
      b = t;
      t = lo(a, e);
      e = hi(a, e);
      a = t;
      t = lo(a, c);
      c = hi(a, c);
      a = t;
      t = lo(b, e);
      e = hi(b, e);
      b = t;
      t = lo(b, c);
      c = hi(b, c);
      b = t;
      v128.store(r0 + d, a);
      v128.store(r1 + d, b);
      v128.store(r2 + d, c);
      v128.store(r3 + d, e);
      v128.store(r4 + d, f);
    }
    for (let x = 0; x < width; x += 4) {
      const d = (<usize>x << 2) - 8;
      let t: v128;
      // rank 1: the two largest of five (p <= q)
      let a = v128.load(r0 + d);
      let b = v128.load(r0 + d, 4);
      let p = lo(a, b);
      let q = hi(a, b);
      a = v128.load(r0 + d, 8);
      p = hi(p, lo(q, a));
      q = hi(q, a);
      a = v128.load(r0 + d, 12);
      p = hi(p, lo(q, a));
      q = hi(q, a);
      a = v128.load(r0 + d, 16);
      const c0 = hi(p, lo(q, a));
      const c1 = hi(q, a);
      // rank 5: the two smallest of five
      a = v128.load(r4 + d);
      b = v128.load(r4 + d, 4);
      p = lo(a, b);
      q = hi(a, b);
      a = v128.load(r4 + d, 8);
      q = lo(q, hi(p, a));
      p = lo(p, a);
      a = v128.load(r4 + d, 12);
      q = lo(q, hi(p, a));
      p = lo(p, a);
      a = v128.load(r4 + d, 16);
      const c11 = lo(p, a);
      const c12 = lo(q, hi(p, a));
      // rank 2: the three largest of five (p <= q <= r)
      a = v128.load(r1 + d);
      b = v128.load(r1 + d, 4);
      p = lo(a, b);
      q = hi(a, b);
      a = v128.load(r1 + d, 8);
      let r = hi(q, a);
      t = lo(q, a);
      q = hi(p, t);
      p = lo(p, t);
      a = v128.load(r1 + d, 12);
      t = lo(r, a);
      r = hi(r, a);
      b = lo(q, t);
      q = hi(q, t);
      p = hi(p, b);
      a = v128.load(r1 + d, 16);
      t = lo(r, a);
      const c4 = hi(r, a);
      b = lo(q, t);
      const c3 = hi(q, t);
      const c2 = hi(p, b);
      // rank 4: the three smallest of five
      a = v128.load(r3 + d);
      b = v128.load(r3 + d, 4);
      p = lo(a, b);
      q = hi(a, b);
      a = v128.load(r3 + d, 8);
      r = hi(q, a);
      t = lo(q, a);
      q = hi(p, t);
      p = lo(p, t);
      a = v128.load(r3 + d, 12);
      t = hi(p, a);
      p = lo(p, a);
      b = hi(q, t);
      q = lo(q, t);
      r = lo(r, b);
      a = v128.load(r3 + d, 16);
      t = hi(p, a);
      const c8 = lo(p, a);
      b = hi(q, t);
      const c9 = lo(q, t);
      const c10 = lo(r, b);
      // rank 3: the middle three of five
      a = v128.load(r2 + d);
      b = v128.load(r2 + d, 4);
      p = lo(a, b);
      q = hi(a, b);
      a = v128.load(r2 + d, 8);
      b = v128.load(r2 + d, 12);
      r = lo(a, b);
      t = hi(a, b);
      a = hi(p, r); // drops the smallest of four
      p = lo(p, r);
      b = lo(q, t); // drops the largest of four
      q = hi(q, t);
      r = v128.load(r2 + d, 16);
      // p <= a, b <= q and r: the middle three of {p, a, b, q, r}
      t = hi(p, r);
      r = lo(t, q);
      const c5 = lo(lo(a, b), r);
      const c7 = hi(hi(a, b), r);
      const c6 = hi(lo(a, b), lo(hi(a, b), r));
      // the median of c0..c12: known order c2<=c3<=c4, c5<=c6<=c7, c8<=c9<=c10, c0<=c1, c11<=c12 and along columns
      v128.store(out + (<usize>x << 2), medianOf13(c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11, c12));
    }
  }
  release(height0);
}

// @ts-ignore: decorator
@inline
function medianOf13(
  c0: v128,
  c1: v128,
  c2: v128,
  c3: v128,
  c4: v128,
  c5: v128,
  c6: v128,
  c7: v128,
  c8: v128,
  c9: v128,
  c10: v128,
  c11: v128,
  c12: v128,
): v128 {
  // eight of them: drop the smallest and the largest, which cannot be the median of thirteen
  let lows = lo(lo(c0, c2), lo(c5, c8));
  let t: v128;
  // {c0, c2, c5, c8} minima of chains, {c1, c4, c7, c10} maxima of chains: sort the four minima's smallest to the front
  let s0 = lo(c0, c2);
  let s1 = hi(c0, c2);
  let s2 = lo(c5, c8);
  let s3 = hi(c5, c8);
  t = hi(s0, s2); // s0, s2 -> smallest dropped
  s0 = t;
  let g0 = lo(c1, c4);
  let g1 = hi(c1, c4);
  let g2 = lo(c7, c10);
  let g3 = hi(c7, c10);
  g1 = lo(g1, g3); // largest dropped
  // left: s0 s1 s3 g0 g1 g2 and c3 c6 c9 c11 c12: eleven
  lows = lo(s0, s1);
  s1 = hi(s0, s1);
  s0 = hi(lows, lo(s3, c11)); // smallest of s0 s1 s3 c11 dropped
  s2 = hi(s3, c11);
  // left: s0 s1 s2 (of four minima) g0 g1 g2 c3 c6 c9 c12: ten, one small dropped more than large
  g3 = hi(g0, g1);
  g0 = lo(g0, g1);
  g1 = lo(g3, hi(g2, c12)); // largest of g0 g1 g2 c12 dropped
  g2 = lo(g2, c12);
  // left: s0 s1 s2 g0 g1 g2 c3 c6 c9: nine
  return medianOf9(s0, s1, s2, g0, g1, g2, c3, c6, c9);
}

// @ts-ignore: decorator
@inline
function medianOf9(
  a0: v128,
  a1: v128,
  a2: v128,
  b0: v128,
  b1: v128,
  b2: v128,
  c0: v128,
  c1: v128,
  c2: v128,
): v128 {
  // sort each triple, then as in the 3 x 3 median
  let t = lo(a0, a1);
  a1 = hi(a0, a1);
  a0 = t;
  t = lo(a1, a2);
  a2 = hi(a1, a2);
  a1 = t;
  t = lo(a0, a1);
  a1 = hi(a0, a1);
  a0 = t;
  t = lo(b0, b1);
  b1 = hi(b0, b1);
  b0 = t;
  t = lo(b1, b2);
  b2 = hi(b1, b2);
  b1 = t;
  t = lo(b0, b1);
  b1 = hi(b0, b1);
  b0 = t;
  t = lo(c0, c1);
  c1 = hi(c0, c1);
  c0 = t;
  t = lo(c1, c2);
  c2 = hi(c1, c2);
  c1 = t;
  t = lo(c0, c1);
  c1 = hi(c0, c1);
  c0 = t;
  const low = hi(hi(a0, b0), c0);
  const high = lo(lo(a2, b2), c2);
  const mid = hi(lo(a1, b1), lo(hi(a1, b1), c1));
  return hi(lo(low, mid), lo(hi(low, mid), high));
}
