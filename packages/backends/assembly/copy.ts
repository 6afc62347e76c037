// Copies between arrays of different strides: what slice, pad, concat and split come down to.
import { copyRounded, zeroRounded } from './simd';

/** Copies [n0, n1, n2] runs of `run` floats; strides are in floats. */
export function copyBlocks(
  from: usize, s0: i32, s1: i32, s2: i32, to: usize, d0: i32, d1: i32, d2: i32, n0: i32, n1: i32, n2: i32, run: i32,
): void {
  const bytes = <usize>run << 2;
  for (let i = 0; i < n0; i++) {
    for (let j = 0; j < n1; j++) {
      let source = from + (<usize>(i * s0 + j * s1) << 2);
      let target = to + (<usize>(i * d0 + j * d1) << 2);
      if (s2 == run && d2 == run) {
        memory.copy(target, source, bytes * <usize>n2);
      } else if (run >= 32) {
        for (let k = 0; k < n2; k++) {
          memory.copy(target, source, bytes);
          source += <usize>s2 << 2;
          target += <usize>d2 << 2;
        }
      } else {
        for (let k = 0; k < n2; k++) {
          for (let b: usize = 0; b < bytes; b += 4) store<f32>(target + b, load<f32>(source + b));
          source += <usize>s2 << 2;
          target += <usize>d2 << 2;
        }
      }
    }
  }
}

/** Fills `size` floats. */
export function fill(to: usize, size: i32, value: f32): void {
  const v = f32x4.splat(value);
  let i = 0;
  for (; i + 4 <= size; i += 4) {
    v128.store(to, v);
    to += 16;
  }
  for (; i < size; i++) {
    store<f32>(to, value);
    to += 4;
  }
}

/**
 * Squares of 2 x 2 pixels of an image [height, width, c] as the channels of one: `to`, [outHeight, outWidth, 2, 2, c], starts at
 * (-top, -left) of the image, whose outside is 0. May write 3 floats more.
 */
export function spaceToDepth(
  x: usize, height: i32, width: i32, channels: i32, top: i32, left: i32, outHeight: i32, outWidth: i32, to: usize,
): void {
  const pixel = <usize>channels << 2;
  for (let i = 0; i < outHeight; i++) {
    for (let j = 0; j < outWidth; j++) {
      for (let a = 0; a < 2; a++) {
        const h = 2 * i + a - top;
        const w = 2 * j - left;
        const from = x + <usize>(h * width + w) * pixel;
        if (h < 0 || h >= height || w < -1 || w >= width) {
          zeroRounded(to, 2 * channels);
        } else if (w >= 0 && w + 1 < width) {
          copyRounded(to, from, 2 * channels);
        } else if (w < 0) {
          zeroRounded(to, channels);
          copyRounded(to + pixel, from + pixel, channels);
        } else {
          copyRounded(to, from, channels);
          zeroRounded(to + pixel, channels);
        }
        to += 2 * pixel;
      }
    }
  }
}

/** The way back from `spaceToDepth`, for channels in fours: writes what lies inside the image. */
export function depthToSpace(
  x: usize, height: i32, width: i32, channels: i32, top: i32, left: i32, fromHeight: i32, fromWidth: i32, to: usize,
): void {
  const pixel = <usize>channels << 2;
  for (let i = 0; i < fromHeight; i++) {
    for (let j = 0; j < fromWidth; j++) {
      for (let a = 0; a < 2; a++) {
        const h = 2 * i + a - top;
        const w = 2 * j - left;
        if (h >= 0 && h < height) {
          const at = to + <usize>(h * width + w) * pixel;
          if (w >= 0 && w < width) copyRounded(at, x, channels);
          if (w + 1 >= 0 && w + 1 < width) copyRounded(at + pixel, x + pixel, channels);
        }
        x += 2 * pixel;
      }
    }
  }
}
