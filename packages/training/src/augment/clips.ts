import { type Clip, phasesOf } from '@mer/representations';
import * as tf from '@tensorflow/tfjs-core';
import type { ClipAugmentation } from '../experiment/schema.js';
import type { ViewPlan } from '../prepared-data.js';
import { type RandomStream, randomStream, uniformBelow } from '../random.js';

/**
 * The views that clip augmentations make of every sample. View 0 is the clip as annotated.
 *
 * `phases` trains on three images of each clip: the whole, onset to apex, apex to offset. `mirror` and `jitter` give alternatives, of which an epoch
 * takes one; `strongest-pair` takes the place of the annotated frames in training. Several are applied one after the other.
 *
 * @param augmentations - `training.augmentation.clips` of an experiment
 * @param test - `training.augmentation.test` of an experiment
 * @returns the plan
 *
 * @example
 * ```ts
 * import { viewPlan } from '@mer/training';
 *
 * console.log(viewPlan([{ name: 'phases' }]).train); // [ [ 0 ], [ 1 ], [ 2 ] ]
 * ```
 *
 * Reference: `phases` is the dual-phase augmentation of arXiv 2510.15466 (that the whole clip stays in training is this project's choice); `jitter`
 * and `strongest-pair` are what the code of MMNet (arXiv 2201.05297) and TSFmicro (arXiv 2505.16372) does to training clips.
 */
export function viewPlan(augmentations: readonly ClipAugmentation[], test: 'clean' | 'mean' = 'clean'): ViewPlan {
  const groups = augmentations.reduce<View[][]>((before, augmentation) => extend(before, augmentation), [[[]]]);
  // the clean view is prepared even where no epoch trains on it
  const extra = groups.flat().some((view) => view.length === 0) ? 0 : 1;
  let next = extra;
  const train = groups.map((views) => views.map(() => next++));
  const tested = test === 'mean' ? cleanOfEachPhase(groups, train) : [0];
  return { count: next, train, test: tested };
}

/** One view: the changes that make it, in order; none for the clip as annotated. */
type View = readonly Change[];
type Change =
  | { name: 'phase'; phase: 'onset-apex' | 'apex-offset' }
  | { name: 'mirror' }
  | { name: 'jitter'; copy: number; settings: Extract<ClipAugmentation, { name: 'jitter' }> }
  | { name: 'strongest-pair'; share: number };

function extend(groups: readonly View[][], augmentation: ClipAugmentation): View[][] {
  const and = (views: readonly View[], change: Change) => views.map((view) => [...view, change]);
  switch (augmentation.name) {
    case 'phases':
      return groups.flatMap((views) => [
        [...views],
        and(views, { name: 'phase', phase: 'onset-apex' }),
        and(views, { name: 'phase', phase: 'apex-offset' }),
      ]);
    case 'mirror':
      return groups.map((views) => [...views, ...and(views, { name: 'mirror' })]);
    case 'jitter':
      return groups.map((views) => [
        ...views,
        ...Array.from({ length: augmentation.copies }, (_, copy) => copy).flatMap((copy) =>
          and(views, { name: 'jitter', copy, settings: augmentation }),
        ),
      ]);
    case 'strongest-pair':
      return groups.map((views) => and(views, { name: 'strongest-pair', share: augmentation.share }));
  }
}

/** Of each group the view that no chance has changed. */
function cleanOfEachPhase(groups: readonly View[][], train: readonly number[][]): number[] {
  return groups.flatMap((views, group) => {
    const place = views.findIndex((view) => view.every(({ name }) => name === 'phase'));
    return place < 0 ? [] : [train[group]![place]!];
  });
}

/**
 * Makes the views of one clip, in the order of {@link viewPlan}.
 *
 * @param clip - as annotated; stays the caller's
 * @param augmentations - as given to {@link viewPlan}
 * @param key - identifies the clip: what chance draws for it
 * @returns one function for each view; the clip that it gives shares the frames of `clip` unless its own frames are another tensor, which the caller
 * disposes of
 */
export function clipViews(
  clip: Clip,
  augmentations: readonly ClipAugmentation[],
  key: readonly (string | number)[],
): (() => Promise<Clip>)[] {
  const groups = augmentations.reduce<View[][]>((before, augmentation) => extend(before, augmentation), [[[]]]);
  const views = groups.flat();
  const all = views.some((view) => view.length === 0) ? views : [[], ...views];
  return all.map((view) => async () => {
    let current = clip;
    for (const change of view) current = await apply(current, change, key);
    return current;
  });
}

async function apply(clip: Clip, change: Change, key: readonly (string | number)[]): Promise<Clip> {
  switch (change.name) {
    case 'phase': {
      const { onsetApex, apexOffset } = phasesOf(clip);
      const [onset, offset] = change.phase === 'onset-apex' ? onsetApex : apexOffset;
      const { apex } = clip;
      return { ...clip, onset, offset, apex: apex !== null && apex >= onset && apex <= offset ? apex : offset };
    }
    case 'mirror':
      return { ...clip, frames: tf.reverse(clip.frames, 2) };
    case 'jitter':
      return jittered(clip, change.settings, randomStream([...key, 'jitter', change.copy]));
    case 'strongest-pair':
      return strongestPair(clip, change.share);
  }
}

function jittered(
  clip: Clip,
  { onset, apex, offset }: { onset: number; apex: number; offset: number },
  stream: RandomStream,
) {
  const peak = clip.apex ?? Math.round((clip.onset + clip.offset) / 2);
  const draw = (share: number, span: number) => uniformBelow(Math.floor(share * span) + 1, stream);
  const rise = peak - clip.onset;
  const start = clip.onset + draw(onset, rise);
  const top = Math.max(peak - draw(apex, rise), start);
  const end = Math.max(clip.offset - draw(offset, clip.offset - peak), top);
  return { ...clip, onset: start, apex: clip.apex === null ? null : top, offset: end };
}

/** Moves onset and apex to the pair of frames, near the annotated ones, that differ most (L2). */
async function strongestPair(clip: Clip, share: number): Promise<Clip> {
  if (clip.apex === null || clip.apex <= clip.onset) return clip;
  const reach = Math.floor(share * (clip.apex - clip.onset));
  const starts = Array.from({ length: reach + 1 }, (_, i) => clip.onset + i);
  const ends = Array.from({ length: reach + 1 }, (_, i) => clip.apex! - reach + i);
  let best = { onset: clip.onset, apex: clip.apex, norm: -1 };
  for (const onset of starts) {
    for (const apex of ends) {
      if (apex <= onset) continue;
      const sum = tf.tidy(() => {
        const [first, last] = [onset, apex].map((at) => tf.slice(clip.frames, [at, 0, 0, 0], [1, -1, -1, -1]));
        return tf.sum(tf.square(tf.sub(last!, first!)));
      });
      const norm = (await sum.data())[0]!;
      sum.dispose();
      // of equal pairs the later apex: the annotated one, where all are alike
      if (norm >= best.norm) best = { onset, apex, norm };
    }
  }
  return { ...clip, onset: best.onset, apex: best.apex };
}
