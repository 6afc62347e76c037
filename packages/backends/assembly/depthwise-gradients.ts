// Gradients of depthwise convolutions: images [n, h, w, c], filters [h, w, c, multiplier], outputs [n, h, w, c * multiplier].
import { fma } from './simd';

/** Gradient by the input. */
export function depthwiseInputGradient(
  dy: usize, filter: usize, batch: i32, height: i32, width: i32, channels: i32, multiplier: i32,
  filterH: i32, filterW: i32, strideH: i32, strideW: i32, dilationH: i32, dilationW: i32, top: i32, left: i32,
  outH: i32, outW: i32, dx: usize,
): void {
  const out = <usize>(channels * multiplier) << 2;
  const image = <usize>(height * width * channels) << 2;
  for (let n = 0; n < batch; n++) {
    memory.fill(dx + <usize>n * image, 0, image);
    for (let oh = 0; oh < outH; oh++) {
      for (let ow = 0; ow < outW; ow++) {
        for (let kh = 0; kh < filterH; kh++) {
          const h = oh * strideH - top + kh * dilationH;
          if (h < 0 || h >= height) continue;
          for (let kw = 0; kw < filterW; kw++) {
            const w = ow * strideW - left + kw * dilationW;
            if (w < 0 || w >= width) continue;
            let to = dx + (<usize>(((n * height + h) * width + w) * channels) << 2);
            let g = dy;
            let f = filter + <usize>(kh * filterW + kw) * out;
            let c = 0;
            if (multiplier == 1) {
              for (; c + 4 <= channels; c += 4) {
                v128.store(to, fma(v128.load(g), v128.load(f), v128.load(to)));
                to += 16;
                g += 16;
                f += 16;
              }
            }
            for (; c < channels; c++) {
              let sum: f32 = 0;
              for (let q = 0; q < multiplier; q++) {
                sum += load<f32>(g) * load<f32>(f);
                g += 4;
                f += 4;
              }
              store<f32>(to, load<f32>(to) + sum);
              to += 4;
            }
          }
        }
        dy += out;
      }
    }
  }
}

/** Adds the products of `count` pixels of x, `stepX` bytes apart, and of dy, `stepY` bytes apart, of 16 channels to `to`. */
function addSixteen(count: i32, x: usize, stepX: usize, dy: usize, stepY: usize, to: usize): void {
  let s0 = f32x4.splat(0), s1 = s0, s2 = s0, s3 = s0;
  for (; count > 0; count--) {
    s0 = fma(v128.load(x), v128.load(dy), s0); s1 = fma(v128.load(x, 16), v128.load(dy, 16), s1);
    s2 = fma(v128.load(x, 32), v128.load(dy, 32), s2); s3 = fma(v128.load(x, 48), v128.load(dy, 48), s3);
    x += stepX;
    dy += stepY;
  }
  v128.store(to, f32x4.add(v128.load(to), s0)); v128.store(to, f32x4.add(v128.load(to, 16), s1), 16);
  v128.store(to, f32x4.add(v128.load(to, 32), s2), 32); v128.store(to, f32x4.add(v128.load(to, 48), s3), 48);
}

/** The same for 4 channels. */
function addFour(count: i32, x: usize, stepX: usize, dy: usize, stepY: usize, to: usize): void {
  let s = f32x4.splat(0);
  for (; count > 0; count--) {
    s = fma(v128.load(x), v128.load(dy), s);
    x += stepX;
    dy += stepY;
  }
  v128.store(to, f32x4.add(v128.load(to), s));
}

/** Gradient by the filter; `scratch` holds channels * multiplier floats. Rows are summed apart, then added up. */
export function depthwiseFilterGradient(
  x: usize, dy: usize, batch: i32, height: i32, width: i32, channels: i32, multiplier: i32,
  filterH: i32, filterW: i32, strideH: i32, strideW: i32, dilationH: i32, dilationW: i32, top: i32, left: i32,
  outH: i32, outW: i32, gradient: usize, scratch: usize,
): void {
  const outChannels = channels * multiplier;
  const out = <usize>outChannels << 2;
  memory.fill(gradient, 0, <usize>(filterH * filterW) * out);
  for (let n = 0; n < batch; n++) {
    for (let oh = 0; oh < outH; oh++) {
      for (let kh = 0; kh < filterH; kh++) {
        const h = oh * strideH - top + kh * dilationH;
        if (h < 0 || h >= height) continue;
        for (let kw = 0; kw < filterW; kw++) {
          if (multiplier == 1 && (channels & 3) == 0) {
            const shift = kw * dilationW - left;
            const first = max(0, shift < 0 ? (-shift + strideW - 1) / strideW : 0);
            const last = shift < width ? min(outW, (width - 1 - shift) / strideW + 1) : 0;
            const from = x + <usize>((n * height + h) * width + first * strideW + shift) * out;
            const by = dy + <usize>((n * outH + oh) * outW + first) * out;
            const to = gradient + <usize>(kh * filterW + kw) * out;
            let c: usize = 0;
            for (; c + 64 <= out; c += 64) addSixteen(last - first, from + c, <usize>strideW * out, by + c, out, to + c);
            for (; c < out; c += 16) addFour(last - first, from + c, <usize>strideW * out, by + c, out, to + c);
            continue;
          }
          memory.fill(scratch, 0, out);
          for (let ow = 0; ow < outW; ow++) {
            const w = ow * strideW - left + kw * dilationW;
            if (w < 0 || w >= width) continue;
            let from = x + (<usize>(((n * height + h) * width + w) * channels) << 2);
            let g = dy + <usize>((n * outH + oh) * outW + ow) * out;
            let to = scratch;
            let c = 0;
            if (multiplier == 1) {
              for (; c + 4 <= channels; c += 4) {
                v128.store(to, fma(v128.load(g), v128.load(from), v128.load(to)));
                to += 16;
                g += 16;
                from += 16;
              }
            }
            for (; c < channels; c++) {
              const value = load<f32>(from);
              from += 4;
              for (let q = 0; q < multiplier; q++) {
                store<f32>(to, load<f32>(to) + value * load<f32>(g));
                to += 4;
                g += 4;
              }
            }
          }
          let total = gradient + <usize>(kh * filterW + kw) * out;
          for (let c: usize = 0; c < out; c += 4) store<f32>(total + c, load<f32>(total + c) + load<f32>(scratch + c));
        }
      }
    }
  }
}
