// How much frames move.
import { blur } from './blur';
import { mark, plane, release, strideOf } from './memory';

export { mark, release, take } from './memory';

/**
 * The sum over a rectangle of |blurred gray difference| between two dense frames of `channels` (1 or 3) floats a pixel;
 * by a symmetric window of `2 radius + 1` floats, `radius` 0 for no blur. The rectangle is [left, right) x [top, bottom).
 */
export function grayChange(
  frame: usize,
  reference: usize,
  width: i32,
  height: i32,
  channels: i32,
  window: usize,
  radius: i32,
  left: i32,
  top: i32,
  right: i32,
  bottom: i32,
): f64 {
  const height0 = mark();
  const stride = strideOf(width);
  const difference = plane(width, height);
  let d: usize = 0;
  for (let y = 0; y < height; y++) {
    const out = difference + stride * y;
    for (let x = 0; x < width; x++) {
      let value: f32;
      if (channels == 3) {
        value =
          <f32>0.299 * (load<f32>(frame + d) - load<f32>(reference + d)) +
          <f32>0.587 * (load<f32>(frame + d, 4) - load<f32>(reference + d, 4)) +
          <f32>0.114 * (load<f32>(frame + d, 8) - load<f32>(reference + d, 8));
        d += 12;
      } else {
        value = load<f32>(frame + d) - load<f32>(reference + d);
        d += 4;
      }
      store<f32>(out + (<usize>x << 2), value);
    }
  }
  if (radius > 0) blur(difference, difference, width, height, window, radius);
  let sum: f64 = 0;
  for (let y = top; y < bottom; y++) {
    let row: f32 = 0;
    for (let x = left; x < right; x++) row += abs<f32>(load<f32>(difference + stride * y + (<usize>x << 2)));
    sum += <f64>row;
  }
  release(height0);
  return sum;
}
