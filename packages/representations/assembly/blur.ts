import { mark, PAD, release, strideOf, take } from './memory';

// @ts-ignore: decorator
@inline
function reflect(index: i32, size: i32): i32 {
  if (size == 1) return 0;
  const period = 2 * (size - 1);
  let i = index % period;
  if (i < 0) i += period;
  return i < size ? i : period - i;
}

/**
 * Separable convolution of a plane with a symmetric kernel of `2 radius + 1` floats, borders mirrored without
 * repeating the edge; `target` may be `source`.
 */
export function blur(source: usize, target: usize, width: i32, height: i32, kernel: usize, radius: i32): void {
  const height0 = mark();
  const stride = strideOf(width);
  const line = ((width + 3) & ~3) + 2 * ((radius + 3) & ~3) + 4;
  const lead = (radius + 3) & ~3;
  // the horizontal pass of every row, dense with the plane's stride
  const rows = take(stride * height);
  const buffer = take(<usize>line << 2);
  memory.fill(buffer, 0, <usize>line << 2);
  const at = buffer + (<usize>lead << 2);
  for (let y = 0; y < height; y++) {
    const row = source + stride * y;
    memory.copy(at, row, <usize>width << 2);
    for (let x = 1; x <= radius; x++) {
      store<f32>(at - (<usize>x << 2), load<f32>(row + (<usize>reflect(-x, width) << 2)));
      store<f32>(at + (<usize>(width - 1 + x) << 2), load<f32>(row + (<usize>reflect(width - 1 + x, width) << 2)));
    }
    const out = rows + stride * y;
    for (let x = 0; x < width; x += 4) {
      const here = at + (<usize>x << 2);
      let sum = f32x4.mul(v128.load(here), v128.load32_splat(kernel + (<usize>radius << 2)));
      for (let k = 1; k <= radius; k++) {
        const d = <usize>k << 2;
        const both = f32x4.add(v128.load(here - d), v128.load(here + d));
        sum = f32x4.add(sum, f32x4.mul(both, v128.load32_splat(kernel + (<usize>(radius + k) << 2))));
      }
      v128.store(out + (<usize>x << 2), sum);
    }
  }
  for (let y = 0; y < height; y++) {
    const out = target + stride * y;
    const here = rows + stride * y;
    const center = v128.load32_splat(kernel + (<usize>radius << 2));
    for (let x = 0; x < width; x += 4) v128.store(out + (<usize>x << 2), f32x4.mul(v128.load(here + (<usize>x << 2)), center));
    for (let k = 1; k <= radius; k++) {
      const weight = v128.load32_splat(kernel + (<usize>(radius + k) << 2));
      const above = rows + stride * reflect(y - k, height);
      const below = rows + stride * reflect(y + k, height);
      for (let x = 0; x < width; x += 4) {
        const d = <usize>x << 2;
        const both = f32x4.add(v128.load(above + d), v128.load(below + d));
        v128.store(out + d, f32x4.add(v128.load(out + d), f32x4.mul(both, weight)));
      }
    }
    // what was written past the last column is padding again
    for (let x = width; x < ((width + 3) & ~3); x++) store<f32>(out + (<usize>x << 2), 0);
  }
  release(height0);
}

/** A normalized Gaussian of `2 radius + 1` floats, in float64 until stored. */
export function gaussian(kernel: usize, radius: i32, sigma: f64): void {
  let sum: f64 = 0;
  for (let i = -radius; i <= radius; i++) sum += Math.exp(-(<f64>(i * i)) / (2 * sigma * sigma));
  for (let i = -radius; i <= radius; i++) {
    store<f32>(kernel + (<usize>(i + radius) << 2), <f32>(Math.exp(-(<f64>(i * i)) / (2 * sigma * sigma)) / sum));
  }
}

/** Gaussian blur of a plane in place. */
export function gaussianBlur(source: usize, width: i32, height: i32, radius: i32, sigma: f64): void {
  const height0 = mark();
  const kernel = take(<usize>(2 * radius + 1) << 2);
  gaussian(kernel, radius, sigma);
  blur(source, source, width, height, kernel, radius);
  release(height0);
}
