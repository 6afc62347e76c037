// Softmax along the rows of [rows, columns], y = exp(x - largest) / sum, and its gradient, dx = y (dy - sum(dy y)).
import { exponential } from './exponential';
import { fma, sumLanes } from './simd';

/** Columns whose sum is taken in single precision. */
const BLOCK: i32 = 1024;

/** y */
export function softmax(x: usize, rows: i32, columns: i32, y: usize): void {
  const row = <usize>columns << 2;
  const whole = <usize>(columns & ~3) << 2;
  for (; rows > 0; rows--) {
    let most = f32x4.splat(-Infinity);
    let c: usize = 0;
    for (; c < whole; c += 16) most = f32x4.max(most, v128.load(x + c));
    for (; c < row; c += 4) most = f32x4.max(most, v128.load_splat<f32>(x + c));
    const largest = f32x4.splat(
      max(
        max(f32x4.extract_lane(most, 0), f32x4.extract_lane(most, 1)),
        max(f32x4.extract_lane(most, 2), f32x4.extract_lane(most, 3)),
      ),
    );
    let total: f64 = 0;
    for (let start: usize = 0; start < row; start += <usize>BLOCK << 2) {
      const end = min(whole, start + (<usize>BLOCK << 2));
      let sum = f32x4.splat(0);
      for (c = start; c < end; c += 16) {
        const e = exponential(f32x4.sub(v128.load(x + c), largest));
        v128.store(y + c, e);
        sum = f32x4.add(sum, e);
      }
      total += sumLanes(sum);
    }
    for (c = whole; c < row; c += 4) {
      const e = f32x4.extract_lane(exponential(f32x4.sub(v128.load_splat<f32>(x + c), largest)), 0);
      store<f32>(y + c, e);
      total += e;
    }
    const factor = <f32>(1 / total);
    for (c = 0; c < whole; c += 16) v128.store(y + c, f32x4.mul(v128.load(y + c), f32x4.splat(factor)));
    for (; c < row; c += 4) store<f32>(y + c, load<f32>(y + c) * factor);
    x += row;
    y += row;
  }
}

/** dx */
export function softmaxGradient(dy: usize, y: usize, rows: i32, columns: i32, dx: usize): void {
  const row = <usize>columns << 2;
  const whole = <usize>(columns & ~3) << 2;
  for (; rows > 0; rows--) {
    let total: f64 = 0;
    let c: usize;
    for (let start: usize = 0; start < row; start += <usize>BLOCK << 2) {
      const end = min(whole, start + (<usize>BLOCK << 2));
      let sum = f32x4.splat(0);
      for (c = start; c < end; c += 16) sum = fma(v128.load(dy + c), v128.load(y + c), sum);
      total += sumLanes(sum);
    }
    for (c = whole; c < row; c += 4) total += load<f32>(dy + c) * load<f32>(y + c);
    const mean = <f32>total;
    for (c = 0; c < whole; c += 16) {
      v128.store(dx + c, f32x4.mul(v128.load(y + c), f32x4.sub(v128.load(dy + c), f32x4.splat(mean))));
    }
    for (; c < row; c += 4) store<f32>(dx + c, load<f32>(y + c) * (load<f32>(dy + c) - mean));
    dy += row;
    y += row;
    dx += row;
  }
}
