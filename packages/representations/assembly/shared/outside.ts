/** Floats that are looked at together; 16 KB stay in the first-level cache for the second look. */
const BLOCK: i32 = 4096;

/**
 * The place of the first of `count` floats that is not within -`slack`..1 + `slack`, NaN included; -1 where all are.
 *
 * Raised by the slack, what lies within is at least +0, and floats from there on are in the order of their bits: what is negative, NaN or infinite has
 * greater ones than any that lies within.
 */
export function firstOutside(values: usize, count: i32, slack: f32): i32 {
  const raise = f32x4.splat(slack);
  const most = reinterpret<u32>(<f32>(1 + slack) + slack);
  for (let from = 0; from < count; from += BLOCK) {
    const length = min(BLOCK, count - from);
    const start = values + (<usize>from << 2);
    const end = start + (<usize>length << 2);
    const vectors = start + (<usize>(length & ~15) << 2);
    let a = i32x4.splat(0);
    let b = i32x4.splat(0);
    let c = i32x4.splat(0);
    let d = i32x4.splat(0);
    let at = start;
    for (; at < vectors; at += 64) {
      a = i32x4.max_u(a, f32x4.add(v128.load(at), raise));
      b = i32x4.max_u(b, f32x4.add(v128.load(at, 16), raise));
      c = i32x4.max_u(c, f32x4.add(v128.load(at, 32), raise));
      d = i32x4.max_u(d, f32x4.add(v128.load(at, 48), raise));
    }
    const all = i32x4.max_u(i32x4.max_u(a, b), i32x4.max_u(c, d));
    const low = max<u32>(i32x4.extract_lane(all, 0), i32x4.extract_lane(all, 1));
    let greatest = max<u32>(low, max<u32>(i32x4.extract_lane(all, 2), i32x4.extract_lane(all, 3)));
    for (; at < end; at += 4) greatest = max<u32>(greatest, reinterpret<u32>(load<f32>(at) + slack));
    if (greatest <= most) continue;
    for (let i = 0; i < length; i++) {
      const value = load<f32>(start + (<usize>i << 2));
      if (!(value >= -slack && value <= 1 + slack)) return from + i;
    }
  }
  return -1;
}
