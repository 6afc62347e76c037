/** Bytes to floats in 0..1: `count` of them, rounded up to a multiple of 16. */
export function toUnit(source: usize, count: i32, target: usize): void {
  const scale = f32x4.splat(255);
  for (let i = 0; i < count; i += 16) {
    const bytes = v128.load(source + <usize>i);
    const low = v128.extend_low<u8>(bytes);
    const high = v128.extend_high<u8>(bytes);
    const at = target + (<usize>i << 2);
    v128.store(at, f32x4.div(f32x4.convert_i32x4_u(v128.extend_low<u16>(low)), scale));
    v128.store(at, f32x4.div(f32x4.convert_i32x4_u(v128.extend_high<u16>(low)), scale), 16);
    v128.store(at, f32x4.div(f32x4.convert_i32x4_u(v128.extend_low<u16>(high)), scale), 32);
    v128.store(at, f32x4.div(f32x4.convert_i32x4_u(v128.extend_high<u16>(high)), scale), 48);
  }
}

/** RGB bytes of `count` pixels to luma in 0..1. */
export function greyToUnit(source: usize, count: i32, target: usize): void {
  for (let i = 0; i < count; i++) {
    const at = source + <usize>i * 3;
    const luma: f32 = <f32>0.299 * <f32>load<u8>(at) + <f32>0.587 * <f32>load<u8>(at, 1) + <f32>0.114 * <f32>load<u8>(at, 2);
    store<f32>(target + (<usize>i << 2), luma / 255);
  }
}
