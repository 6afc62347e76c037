import { type AnnotatedDataset, type ClipDataset, readOrOpenClip } from '@mer/datasets';
import { type ApexScores, apexScores, type SpottedApex } from '@mer/metrics';
import { isLongClip, type SpotApexOptions, spotApex } from '@mer/representations';
import * as tf from '@tensorflow/tfjs-core';

/** Options of {@link scoreApexes}. */
export interface ScoreApexesOptions {
  /** Ways of spotting by the names that they have in the table; where not given, the peak and the divided search in what the skin does, and the peak of all that moves. */
  ways?: Readonly<Record<string, SpotApexOptions>>;
  /** Frames are resized to a square of this side as they are read. */
  size?: number | undefined;
  /** Told after each clip. */
  onProgress?: (done: number, total: number) => void;
  /** Ends the work between two clips. */
  signal?: AbortSignal | undefined;
}

/** What {@link scoreApexes} found. */
export interface ApexStudy {
  /** Clips whose annotated apex lies between onset and offset: those that are scored. */
  clips: number;
  /** Clips without such an apex, or with no frame between onset and offset. */
  left: number;
  /** Scores of each way; `middle` takes the middle of each clip, whatever is in it. */
  ways: Record<string, ApexScores>;
}

const WAYS: Readonly<Record<string, SpotApexOptions>> = {
  peak: { search: 'peak' },
  'divide-and-conquer': { search: 'divide-and-conquer' },
  'peak of onset-difference': { search: 'peak', measure: 'onset-difference' },
};

/**
 * Spots the apex of every clip of a data set whose apex is annotated, and tells how far the two are apart.
 *
 * Everything that is said of clips without an annotated apex rests on this: a way that is not better than `middle` tells nothing.
 *
 * @param dataset - of clips; onset, apex and offset as annotated
 * @throws RangeError where no clip has an apex
 *
 * @example
 * ```ts
 * import { createSyntheticDataset } from '@mer/datasets';
 * import { scoreApexes } from '@mer/experiments';
 *
 * const { clips, ways } = await scoreApexes(createSyntheticDataset({ subjects: 2, clipsPerSubject: 2, size: 32 }));
 * console.log(clips, Object.keys(ways).join(', ')); // 4 'middle, peak, divide-and-conquer, peak of onset-difference'
 * ```
 */
export async function scoreApexes(
  dataset: ClipDataset,
  { ways = WAYS, size, onProgress, signal }: ScoreApexesOptions = {},
): Promise<ApexStudy> {
  const spotted: Record<string, SpottedApex[]> = Object.fromEntries(
    ['middle', ...Object.keys(ways)].map((n) => [n, []]),
  );
  const { records } = dataset as Partial<AnnotatedDataset>;
  const total = dataset.samples.length;
  let left = 0;
  for (let index = 0; index < total; index++) {
    signal?.throwIfAborted();
    // what is annotated at an end is no apex that could be searched for
    const known = records?.[index];
    const none = known && (known.apex === null || known.apex <= known.onset || known.apex >= known.offset);
    const clip = none ? undefined : await readOrOpenClip(dataset, index, size === undefined ? {} : { size });
    if (clip === undefined || clip.apex === null || clip.apex <= clip.onset || clip.apex >= clip.offset) left++;
    else {
      const { onset, apex: truth, offset } = clip;
      const fps = known?.fps;
      const one = { truth, onset, offset, ...(fps !== undefined && { fps }) };
      spotted['middle']!.push({ ...one, predicted: Math.round((onset + offset) / 2) });
      for (const [name, options] of Object.entries(ways)) {
        const marked = await spotApex({ ...options, overwrite: true }).applyAsync(clip);
        spotted[name]!.push({ ...one, predicted: marked.apex });
        if (!isLongClip(marked)) marked.frames.dispose();
      }
    }
    if (clip && !isLongClip(clip)) tf.dispose(clip.frames);
    onProgress?.(index + 1, total);
  }
  const clips = total - left;
  if (clips === 0) {
    throw new RangeError(
      `Cannot score the spotting of apexes as a clip of ${dataset.name} must have an annotated apex between onset and offset: none of ${total} has`,
    );
  }
  return {
    clips,
    left,
    ways: Object.fromEntries(Object.entries(spotted).map(([name, all]) => [name, apexScores(all)])),
  };
}
