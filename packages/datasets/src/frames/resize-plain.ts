import { resizeTaps } from '@mer/representations';

/**
 * Resizes bytes `[height, width, channels]` to floats in 0..1 `[newHeight, newWidth, outChannels]`, in plain JavaScript:
 * what the kernels do, for platforms that refuse WebAssembly, and to test them against. Three channels become one by the
 * luma of Rec. 601, one becomes three by repetition.
 */
export function resizePlain(
  { data, height, width, channels }: { data: ArrayLike<number>; height: number; width: number; channels: number },
  newHeight: number,
  newWidth: number,
  outChannels: number,
): Float32Array {
  const across = resizeTaps(width, newWidth);
  const down = resizeTaps(height, newHeight);
  const out = new Float32Array(newHeight * newWidth * outChannels);
  const line = new Float32Array(width * channels);
  const sum = [0, 0, 0];
  for (let y = 0; y < newHeight; y++) {
    line.fill(0);
    for (let k = 0; k < down.wide; k++) {
      const weight = down.weights[y * down.wide + k]!;
      const row = (down.first[y]! + k) * width * channels;
      for (let i = 0; i < line.length; i++) line[i]! += weight * data[row + i]!;
    }
    for (let x = 0; x < newWidth; x++) {
      for (let c = 0; c < channels; c++) {
        sum[c] = 0;
        for (let k = 0; k < across.wide; k++) {
          sum[c]! += across.weights[x * across.wide + k]! * line[(across.first[x]! + k) * channels + c]!;
        }
      }
      const luma = 0.299 * sum[0]! + 0.587 * sum[1]! + 0.114 * sum[2]!;
      for (let c = 0; c < outChannels; c++) {
        const value = channels === outChannels ? sum[c]! : channels === 1 ? sum[0]! : luma;
        out[(y * newWidth + x) * outChannels + c] = value / 255;
      }
    }
  }
  return out;
}
