import { highFloats, lowFloats, store3 } from './unit';

/**
 * Resizes bytes `[height, width, channels]` to floats `[newHeight, newWidth, newChannels]`, by a sum of weighted neighbors
 * along each axis: per target place a first source place (i32) and `wide` weights (f32), all inside the source. First down,
 * then across. `line` is scratch for one row. 16 bytes behind the source and 64 behind the line must be free. Three channels
 * become one by their luma, one becomes three by repetition.
 */
export function resample(
  source: usize,
  width: i32,
  channels: i32,
  newHeight: i32,
  newWidth: i32,
  newChannels: i32,
  firstDown: usize,
  weightsDown: usize,
  wideDown: i32,
  firstAcross: usize,
  weightsAcross: usize,
  wideAcross: i32,
  line: usize,
  target: usize,
): void {
  const bytes = <usize>(width * channels);
  let to = target;
  for (let y = 0; y < newHeight; y++) {
    const first = <usize>load<i32>(firstDown + (<usize>y << 2));
    down(source + first * bytes, bytes, wideDown, weightsDown + (<usize>(y * wideDown) << 2), line);
    if (channels == 3) across3(line, newWidth, newChannels, firstAcross, weightsAcross, wideAcross, to);
    else across1(line, newWidth, newChannels, firstAcross, weightsAcross, wideAcross, to);
    to += <usize>(newWidth * newChannels) << 2;
  }
}

/** Two places at a time, so that one sum need not wait for the other. */
function across3(line: usize, newWidth: i32, newChannels: i32, firsts: usize, weights: usize, wide: i32, target: usize): void {
  let to = target;
  let weight = weights;
  const next = <usize>wide << 2;
  let x = 0;
  for (; x + 2 <= newWidth; x += 2) {
    let from = line + <usize>load<i32>(firsts + (<usize>x << 2)) * 12;
    let from2 = line + <usize>load<i32>(firsts + (<usize>x << 2), 4) * 12;
    let sum = f32x4.splat(0);
    let sum2 = f32x4.splat(0);
    const end = weight + next;
    for (; weight < end; weight += 4) {
      sum = f32x4.add(sum, f32x4.mul(v128.load32_splat(weight), v128.load(from)));
      sum2 = f32x4.add(sum2, f32x4.mul(v128.load32_splat(weight + next), v128.load(from2)));
      from += 12;
      from2 += 12;
    }
    weight += next;
    to = put3(to, sum, newChannels);
    to = put3(to, sum2, newChannels);
  }
  if (x < newWidth) {
    let from = line + <usize>load<i32>(firsts + (<usize>x << 2)) * 12;
    let sum = f32x4.splat(0);
    for (let k = 0; k < wide; k++, from += 12, weight += 4) {
      sum = f32x4.add(sum, f32x4.mul(v128.load32_splat(weight), v128.load(from)));
    }
    put3(to, sum, newChannels);
  }
}

/** Puts a pixel or its luma; where the next goes. */
@inline
function put3(to: usize, pixel: v128, newChannels: i32): usize {
  if (newChannels == 3) {
    store3(to, pixel);
    return to + 12;
  }
  store<f32>(
    to,
    <f32>0.299 * f32x4.extract_lane(pixel, 0) + <f32>0.587 * f32x4.extract_lane(pixel, 1) + <f32>0.114 * f32x4.extract_lane(pixel, 2),
  );
  return to + 4;
}

function across1(line: usize, newWidth: i32, newChannels: i32, firsts: usize, weights: usize, wide: i32, target: usize): void {
  let to = target;
  let weight = weights;
  for (let x = 0; x < newWidth; x++) {
    let from = line + (<usize>load<i32>(firsts + (<usize>x << 2)) << 2);
    let sum: f32 = 0;
    for (let k = 0; k < wide; k++, from += 4, weight += 4) sum += load<f32>(weight) * load<f32>(from);
    if (newChannels == 1) store<f32>(to, sum);
    else store3(to, f32x4.splat(sum));
    to += <usize>newChannels << 2;
  }
}

/** The weighted sum of `count` rows of bytes, as floats. */
function down(source: usize, bytes: usize, count: i32, weights: usize, line: usize): void {
  const end = weights + (<usize>count << 2);
  for (let i: usize = 0; i < bytes; i += 16) {
    let a = f32x4.splat(0);
    let b = f32x4.splat(0);
    let c = f32x4.splat(0);
    let d = f32x4.splat(0);
    let at = source + i;
    for (let k = weights; k < end; k += 4, at += bytes) {
      const weight = v128.load32_splat(k);
      const row = v128.load(at);
      const low = v128.extend_low<u8>(row);
      const high = v128.extend_high<u8>(row);
      a = f32x4.add(a, f32x4.mul(weight, lowFloats(low)));
      b = f32x4.add(b, f32x4.mul(weight, highFloats(low)));
      c = f32x4.add(c, f32x4.mul(weight, lowFloats(high)));
      d = f32x4.add(d, f32x4.mul(weight, highFloats(high)));
    }
    const to = line + (i << 2);
    v128.store(to, a);
    v128.store(to, b, 16);
    v128.store(to, c, 32);
    v128.store(to, d, 48);
  }
}
