import type { Clip, LongClip } from '@mer/representations';
import type { ClipDataset } from './dataset.js';
import { isLong } from './frames/is-long.js';
import type { ReadClipOptions } from './read-clip-options.js';

/**
 * A clip of a data set: read, or, where it is long and the data set can do that, with frames that are read when they are needed.
 *
 * @param dataset - of clips
 * @param index - of the sample
 * @param options - as `readClip` takes them
 * @returns a clip in memory, whose frames are the caller's, or a `LongClip`; both have the same frames
 * @throws as `readClip`
 *
 * @example
 * ```ts
 * import { createSyntheticDataset, readOrOpenClip } from '@mer/datasets';
 * import { mesti } from '@mer/representations';
 *
 * const dataset = createSyntheticDataset({ subjects: 2, clipsPerSubject: 1 });
 * const image = await mesti().applyAsync(await readOrOpenClip(dataset, 0, { size: 32 }));
 * console.log(image.shape); // [ 32, 32, 3 ]
 * ```
 */
export async function readOrOpenClip(
  dataset: ClipDataset,
  index: number,
  options: ReadClipOptions = {},
): Promise<Clip | LongClip> {
  const opened = await dataset.openClip?.(index, options);
  return opened && isLong(opened.frames) ? opened : dataset.readClip(index, options);
}
