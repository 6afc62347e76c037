import { integer, type Option, type OptionEntries, tuple } from '@mer/options';

/** Defaults of {@link networkOptions}. */
export interface NetworkDefaults<Shape extends ImageShape> {
  /** Number of classes. */
  readonly classes: number;
  /** Height, width and channels of an image; frames in front where a network takes several. */
  readonly inputShape: Shape;
}

/** Height, width and channels, with the number of frames in front where there are several. */
export type ImageShape =
  | readonly [height: number, width: number, channels: number]
  | readonly [frames: number, height: number, width: number, channels: number];

/** What the options of every network have. */
export type NetworkEntries = OptionEntries & Readonly<Record<'classes' | 'inputShape' | 'seed', OptionEntries[string]>>;

/**
 * The options that every network has: `classes`, `inputShape` and `seed`.
 *
 * @param defaults - their defaults; the shape of several frames has four lengths
 * @param about - what the shape must be besides
 *
 * @example
 * ```ts
 * import { networkOptions } from '@mer/models';
 * import { checkOptions } from '@mer/options';
 *
 * const entries = networkOptions({ classes: 3, inputShape: [28, 28, 3] });
 * console.log(checkOptions('create it', entries, { classes: 5 })); // { classes: 5, inputShape: [ 28, 28, 3 ], seed: 0 }
 * ```
 */
// @__NO_SIDE_EFFECTS__
export function networkOptions<const Shape extends ImageShape>(
  { classes, inputShape }: NetworkDefaults<Shape>,
  about = 'Height, width and channels of an image.',
): NetworkOptions<Shape> {
  const lengths = ['height', 'width', 'channels'] as const;
  const names = inputShape.length === 3 ? lengths : (['frames', ...lengths] as const);
  return {
    classes: integer('Number of classes.', { min: 2, default: classes }),
    inputShape: tuple(about, names, { default: inputShape as never }) as never,
    seed: integer('Seed of the initial weights and of the masks in training.', { min: 0, default: 0 }),
  };
}

/** What {@link networkOptions} gives. */
export type NetworkOptions<Shape extends ImageShape> = {
  readonly classes: Option<number, { readonly default: number }>;
  readonly inputShape: Option<Lengths<Shape>, { readonly default: Lengths<Shape> }>;
  readonly seed: Option<number, { readonly default: number }>;
};

type Lengths<Shape extends ImageShape> = { readonly [Axis in keyof Shape]: number };
