/**
 * Adds up to four weighted differences to an accumulator: `target += sum_k w_k (frame_k - base)`, `count` floats each;
 * `frames` holds four blocks one after the other, `stride` bytes apart.
 */
export function addWeighted4(
  target: usize,
  frames: usize,
  stride: usize,
  base: usize,
  count: i32,
  w0: f32,
  w1: f32,
  w2: f32,
  w3: f32,
): void {
  const a = f32x4.splat(w0);
  const b = f32x4.splat(w1);
  const c = f32x4.splat(w2);
  const e = f32x4.splat(w3);
  const f1 = frames + stride;
  const f2 = f1 + stride;
  const f3 = f2 + stride;
  const end = <usize>count << 2;
  for (let d: usize = 0; d < end; d += 16) {
    const zero = v128.load(base + d);
    const sum = f32x4.add(
      f32x4.add(f32x4.mul(f32x4.sub(v128.load(frames + d), zero), a), f32x4.mul(f32x4.sub(v128.load(f1 + d), zero), b)),
      f32x4.add(f32x4.mul(f32x4.sub(v128.load(f2 + d), zero), c), f32x4.mul(f32x4.sub(v128.load(f3 + d), zero), e)),
    );
    v128.store(target + d, f32x4.add(v128.load(target + d), sum));
  }
}
