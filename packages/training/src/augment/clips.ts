import { findPart, type Part } from '@mer/options';
import type { Clip } from '@mer/representations';
import type { ViewPlan } from '../prepared-data.js';
import { allClipAugmentations, type ClipAugmentation } from './clip-augmentation-option.js';
import type { ClipChange } from './define-augmentation.js';

/**
 * The views that clip augmentations make of every sample. View 0 is the clip as annotated.
 *
 * `phases` trains on three images of each clip: the whole, onset to apex, apex to offset. `mirror` and `jitter` give alternatives, of which an epoch
 * takes one; `strongest-pair` takes the place of the annotated frames in training. Several are applied one after the other.
 *
 * @param augmentations - names and settings, in their order
 * @param test - whether the clip as annotated is tested, or the mean over the views that no chance has changed, one of each group
 * @param parts - augmentations beside ours
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
export function viewPlan(
  augmentations: readonly ClipAugmentation[],
  test: 'clean' | 'mean' = 'clean',
  parts?: readonly Part[],
): ViewPlan {
  const groups = groupsOf(augmentations, parts);
  // the clean view is prepared even where no epoch trains on it
  const extra = groups.flat().some((view) => view.length === 0) ? 0 : 1;
  let next = extra;
  const train = groups.map((views) => views.map(() => next++));
  const tested = test === 'mean' ? certainOfEach(groups, train) : [0];
  return { count: next, train, test: tested };
}

/** One view: the changes that make it, in order; none for the clip as annotated. */
type View = readonly ClipChange[];

/** The views of each group, all augmentations one after the other. */
function groupsOf(augmentations: readonly ClipAugmentation[], parts: readonly Part[] | undefined): View[][] {
  return augmentations.reduce<View[][]>(
    (before, settings) => {
      const changes = findPart('change of clips', allClipAugmentations(parts), settings.name).groups(settings);
      return before.flatMap((views) =>
        changes.map((group) => group.flatMap((change) => views.map((view) => (change ? [...view, change] : view)))),
      );
    },
    [[[]]],
  );
}

/** Of each group the view that no chance has changed. */
function certainOfEach(groups: readonly View[][], train: readonly number[][]): number[] {
  return groups.flatMap((views, group) => {
    const place = views.findIndex((view) => view.every(({ certain }) => certain));
    return place < 0 ? [] : [train[group]![place]!];
  });
}

/**
 * Makes the views of one clip, in the order of {@link viewPlan}.
 *
 * @param clip - as annotated; stays the caller's
 * @param augmentations - as given to {@link viewPlan}
 * @param key - identifies the clip: what chance draws for it
 * @param parts - augmentations beside ours
 * @returns one function for each view; the clip that it gives shares the frames of `clip` unless its own frames are another tensor, which the caller
 * disposes of
 *
 * @example
 * ```ts
 * import { clipViews } from '@mer/training';
 * import * as tf from '@tensorflow/tfjs-core';
 *
 * const clip = { frames: tf.zeros([9, 2, 2, 1]) as tf.Tensor4D, onset: 0, apex: 4, offset: 8 };
 * const [, rise] = clipViews(clip, [{ name: 'phases' }], ['EP01']);
 * console.log((await rise!()).offset); // 4
 * ```
 */
export function clipViews(
  clip: Clip,
  augmentations: readonly ClipAugmentation[],
  key: readonly (string | number)[],
  parts?: readonly Part[],
): (() => Promise<Clip>)[] {
  const views = groupsOf(augmentations, parts).flat();
  const all = views.some((view) => view.length === 0) ? views : [[], ...views];
  return all.map((view) => async () => {
    let current = clip;
    for (const change of view) {
      const next = await change.apply(current, key);
      if (current.frames !== clip.frames && next.frames !== current.frames) current.frames.dispose();
      current = next;
    }
    return current;
  });
}
