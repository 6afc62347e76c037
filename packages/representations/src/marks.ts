import { choice } from '@mer/options';
import { apexOf, type Clip } from './clip.js';

/** A marked frame of a clip. */
export type Mark = 'onset' | 'apex' | 'offset';

/** An option that is a {@link Mark}. */
// @__NO_SIDE_EFFECTS__
export function markOption(about: string, fallback: Mark) {
  return choice<Mark, { default: Mark }>(about, ['onset', 'apex', 'offset'], { default: fallback });
}

/** The index of a marked frame. */
export function markIndex(clip: Clip, mark: Mark, task: string): number {
  return mark === 'apex' ? apexOf(clip, task) : clip[mark];
}
