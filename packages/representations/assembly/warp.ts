import { mark, PAD, release, strideOf, take } from './memory';

/** For each of 32 x 32 positions between pixels (y, x in 1/32), the 4 x 4 weights of cubic interpolation; filled once. */
const cubicWeights: usize = cubicTable();

/** Keys' cubic interpolation with a = -0.75. */
function cubicTable(): usize {
  const table = take(32 * 32 * 64);
  const height0 = mark();
  const line = take(32 * 16);
  const a: f32 = -0.75;
  for (let i = 0; i < 32; i++) {
    const x = <f32>i / 32;
    const at = line + (<usize>i << 4);
    const w0 = ((a * (x + 1) - 5 * a) * (x + 1) + 8 * a) * (x + 1) - 4 * a;
    const w1 = ((a + 2) * x - (a + 3)) * x * x + 1;
    const w2 = ((a + 2) * (1 - x) - (a + 3)) * (1 - x) * (1 - x) + 1;
    store<f32>(at, w0);
    store<f32>(at, w1, 4);
    store<f32>(at, w2, 8);
    store<f32>(at, <f32>1 - w0 - w1 - w2, 12);
  }
  for (let y = 0; y < 32; y++) {
    for (let x = 0; x < 32; x++) {
      const at = table + (<usize>(y * 32 + x) << 6);
      const wx = v128.load(line + (<usize>x << 4));
      for (let r = 0; r < 4; r++) {
        const wy = v128.load32_splat(line + (<usize>(y * 4 + r) << 2));
        v128.store(at + (<usize>r << 4), f32x4.mul(wy, wx));
      }
    }
  }
  release(height0);
  return table;
}

/** Bytes between the rows of a packed image. */
// @ts-ignore: decorator
@inline
function packedStride(width: i32): usize {
  return <usize>(width + 2 * PAD) << 4;
}

/** An image and its gradient as one vector (I, Ix, Iy, 0) per pixel, zero around; the address of pixel (0, 0). */
export function packWithGradient(source: usize, width: i32, height: i32): usize {
  const stride = strideOf(width);
  const packed = packedStride(width);
  const bytes = packed * <usize>(height + 2 * PAD);
  const start = take(bytes);
  memory.fill(start, 0, bytes);
  const origin = start + packed * PAD + (PAD << 4);
  for (let y = 0; y < height; y++) {
    const row = source + stride * y;
    const above = y > 0 ? row - stride : row;
    const below = y < height - 1 ? row + stride : row;
    let out = origin + packed * y;
    for (let x = 0; x < width; x++) {
      const left = x > 0 ? x - 1 : x;
      const right = x < width - 1 ? x + 1 : x;
      const d = <usize>x << 2;
      store<f32>(out, load<f32>(row + d));
      // centerd differences, halved; one-sided (still halved) at the borders
      store<f32>(out, <f32>0.5 * (load<f32>(row + (<usize>right << 2)) - load<f32>(row + (<usize>left << 2))), 4);
      store<f32>(out, <f32>0.5 * (load<f32>(below + d) - load<f32>(above + d)), 8);
      out += 16;
    }
  }
  return origin;
}

// @ts-ignore: decorator
@inline
function tap(at: usize, weight: usize): v128 {
  return f32x4.mul(v128.load(at), v128.load32_splat(weight));
}

// @ts-ignore: decorator
@inline
function row4(at: usize, weight: usize): v128 {
  return f32x4.add(
    f32x4.add(f32x4.add(tap(at, weight), tap(at + 16, weight + 4)), tap(at + 32, weight + 8)),
    tap(at + 48, weight + 12),
  );
}

/**
 * The linearized data term around the flow (u1, u2): with I1w = I1(x + u1, y + u2) and its gradient,
 * ix, iy = grad I1w, rho = I1w - ix u1 - iy u2 - I0 and squared = ix^2 + iy^2.
 * Cubic interpolation at 1/32 pixel, zero outside; `packed` comes from packWithGradient(I1).
 */
export function linearize(
  i0: usize,
  packed: usize,
  u1: usize,
  u2: usize,
  ix: usize,
  iy: usize,
  rho: usize,
  squared: usize,
  width: i32,
  height: i32,
): void {
  const stride = strideOf(width);
  const jump = packedStride(width);
  const lowest: f32 = -2 * 32;
  const highX = <f32>((width + 1) * 32);
  const highY = <f32>((height + 1) * 32);
  for (let y = 0; y < height; y++) {
    const row = stride * y;
    for (let x = 0; x < width; x++) {
      const d = row + (<usize>x << 2);
      const a = load<f32>(u1 + d);
      const b = load<f32>(u2 + d);
      const fx = <i32>max(lowest, min(highX, nearest((<f32>x + a) * 32)));
      const fy = <i32>max(lowest, min(highY, nearest((<f32>y + b) * 32)));
      const weights = cubicWeights + (<usize>((fy & 31) * 32 + (fx & 31)) << 6);
      const left = (fx >> 5) - 1;
      const upper = (fy >> 5) - 1;
      const at = packed + <usize>(<i32>jump * upper + (left << 4));
      let sum: v128;
      if (left >= 0 && upper >= 0 && left + 3 < width && upper + 3 < height) {
        sum = f32x4.add(
          f32x4.add(
            f32x4.add(row4(at, weights), row4(at + jump, weights + 16)),
            row4(at + 2 * jump, weights + 32),
          ),
          row4(at + 3 * jump, weights + 48),
        );
      } else {
        // tap by tap: the order of additions at the border
        sum = f32x4.splat(0);
        for (let r: usize = 0; r < 4; r++) {
          for (let c: usize = 0; c < 4; c++) {
            sum = f32x4.add(sum, tap(at + jump * r + (c << 4), weights + (r << 4) + (c << 2)));
          }
        }
      }
      const gx = f32x4.extract_lane(sum, 1);
      const gy = f32x4.extract_lane(sum, 2);
      store<f32>(ix + d, gx);
      store<f32>(iy + d, gy);
      store<f32>(squared + d, gx * gx + gy * gy);
      store<f32>(rho + d, f32x4.extract_lane(sum, 0) - gx * a - gy * b - load<f32>(i0 + d));
    }
  }
}
