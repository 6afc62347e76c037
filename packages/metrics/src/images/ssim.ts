import { checkPair, type ImagePair } from './image-pair.js';

/** Two images for {@link ssim}. */
export interface ShapedImagePair extends ImagePair {
  /** Pixels in a row. */
  width: number;
  /** Rows. */
  height: number;
  /** Values of a pixel; 1 by default. */
  channels?: number;
}

/** Half a window, and the standard deviation of its Gaussian weights, in pixels; the constants of the paper. */
const RADIUS = 5;
const SIGMA = 1.5;
const [K1, K2] = [0.01, 0.03];

const WINDOW = 2 * RADIUS + 1;

/**
 * Structural similarity of an image with another: 1 for equal images, about 0 where they have nothing in common, negative where one is the other's inverse. The mean over all
 * windows of 11 x 11 pixels that lie in the image (Gaussian weights, sigma 1.5) and over channels.
 *
 * Equals scikit-image's `structural_similarity` with `gaussian_weights=True, sigma=1.5, use_sample_covariance=False` to 1e-9.
 *
 * @throws RangeError where images differ in size, their values do not fill it, a side is below 11 pixels, or the range is no positive number
 *
 * @example
 * ```ts
 * import { ssim } from '@mer/metrics';
 *
 * const expected = Float32Array.from({ length: 256 }, (_, i) => ((i % 16) + (i >> 4)) / 30);
 * console.log(ssim({ actual: expected, expected, width: 16, height: 16 })); // 1
 * ```
 *
 * Reference: Wang, Bovik, Sheikh and Simoncelli, "Image quality assessment: from error visibility to structural similarity", IEEE TIP 2004.
 */
export function ssim(pair: ShapedImagePair): number {
  checkPair(pair, 'compute SSIM');
  const { actual, expected, width, height, channels = 1, range = 1 } = pair;
  if (width * height * channels !== actual.length) {
    throw new RangeError(
      `Cannot compute SSIM as images must hold width x height x channels values: ${width} x ${height} x ${channels} is not ${actual.length}`,
    );
  }
  if (!(width >= WINDOW && height >= WINDOW)) {
    throw new RangeError(`Cannot compute SSIM as both sides must be ${WINDOW} pixels at least: ${width} x ${height}`);
  }
  let sum = 0;
  for (let channel = 0; channel < channels; channel++) {
    const plane = (values: ArrayLike<number>) =>
      Float64Array.from({ length: width * height }, (_, i) => values[i * channels + channel]!);
    sum += planeSsim(plane(actual), plane(expected), { width, height, range });
  }
  return sum / channels;
}

function planeSsim(
  x: Float64Array,
  y: Float64Array,
  { width, height, range }: { width: number; height: number; range: number },
): number {
  const blur = (values: (i: number) => number) =>
    windowMeans(
      Float64Array.from(x, (_, i) => values(i)),
      width,
      height,
    );
  const [meanX, meanY] = [blur((i) => x[i]!), blur((i) => y[i]!)];
  const [xx, yy, xy] = [blur((i) => x[i]! ** 2), blur((i) => y[i]! ** 2), blur((i) => x[i]! * y[i]!)];
  const [c1, c2] = [(K1 * range) ** 2, (K2 * range) ** 2];
  let sum = 0;
  for (let i = 0; i < meanX.length; i++) {
    const [mx, my] = [meanX[i]!, meanY[i]!];
    const [vx, vy, cov] = [xx[i]! - mx * mx, yy[i]! - my * my, xy[i]! - mx * my];
    sum += ((2 * mx * my + c1) * (2 * cov + c2)) / ((mx * mx + my * my + c1) * (vx + vy + c2));
  }
  return sum / meanX.length;
}

/** The weighted mean of each window that lies in the image, row by row. */
function windowMeans(plane: Float64Array, width: number, height: number): Float64Array {
  const [across, down] = [width - 2 * RADIUS, height - 2 * RADIUS];
  const rows = new Float64Array(across * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < across; x++) {
      let sum = 0;
      for (let k = 0; k < WINDOW; k++) sum += WEIGHTS[k]! * plane[y * width + x + k]!;
      rows[y * across + x] = sum;
    }
  }
  const means = new Float64Array(across * down);
  for (let y = 0; y < down; y++) {
    for (let x = 0; x < across; x++) {
      let sum = 0;
      for (let k = 0; k < WINDOW; k++) sum += WEIGHTS[k]! * rows[(y + k) * across + x]!;
      means[y * across + x] = sum;
    }
  }
  return means;
}

const WEIGHTS = /* @__PURE__ */ gaussian();

function gaussian(): Float64Array {
  const weights = Float64Array.from({ length: WINDOW }, (_, k) => Math.exp(-((k - RADIUS) ** 2) / (2 * SIGMA * SIGMA)));
  const sum = weights.reduce((a, b) => a + b, 0);
  return weights.map((weight) => weight / sum);
}
