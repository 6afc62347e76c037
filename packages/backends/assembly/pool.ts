// Max pooling in two or three dimensions over [n, d, h, w, c]. Each window gives its gradient to the first of its
// largest values, whatever their sign.
import { storeLanes } from './simd';

/** y = largest value of each window. */
export function maxPool(
  x: usize, batch: i32, depth: i32, height: i32, width: i32, channels: i32,
  sizeD: i32, sizeH: i32, sizeW: i32, strideD: i32, strideH: i32, strideW: i32,
  dilationD: i32, dilationH: i32, dilationW: i32, front: i32, top: i32, left: i32,
  outD: i32, outH: i32, outW: i32, out: usize,
): void {
  pool(
    x, batch, depth, height, width, channels, sizeD, sizeH, sizeW, strideD, strideH, strideW,
    dilationD, dilationH, dilationW, front, top, left, outD, outH, outW, out, 0, 0,
  );
}

/** dx = dy at the largest value of each window, added up; 0 elsewhere. */
export function maxPoolGradient(
  x: usize, batch: i32, depth: i32, height: i32, width: i32, channels: i32,
  sizeD: i32, sizeH: i32, sizeW: i32, strideD: i32, strideH: i32, strideW: i32,
  dilationD: i32, dilationH: i32, dilationW: i32, front: i32, top: i32, left: i32,
  outD: i32, outH: i32, outW: i32, dy: usize, dx: usize,
): void {
  memory.fill(dx, 0, <usize>(batch * depth * height * width * channels) << 2);
  pool(
    x, batch, depth, height, width, channels, sizeD, sizeH, sizeW, strideD, strideH, strideW,
    dilationD, dilationH, dilationW, front, top, left, outD, outH, outW, 0, dy, dx,
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
  outD: i32, outH: i32, outW: i32, out: usize, dy: usize, dx: usize,
): void {
  const pixel = channels << 2;
  const row = width * pixel;
  const plane = height * row;
  const stepD = dilationD * plane;
  const stepH = dilationH * row;
  const stepW = dilationW * pixel;
  for (let n = 0; n < batch; n++) {
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
          const empty = kd0 >= kd1 || kh0 >= kh1 || kw0 >= kw1;
          // Byte offset of the first value inside.
          const start =
            (n * depth + d0 + kd0 * dilationD) * plane + (h0 + kh0 * dilationH) * row + (w0 + kw0 * dilationW) * pixel;
          for (let c = 0; c < channels; c += 4) {
            const lanes = min(4, channels - c);
            let best = f32x4.splat(-Infinity);
            let place = i32x4.splat(start);
            if (!empty) {
              const from = x + (<usize>c << 2);
              best = v128.load(from + <usize>start);
              let atD = start;
              for (let kd = kd0; kd < kd1; kd++) {
                let atH = atD;
                for (let kh = kh0; kh < kh1; kh++) {
                  let at = atH;
                  for (let kw = kw0; kw < kw1; kw++) {
                    const v = v128.load(from + <usize>at);
                    const larger = f32x4.gt(v, best);
                    best = v128.bitselect(v, best, larger);
                    place = v128.bitselect(i32x4.splat(at), place, larger);
                    at += stepW;
                  }
                  atH += stepH;
                }
                atD += stepD;
              }
            }
            if (out) {
              if (lanes == 4) v128.store(out, best);
              else storeLanes(out, best, lanes);
              out += <usize>lanes << 2;
            } else {
              if (!empty) {
                const to = dx + (<usize>c << 2);
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
