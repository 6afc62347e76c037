// Kernels that run inside the memory of another module (tfjs's wasm backend): no data, no stack, no allocation.

/** Floats of the accumulator worked on at a time: it stays in the first-level cache. */
const BLOCK: i32 = 2048;

/**
 * target += sum_t w_t (frame_t - base), for `count` frames of `size` floats one after the other; where the sum `begins`, target is total * base before.
 */
export function weightedSum(
  frames: usize,
  size: i32,
  count: i32,
  weights: usize,
  base: usize,
  begins: bool,
  total: f32,
  target: usize,
): void {
  const stride = <usize>size << 2;
  for (let from = 0; from < size; from += BLOCK) {
    const length = min(BLOCK, size - from);
    const vectors = <usize>(length & ~3) << 2;
    const end = <usize>length << 2;
    const offset = <usize>from << 2;
    const first = frames + offset;
    const still = base + offset;
    const out = target + offset;
    if (begins) {
      const totals = f32x4.splat(total);
      for (let d: usize = 0; d < vectors; d += 16) v128.store(out + d, f32x4.mul(v128.load(still + d), totals));
      for (let d = vectors; d < end; d += 4) store<f32>(out + d, load<f32>(still + d) * total);
    }
    let t = 0;
    for (; t + 3 < count; t += 4) {
      const at = weights + (<usize>t << 2);
      const a = v128.load32_splat(at);
      const b = v128.load32_splat(at, 4);
      const c = v128.load32_splat(at, 8);
      const e = v128.load32_splat(at, 12);
      const f0 = first + stride * t;
      const f1 = f0 + stride;
      const f2 = f1 + stride;
      const f3 = f2 + stride;
      for (let d: usize = 0; d < vectors; d += 16) {
        const zero = v128.load(still + d);
        const p = f32x4.add(
          f32x4.mul(f32x4.sub(v128.load(f0 + d), zero), a),
          f32x4.mul(f32x4.sub(v128.load(f1 + d), zero), b),
        );
        const q = f32x4.add(
          f32x4.mul(f32x4.sub(v128.load(f2 + d), zero), c),
          f32x4.mul(f32x4.sub(v128.load(f3 + d), zero), e),
        );
        v128.store(out + d, f32x4.add(v128.load(out + d), f32x4.add(p, q)));
      }
    }
    for (let s = t; s < count; s++) {
      const a = v128.load32_splat(weights + (<usize>s << 2));
      const f0 = first + stride * s;
      for (let d: usize = 0; d < vectors; d += 16) {
        const term = f32x4.mul(f32x4.sub(v128.load(f0 + d), v128.load(still + d)), a);
        v128.store(out + d, f32x4.add(v128.load(out + d), term));
      }
    }
    for (let d = vectors; d < end; d += 4) {
      let sum = load<f32>(out + d);
      for (let s = 0; s < count; s++) {
        sum += (load<f32>(first + stride * s + d) - load<f32>(still + d)) * load<f32>(weights + (<usize>s << 2));
      }
      store<f32>(out + d, sum);
    }
  }
}

export { firstOutside } from './outside';
