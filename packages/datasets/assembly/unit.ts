/**
 * Bytes to floats in 0..1: `count` of them. A level times the first half of 1 / 255 is exact and the rest rounds once, so each
 * float is the one nearest to level / 255, as by division.
 */
export function toUnit(source: usize, count: i32, target: usize): void {
  const whole = count & ~15;
  for (let i = 0; i < whole; i += 16) {
    const bytes = v128.load(source + <usize>i);
    const low = v128.extend_low<u8>(bytes);
    const high = v128.extend_high<u8>(bytes);
    const at = target + (<usize>i << 2);
    v128.store(at, unit(lowFloats(low)));
    v128.store(at, unit(highFloats(low)), 16);
    v128.store(at, unit(lowFloats(high)), 32);
    v128.store(at, unit(highFloats(high)), 48);
  }
  for (let i = whole; i < count; i++) {
    store<f32>(target + (<usize>i << 2), <f32>load<u8>(source + <usize>i) / 255);
  }
}

@inline
function unit(levels: v128): v128 {
  const most = f32x4.mul(levels, f32x4.splat(<f32>0.0039215087890625));
  return f32x4.add(most, f32x4.mul(levels, f32x4.splat(<f32>5.983838848033773e-8)));
}

/** The lower four of eight 16-bit levels as floats; the conversion of signed numbers is one instruction on x86, of unsigned eight. */
@inline
export function lowFloats(levels: v128): v128 {
  return f32x4.convert_i32x4_s(v128.extend_low<u16>(levels));
}

/** The upper four of eight 16-bit levels as floats. */
@inline
export function highFloats(levels: v128): v128 {
  return f32x4.convert_i32x4_s(v128.extend_high<u16>(levels));
}

/** The bytes at four places as floats; a place of -1 is an upper byte. */
@inline
function floatsAt(bytes: v128, places: v128): v128 {
  return f32x4.convert_i32x4_s(v128.swizzle(bytes, places));
}

/** RGB bytes of `count` pixels to luma in 0..1. */
export function grayToUnit(source: usize, count: i32, target: usize): void {
  const red = f32x4.splat(<f32>0.299);
  const green = f32x4.splat(<f32>0.587);
  const blue = f32x4.splat(<f32>0.114);
  const scale = f32x4.splat(255);
  let i = 0;
  // four pixels are 12 of the 16 bytes that are loaded
  for (; i + 6 <= count; i += 4) {
    const bytes = v128.load(source + <usize>i * 3);
    const r = floatsAt(bytes, i8x16(0, -1, -1, -1, 3, -1, -1, -1, 6, -1, -1, -1, 9, -1, -1, -1));
    const g = floatsAt(bytes, i8x16(1, -1, -1, -1, 4, -1, -1, -1, 7, -1, -1, -1, 10, -1, -1, -1));
    const b = floatsAt(bytes, i8x16(2, -1, -1, -1, 5, -1, -1, -1, 8, -1, -1, -1, 11, -1, -1, -1));
    const luma = f32x4.add(f32x4.add(f32x4.mul(red, r), f32x4.mul(green, g)), f32x4.mul(blue, b));
    v128.store(target + (<usize>i << 2), f32x4.div(luma, scale));
  }
  for (; i < count; i++) {
    const at = source + <usize>i * 3;
    const luma: f32 = <f32>0.299 * <f32>load<u8>(at) + <f32>0.587 * <f32>load<u8>(at, 1) + <f32>0.114 * <f32>load<u8>(at, 2);
    store<f32>(target + (<usize>i << 2), luma / 255);
  }
}

/** Gray bytes of `count` pixels to RGB in 0..1. */
export function colorToUnit(source: usize, count: i32, target: usize): void {
  for (let i = 0; i < count; i++) store3(target + <usize>i * 12, f32x4.splat(<f32>load<u8>(source + <usize>i) / 255));
}

/** Stores the first three lanes. */
@inline
export function store3(to: usize, lanes: v128): void {
  v128.store64_lane(to, lanes, 0);
  v128.store32_lane(to, lanes, 2, 8);
}
