/**
 * Resizes bytes `[height, width, channels]` to floats `[newHeight, newWidth, channels]`, by a sum of weighted neighbours
 * along each axis: per target place a first source place (i32), a number of them (i32) and `wide` weights (f32). First
 * down, then across. `line` is scratch for one row. 16 bytes behind the source, the line and the target must be free.
 * With `grey`, three channels become their luma.
 */
export function resample(
  source: usize,
  width: i32,
  channels: i32,
  newHeight: i32,
  newWidth: i32,
  firstDown: usize,
  countDown: usize,
  weightsDown: usize,
  wideDown: i32,
  firstAcross: usize,
  countAcross: usize,
  weightsAcross: usize,
  wideAcross: i32,
  line: usize,
  target: usize,
  grey: bool,
): void {
  const bytes = <usize>(width * channels);
  let to = target;
  for (let y = 0; y < newHeight; y++) {
    const first = <usize>load<i32>(firstDown + (<usize>y << 2));
    const count = load<i32>(countDown + (<usize>y << 2));
    const weights = weightsDown + (<usize>(y * wideDown) << 2);
    down(source + first * bytes, bytes, count, weights, line);
    for (let x = 0; x < newWidth; x++) {
      const start = load<i32>(firstAcross + (<usize>x << 2));
      const taps = load<i32>(countAcross + (<usize>x << 2));
      let weight = weightsAcross + (<usize>(x * wideAcross) << 2);
      let from = line + (<usize>(start * channels) << 2);
      if (channels == 1) {
        let sum: f32 = 0;
        for (let k = 0; k < taps; k++, from += 4, weight += 4) sum += load<f32>(weight) * load<f32>(from);
        store<f32>(to, sum);
        to += 4;
      } else {
        let sum = f32x4.splat(0);
        for (let k = 0; k < taps; k++, from += 12, weight += 4) {
          sum = f32x4.add(sum, f32x4.mul(v128.load32_splat(weight), v128.load(from)));
        }
        if (grey) {
          const luma = <f32>0.299 * f32x4.extract_lane(sum, 0) + <f32>0.587 * f32x4.extract_lane(sum, 1) + <f32>0.114 * f32x4.extract_lane(sum, 2);
          store<f32>(to, luma);
          to += 4;
        } else {
          v128.store(to, sum);
          to += 12;
        }
      }
    }
  }
}

/** The weighted sum of `count` rows of bytes, as floats. */
function down(source: usize, bytes: usize, count: i32, weights: usize, line: usize): void {
  for (let i: usize = 0; i < bytes; i += 16) {
    let a = f32x4.splat(0);
    let b = f32x4.splat(0);
    let c = f32x4.splat(0);
    let d = f32x4.splat(0);
    let at = source + i;
    for (let k = 0; k < count; k++, at += bytes) {
      const weight = v128.load32_splat(weights + (<usize>k << 2));
      const row = v128.load(at);
      const low = v128.extend_low<u8>(row);
      const high = v128.extend_high<u8>(row);
      a = f32x4.add(a, f32x4.mul(weight, f32x4.convert_i32x4_u(v128.extend_low<u16>(low))));
      b = f32x4.add(b, f32x4.mul(weight, f32x4.convert_i32x4_u(v128.extend_high<u16>(low))));
      c = f32x4.add(c, f32x4.mul(weight, f32x4.convert_i32x4_u(v128.extend_low<u16>(high))));
      d = f32x4.add(d, f32x4.mul(weight, f32x4.convert_i32x4_u(v128.extend_high<u16>(high))));
    }
    const to = line + (i << 2);
    v128.store(to, a);
    v128.store(to, b, 16);
    v128.store(to, c, 32);
    v128.store(to, d, 48);
  }
}
