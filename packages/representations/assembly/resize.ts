import { mark, release, strideOf, take } from './memory';

/**
 * Bilinear resize of a plane, pixel centers aligned, no smoothing; `scaleX` and `scaleY` are source pixels per target pixel.
 * Every value is multiplied by `factor`.
 */
export function resize(
  source: usize,
  width: i32,
  height: i32,
  target: usize,
  newWidth: i32,
  newHeight: i32,
  scaleX: f64,
  scaleY: f64,
  factor: f32,
): void {
  const height0 = mark();
  const stride = strideOf(width);
  const newStride = strideOf(newWidth);
  // per target column: byte offset of the left neighbor, and the weight of the right one
  const offsets = take(<usize>newWidth << 2);
  const rights = take(<usize>newWidth << 2);
  for (let x = 0; x < newWidth; x++) {
    let at = <f32>((<f64>x + 0.5) * scaleX - 0.5);
    let left = <i32>floor(at);
    let part = at - <f32>left;
    if (left < 0) {
      left = 0;
      part = 0;
    }
    if (left >= width - 1) {
      left = width - 1;
      part = 0;
    }
    store<i32>(offsets + (<usize>x << 2), left << 2);
    store<f32>(rights + (<usize>x << 2), part);
  }
  for (let y = 0; y < newHeight; y++) {
    const at = <f32>((<f64>y + 0.5) * scaleY - 0.5);
    const upper = <i32>floor(at);
    const part = at - <f32>upper;
    const row0 = source + stride * max(0, min(height - 1, upper));
    const row1 = source + stride * max(0, min(height - 1, upper + 1));
    const out = target + newStride * y;
    for (let x = 0; x < newWidth; x++) {
      const offset = <usize>load<i32>(offsets + (<usize>x << 2));
      const right = load<f32>(rights + (<usize>x << 2));
      // the right neighbor of the last column is padding; its weight is 0
      const a = load<f32>(row0 + offset) * (<f32>1 - right) + load<f32>(row0 + offset, 4) * right;
      const b = load<f32>(row1 + offset) * (<f32>1 - right) + load<f32>(row1 + offset, 4) * right;
      store<f32>(out + (<usize>x << 2), (a * (<f32>1 - part) + b * part) * factor);
    }
  }
  release(height0);
}
