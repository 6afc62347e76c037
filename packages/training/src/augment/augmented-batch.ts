import type { Part } from '@mer/options';
import { type Batch, plainBatch } from '../batch.js';
import type { PreparedData } from '../prepared-data.js';
import type { RandomStream } from '../random.js';
import type { ImageAugmentation } from '../settings.js';
import { changeRows, drawBatchMixes, drawImageChange, NO_CHANGE } from './images.js';
import { mixRows } from './mixup.js';

/** What changes the images of a batch. */
export interface AugmentedBatchOptions {
  images: readonly ImageAugmentation[];
  /** Advances. */
  stream: RandomStream;
  parts: readonly Part[] | undefined;
}

/** The images of some rows, changed as drawn, with the share of each class in each. */
export function augmentedBatch(
  data: PreparedData,
  rows: readonly number[],
  { images, stream, parts }: AugmentedBatchOptions,
): Batch {
  const batch = plainBatch(data, rows);
  const changes = rows.map(() => drawImageChange(images, stream, parts));
  if (changes.some((change) => change !== NO_CHANGE)) {
    for (const [i, { flow }] of data.inputs.entries()) changeRows(batch.inputs[i]!, changes, flow);
    for (const [i, { flow }] of (data.targets ?? []).entries()) changeRows(batch.targets[i]!, changes, flow);
  }
  for (const mix of drawBatchMixes(images, rows.length, stream, parts)) {
    for (const input of batch.inputs) input.values = mixRows(input.values, mix);
    batch.classes = mixRows(batch.classes, mix);
    if (mix.share < 0.5) batch.labels = mix.partner.map((other) => batch.labels[other]!);
  }
  return batch;
}
