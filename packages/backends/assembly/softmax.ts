// Gradient of softmax along the rows of [rows, columns]: dx = y (dy - sum(dy y)).
import { fma, sumLanes } from './simd';

/** Columns whose sum is taken in single precision. */
const BLOCK: i32 = 1024;

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
