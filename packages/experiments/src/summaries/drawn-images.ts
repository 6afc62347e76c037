import type { Prediction } from '../run/run-store.js';
import { type MeanAndStd, mean, spread } from './spread.js';

/** How like their targets the images are that a network draws of tested samples: means over samples, then over seeds. */
export interface DrawnSummary {
  /** Samples of a seed. */
  n: number;
  /** Peak signal-to-noise ratio, decibels; the deviation is that over seeds, 0 with one. */
  psnr: MeanAndStd;
  /** Structural similarity. */
  ssim: MeanAndStd;
}

/** Of the predictions of each seed; undefined where no image was drawn. */
export function drawnSummary(seeds: readonly (readonly Prediction[])[]): DrawnSummary | undefined {
  const drawn = seeds
    .map((predictions) => predictions.flatMap((one) => one.drawn ?? []))
    .filter(({ length }) => length);
  if (drawn.length === 0) return undefined;
  const over = (score: 'psnr' | 'ssim'): MeanAndStd => {
    const means = drawn.map((images) => mean(images.map((image) => image[score])));
    return means.length > 1 ? spread(means) : { mean: means[0]!, std: 0 };
  };
  return { n: drawn[0]!.length, psnr: over('psnr'), ssim: over('ssim') };
}

/** `PSNR 21.34 ± 0.12 dB, SSIM 0.731 ± 0.004 (246 images against their targets)` */
export function drawnText({ n, psnr, ssim }: DrawnSummary): string {
  const text = ({ mean: value, std }: MeanAndStd, digits: number) =>
    `${value.toFixed(digits)}${std > 0 ? ` ± ${std.toFixed(digits)}` : ''}`;
  return `PSNR ${text(psnr, 2)} dB, SSIM ${text(ssim, 3)} (${n} images against their targets)`;
}
