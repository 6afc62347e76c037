// Max pooling in two or three dimensions over [n, d, h, w, c]. Each window gives its gradient to the first of its
// largest values, whatever their sign. `scratch` holds as many integers as a window has values.
import { storeLanes } from './simd';

/** y = largest value of each window. */
export function maxPool(
  x: usize, batch: i32, depth: i32, height: i32, width: i32, channels: i32,
  sizeD: i32, sizeH: i32, sizeW: i32, strideD: i32, strideH: i32, strideW: i32,
  dilationD: i32, dilationH: i32, dilationW: i32, front: i32, top: i32, left: i32,
  outD: i32, outH: i32, outW: i32, out: usize, scratch: usize,
): void {
  pool(
    x, batch, depth, height, width, channels, sizeD, sizeH, sizeW, strideD, strideH, strideW,
    dilationD, dilationH, dilationW, front, top, left, outD, outH, outW, out, 0, 0, scratch,
  );
}

/** dx = dy at the largest value of each window, added up; 0 elsewhere. */
export function maxPoolGradient(
  x: usize, batch: i32, depth: i32, height: i32, width: i32, channels: i32,
  sizeD: i32, sizeH: i32, sizeW: i32, strideD: i32, strideH: i32, strideW: i32,
  dilationD: i32, dilationH: i32, dilationW: i32, front: i32, top: i32, left: i32,
  outD: i32, outH: i32, outW: i32, dy: usize, dx: usize, scratch: usize,
): void {
  pool(
    x, batch, depth, height, width, channels, sizeD, sizeH, sizeW, strideD, strideH, strideW,
    dilationD, dilationH, dilationW, front, top, left, outD, outH, outW, 0, dy, dx, scratch,
  );
}

// @ts-ignore: decorator
@inline
function scatter(dx: usize, at: i32, dy: usize): void {
  const to = dx + <usize>at;
  store<f32>(to, load<f32>(to) + load<f32>(dy));
}

// @ts-ignore: decorator
@inline
function firstInside(start: i32, dilation: i32): i32 {
  return start >= 0 ? 0 : (-start + dilation - 1) / dilation;
}

function pool(
  x: usize, batch: i32, depth: i32, height: i32, width: i32, channels: i32,
  sizeD: i32, sizeH: i32, sizeW: i32, strideD: i32, strideH: i32, strideW: i32,
  dilationD: i32, dilationH: i32, dilationW: i32, front: i32, top: i32, left: i32,
  outD: i32, outH: i32, outW: i32, out: usize, dy: usize, dx: usize, taps: usize,
): void {
  const pixel = channels << 2;
  const row = width * pixel;
  const plane = height * row;
  const stepD = dilationD * plane;
  const stepH = dilationH * row;
  const stepW = dilationW * pixel;
  let seen0 = -1, seen1 = -1, seen2 = -1, seen3 = -1, seen4 = -1, seen5 = -1;
  let count = 0;
  for (let n = 0; n < batch; n++) {
    // Image by image, so that the zeros are still in the cache when something is added to them.
    if (dx) memory.fill(dx + <usize>(n * depth * plane), 0, <usize>(depth * plane));
    for (let od = 0; od < outD; od++) {
      const d0 = od * strideD - front;
      const kd0 = firstInside(d0, dilationD);
      const kd1 = min(sizeD, (depth - d0 + dilationD - 1) / dilationD);
      for (let oh = 0; oh < outH; oh++) {
        const h0 = oh * strideH - top;
        const kh0 = firstInside(h0, dilationH);
        const kh1 = min(sizeH, (height - h0 + dilationH - 1) / dilationH);
        for (let ow = 0; ow < outW; ow++) {
          const w0 = ow * strideW - left;
          const kw0 = firstInside(w0, dilationW);
          const kw1 = min(sizeW, (width - w0 + dilationW - 1) / dilationW);
          // Offsets in bytes, from the first value inside, of all values inside; most windows have the same.
          if (kd0 != seen0 || kd1 != seen1 || kh0 != seen2 || kh1 != seen3 || kw0 != seen4 || kw1 != seen5) {
            seen0 = kd0; seen1 = kd1; seen2 = kh0; seen3 = kh1; seen4 = kw0; seen5 = kw1;
            count = 0;
            for (let kd = 0; kd < kd1 - kd0; kd++) {
              for (let kh = 0; kh < kh1 - kh0; kh++) {
                for (let kw = 0; kw < kw1 - kw0; kw++) {
                  store<i32>(taps + (<usize>count << 2), kd * stepD + kh * stepH + kw * stepW);
                  count++;
                }
              }
            }
          }
          const start =
            (n * depth + d0 + kd0 * dilationD) * plane + (h0 + kh0 * dilationH) * row + (w0 + kw0 * dilationW) * pixel;
          const end = taps + (<usize>count << 2);
          for (let c = 0; c < channels; c += 4) {
            const lanes = min(4, channels - c);
            const from = <usize>start + (<usize>c << 2);
            let best = f32x4.splat(-Infinity);
            let place = i32x4.splat(0);
            if (count > 0) best = v128.load(x + from);
            for (let t = taps + 4; t < end; t += 4) {
              const at = load<i32>(t);
              const v = v128.load(x + from + <usize>at);
              place = v128.bitselect(i32x4.splat(at), place, f32x4.gt(v, best));
              best = f32x4.pmax(best, v);
            }
            if (out) {
              if (lanes == 4) v128.store(out, best);
              else storeLanes(out, best, lanes);
              out += <usize>lanes << 2;
            } else {
              if (count > 0) {
                const to = dx + from;
                scatter(to, i32x4.extract_lane(place, 0), dy);
                if (lanes > 1) scatter(to + 4, i32x4.extract_lane(place, 1), dy + 4);
                if (lanes > 2) scatter(to + 8, i32x4.extract_lane(place, 2), dy + 8);
                if (lanes > 3) scatter(to + 12, i32x4.extract_lane(place, 3), dy + 12);
              }
              dy += <usize>lanes << 2;
            }
          }
        }
      }
    }
  }
}
