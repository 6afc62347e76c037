import { blur } from './blur';
import { mark, plane, release, strideOf } from './memory';

/** Blur of a dense image of `channels` floats a pixel by a symmetric window of `2 radius + 1` floats, in place; borders mirrored. */
export function blurImage(image: usize, width: i32, height: i32, channels: i32, window: usize, radius: i32): void {
  const height0 = mark();
  const stride = strideOf(width);
  const one = plane(width, height);
  const step = <usize>channels << 2;
  for (let c = 0; c < channels; c++) {
    let at = image + (<usize>c << 2);
    for (let y = 0; y < height; y++) {
      const row = one + stride * y;
      for (let x = 0; x < width; x++) {
        store<f32>(row + (<usize>x << 2), load<f32>(at));
        at += step;
      }
    }
    blur(one, one, width, height, window, radius);
    at = image + (<usize>c << 2);
    for (let y = 0; y < height; y++) {
      const row = one + stride * y;
      for (let x = 0; x < width; x++) {
        store<f32>(at, load<f32>(row + (<usize>x << 2)));
        at += step;
      }
    }
  }
  release(height0);
}
