import { checkPair, type ImagePair } from './image-pair.js';

/**
 * Peak signal-to-noise ratio of an image against another, in decibels: `10 log10(range^2 / mean squared difference)`; infinite for equal images.
 *
 * It counts every pixel alike: an image that is nearly empty scores high by being empty. Report it beside {@link ssim}.
 *
 * @throws RangeError where images differ in size or are empty, or the range is no positive number
 *
 * @example
 * ```ts
 * import { psnr } from '@mer/metrics';
 *
 * console.log(psnr({ actual: [0, 0.5, 1, 1], expected: [0, 0.5, 1, 0.8] }).toFixed(2)); // 20.00
 * ```
 */
export function psnr(pair: ImagePair): number {
  checkPair(pair, 'compute PSNR');
  const { actual, expected, range = 1 } = pair;
  let sum = 0;
  for (let i = 0; i < actual.length; i++) sum += (actual[i]! - expected[i]!) ** 2;
  return 10 * Math.log10((range * range) / (sum / actual.length));
}
