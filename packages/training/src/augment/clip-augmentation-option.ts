import { list, type NamedOptions, named, type Part, withParts } from '@mer/options';
import { type FormsOf, formsOf, type OtherSettings } from '../settings.js';
import { clipAugmentations } from './clip-augmentations.js';
import type { ClipAugmentationDefinition } from './define-augmentation.js';

/** A further view of a clip. */
export type ClipAugmentation = NamedOptions<FormsOf<typeof clipAugmentations>> | OtherSettings;

/**
 * Every change of clips: ours, and those of a list.
 *
 * @param parts - anybody's own
 *
 * @example
 * ```ts
 * import { allClipAugmentations } from '@mer/training';
 *
 * console.log(allClipAugmentations().map(({ name }) => name)); // [ 'phases', 'mirror', 'jitter', 'strongest-pair' ]
 * ```
 */
export function allClipAugmentations(parts?: readonly Part[]): readonly ClipAugmentationDefinition[] {
  return withParts<ClipAugmentationDefinition>(['clip-augmentation'], clipAugmentations, parts);
}

/**
 * The option that lists further views of training clips, with parts beside ours.
 *
 * @param parts - anybody's own augmentations
 *
 * @example
 * ```ts
 * import { checkValue } from '@mer/options';
 * import { clipAugmentationOption } from '@mer/training';
 *
 * console.log(checkValue('train', 'clips', clipAugmentationOption(), [{ name: 'phases' }])); // [ { name: 'phases' } ]
 * ```
 */
export function clipAugmentationOption(parts?: readonly Part[]) {
  const forms = formsOf(allClipAugmentations(parts)) as FormsOf<typeof clipAugmentations>;
  return list(
    'Further views of a training clip, made before its representation and prepared once.',
    named('A further view.', forms, {}),
    { default: [] },
  );
}
