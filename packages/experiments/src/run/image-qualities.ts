import { psnr, ssim } from '@mer/metrics';
import { type DrawnImagesOptions, drawnImages, type PreparedData } from '@mer/training';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { ImageQuality } from './run-store.js';

/** What equal images have, which a file can hold. */
const MOST_DECIBELS = 100;

/** Least side of an image that has a structural similarity. */
const LEAST_SIDE = 11;

/** How like their targets the images are that a network draws of some samples, in their order; none where it draws none, or draws no numbers. */
export async function imageQualities(
  model: LayersModel,
  data: PreparedData,
  indices: readonly number[],
  options: DrawnImagesOptions,
): Promise<(ImageQuality | undefined)[]> {
  const found: (ImageQuality | undefined)[] = [];
  for await (const image of drawnImages(model, data, indices, options)) {
    const fits = Math.min(image.width, image.height) >= LEAST_SIDE && image.actual.every(Number.isFinite);
    found.push(fits ? { psnr: Math.min(psnr(image), MOST_DECIBELS), ssim: ssim(image) } : undefined);
  }
  return found;
}
