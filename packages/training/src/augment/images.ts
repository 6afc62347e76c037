import type { ImageAugmentation } from '../experiment/schema.js';
import { copyRows, type PreparedInput, sizeOf } from '../prepared-data.js';
import { type RandomStream, uniform, uniformBelow } from '../random.js';
import { type FlowChannels, NO_WARP, type Warp, warpRow } from './affine.js';

/** A rectangle, as shares of height and width. */
interface Patch {
  top: number;
  left: number;
  height: number;
  width: number;
}

/** What was drawn for one sample: the same for all its inputs. */
export interface ImageChange {
  /** Mirror, turn, zoom and shift in one. */
  warp: Warp;
  /** Whole-pixel shift of a crop after padding, right and down. */
  crop: readonly [x: number, y: number];
  /** Rectangles that lose their content. */
  erased: readonly Patch[];
}

/**
 * Draws what happens to one sample in one epoch.
 *
 * @param augmentations - in the order of the experiment; `mixup` is drawn for a batch, not here
 * @param stream - advances
 */
export function drawImageChange(augmentations: readonly ImageAugmentation[], stream: RandomStream): ImageChange {
  let { flip, angle, zoom, shift } = NO_WARP;
  let crop: readonly [number, number] = [0, 0];
  const erased: Patch[] = [];
  const around = (largest: number) => (2 * uniform(stream) - 1) * largest;
  for (const augmentation of augmentations) {
    switch (augmentation.name) {
      case 'flip':
        flip = uniform(stream) < augmentation.probability ? !flip : flip;
        break;
      case 'rotate':
        angle += (around(augmentation.degrees) * Math.PI) / 180;
        break;
      case 'shift':
        shift = [shift[0] + around(augmentation.fraction), shift[1] + around(augmentation.fraction)];
        break;
      case 'zoom':
        zoom *= 1 + around(augmentation.fraction);
        break;
      case 'crop': {
        const side = 2 * augmentation.padding + 1;
        crop = [
          crop[0] + uniformBelow(side, stream) - augmentation.padding,
          crop[1] + uniformBelow(side, stream) - augmentation.padding,
        ];
        break;
      }
      case 'erase':
        if (uniform(stream) < augmentation.probability) erased.push(drawPatch(augmentation.area, stream));
        break;
      case 'mixup':
        break;
    }
  }
  return { warp: { flip, angle, zoom, shift }, crop, erased };
}

/** A patch of a random area, an aspect from 0.3 to 3.3 and a random place, as in Zhong et al., AAAI 2020. */
function drawPatch([smallest, largest]: readonly [number, number], stream: RandomStream): Patch {
  const area = smallest + uniform(stream) * (largest - smallest);
  const aspect = 0.3 * 11 ** uniform(stream);
  const height = Math.min(1, Math.sqrt(area * aspect));
  const width = Math.min(1, Math.sqrt(area / aspect));
  return { height, width, top: uniform(stream) * (1 - height), left: uniform(stream) * (1 - width) };
}

/**
 * Copies rows of an input and changes each as drawn.
 *
 * @param input - the input
 * @param rows - which rows
 * @param changes - one for each row; none leaves the rows as they are
 * @param flow - the input's flow channels, where it has any
 * @returns the rows, one after the other
 * @throws RangeError where the rows are no images `[..., height, width, channels]`
 */
export function changedRows(
  input: PreparedInput,
  rows: readonly number[],
  changes: readonly ImageChange[],
  flow?: FlowChannels,
): Float32Array {
  const values = copyRows(input, rows);
  if (changes.length === 0) return values;
  const { shape } = input;
  if (shape.length < 3) {
    throw new RangeError(
      `Cannot augment an input as it must be images [height, width, channels]: its shape is [${shape}]`,
    );
  }
  const size = sizeOf(shape);
  for (const [place, { warp, crop, erased }] of changes.entries()) {
    const row = values.subarray(place * size, (place + 1) * size);
    const [height, width] = shape.slice(-3) as [number, number, number];
    const moved: Warp = { ...warp, shift: [warp.shift[0] + crop[0] / width, warp.shift[1] + crop[1] / height] };
    if (moved.flip || moved.angle !== 0 || moved.zoom !== 1 || moved.shift[0] !== 0 || moved.shift[1] !== 0) {
      row.set(warpRow(row, shape, moved, flow));
    }
    for (const patch of erased) erase(row, shape, patch);
  }
  return values;
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
