import { findPart, type Part } from '@mer/options';
import type { BatchImages } from '../batch.js';
import { sizeOf } from '../prepared-data.js';
import type { RandomStream } from '../random.js';
import type { ImageAugmentation } from '../settings.js';
import { type FlowChannels, NO_WARP, type Warp, warpRow } from './affine.js';
import type { ImageChange, Patch } from './define-augmentation.js';
import { imageAugmentationsWith } from './image-augmentations.js';
import type { Mix } from './mixup.js';

/** The change that changes nothing. */
export const NO_CHANGE: ImageChange = Object.freeze<ImageChange>({
  warp: NO_WARP,
  crop: [0, 0],
  erased: [],
  others: [],
});

/**
 * Draws what happens to one sample in one epoch.
 *
 * @param augmentations - in their order; those that mix a batch draw nothing here
 * @param stream - advances
 * @param parts - augmentations beside ours
 */
export function drawImageChange(
  augmentations: readonly ImageAugmentation[],
  stream: RandomStream,
  parts?: readonly Part[],
): ImageChange {
  return augmentations.reduce(
    (change, settings) => partOf(settings, parts).draw?.(change, settings, stream) ?? change,
    NO_CHANGE,
  );
}

/** Draws how a batch is mixed, once for each augmentation that mixes. */
export function drawBatchMixes(
  augmentations: readonly ImageAugmentation[],
  batch: number,
  stream: RandomStream,
  parts?: readonly Part[],
): Mix[] {
  return augmentations.flatMap((settings) => partOf(settings, parts).mix?.(batch, settings, stream) ?? []);
}

const partOf = ({ name }: ImageAugmentation, parts: readonly Part[] | undefined) =>
  findPart('change of images', imageAugmentationsWith(parts), name);

/**
 * Changes each row of a batch as drawn, in place.
 *
 * @param batch - the rows, one after the other
 * @param changes - one for each row
 * @param flow - the input's flow channels, where it has any
 * @throws RangeError where the rows are no images `[..., height, width, channels]`
 */
export function changeRows({ values, shape }: BatchImages, changes: readonly ImageChange[], flow?: FlowChannels): void {
  if (shape.length < 3) {
    throw new RangeError(
      `Cannot augment an input as it must be images [height, width, channels]: its shape is [${shape}]`,
    );
  }
  const size = sizeOf(shape);
  for (const [place, { warp, crop, cropZeros = false, erased, others }] of changes.entries()) {
    const row = values.subarray(place * size, (place + 1) * size);
    const [height, width] = shape.slice(-3) as [number, number, number];
    const cropped = [crop[0] / width, crop[1] / height] as const;
    if (cropZeros) {
      // what the warp took out of the picture does not come back
      change(row, shape, warp, flow);
      change(row, shape, { ...NO_WARP, shift: cropped, zeros: true }, flow);
    } else {
      change(row, shape, { ...warp, shift: [warp.shift[0] + cropped[0], warp.shift[1] + cropped[1]] }, flow);
    }
    for (const patch of erased) erase(row, shape, patch);
    for (const other of others) other(row, shape, flow);
  }
}

function change(row: Float32Array, shape: readonly number[], warp: Warp, flow: FlowChannels | undefined): void {
  const { flip, angle, zoom, shift } = warp;
  if (flip || angle !== 0 || zoom !== 1 || shift[0] !== 0 || shift[1] !== 0) row.set(warpRow(row, shape, warp, flow));
}

/** Fills a patch of every frame with the channel's mean over the frame. */
function erase(row: Float32Array, shape: readonly number[], patch: Patch): void {
  const [height, width, channels] = shape.slice(-3) as [number, number, number];
  const [top, left] = [Math.round(patch.top * height), Math.round(patch.left * width)];
  const bottom = Math.min(height, top + Math.round(patch.height * height));
  const right = Math.min(width, left + Math.round(patch.width * width));
  const pixels = height * width;
  for (let frame = 0; frame < row.length; frame += pixels * channels) {
    for (let c = 0; c < channels; c++) {
      let sum = 0;
      for (let p = 0; p < pixels; p++) sum += row[frame + p * channels + c]!;
      for (let y = top; y < bottom; y++) {
        for (let x = left; x < right; x++) row[frame + (y * width + x) * channels + c] = sum / pixels;
      }
    }
  }
}
