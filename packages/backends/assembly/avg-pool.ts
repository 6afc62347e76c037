// Average pooling over [n, d, h, w, c]. A window at the border is the mean of its values inside the image.

/** Gradient of average pooling. */
export function avgPoolGradient(
  dy: usize, batch: i32, depth: i32, height: i32, width: i32, channels: i32,
  sizeD: i32, sizeH: i32, sizeW: i32, strideD: i32, strideH: i32, strideW: i32,
  front: i32, top: i32, left: i32, outD: i32, outH: i32, outW: i32, dx: usize,
): void {
  const pixel = <usize>channels << 2;
  const image = <usize>(depth * height * width) * pixel;
  for (let n = 0; n < batch; n++) {
    memory.fill(dx + <usize>n * image, 0, image);
    for (let od = 0; od < outD; od++) {
      for (let oh = 0; oh < outH; oh++) {
        for (let ow = 0; ow < outW; ow++) {
          const d0 = od * strideD - front, h0 = oh * strideH - top, w0 = ow * strideW - left;
          const w1 = min(w0 + sizeW, width);
          const inside =
            (min(d0 + sizeD, depth) - max(0, d0)) * (min(h0 + sizeH, height) - max(0, h0)) * (w1 - max(0, w0));
          const share = <f32>1 / <f32>inside;
          const factor = f32x4.splat(share);
          for (let d = max(0, d0); d < min(d0 + sizeD, depth); d++) {
            for (let h = max(0, h0); h < min(h0 + sizeH, height); h++) {
              let to = dx + <usize>(((n * depth + d) * height + h) * width + max(0, w0)) * pixel;
              for (let w = max(0, w0); w < w1; w++) {
                let c: usize = 0;
                for (; c + 16 <= pixel; c += 16) {
                  v128.store(to + c, f32x4.add(v128.load(to + c), f32x4.mul(factor, v128.load(dy + c))));
                }
                for (; c < pixel; c += 4) {
                  store<f32>(to + c, load<f32>(to + c) + share * load<f32>(dy + c));
                }
                to += pixel;
              }
            }
          }
          dy += pixel;
        }
      }
    }
  }
}
