import { checkOptions, checkPart, type OptionEntries, type OptionsOf, type Part, type Resolved } from '@mer/options';
import type { SpottedInterval } from './intervals/spotted-interval.js';
import type { SpotterLearning } from './learning/spotter-learning.js';
import type { Recording } from './recording.js';
import type { SignalTrace } from './signal/signal-trace.js';
import type { WatchOptions } from './spotters/region-motion.js';

/** A way to find expressions in recordings, as a part; see {@link defineSpotter}. */
export interface SpotterDefinition<
  Name extends string = string,
  // biome-ignore lint/suspicious/noExplicitAny: a list of definitions holds spotters of any options
  Entries extends OptionEntries = any,
  // biome-ignore lint/suspicious/noExplicitAny: and of any measurements
  Measured = any,
> extends Part {
  readonly kind: 'spotter';
  readonly name: Name;
  /** Authors, year and identifier; null for one of this project. */
  readonly paper: string | null;
  /** What the paper leaves open and whoever defines the spotter chose. */
  readonly ours: string;
  readonly options: Entries;
  /** Names of the options that `measure` does not look at: other values of them need no new measurement. */
  readonly decides: readonly (keyof Entries & string)[];
  /** What is seen in a recording: the work that takes long. Plain data. */
  measure(recording: Recording, options: Resolved<Entries>, watch: WatchOptions): Promise<Measured>;
  /** Signals by which it decides, to be drawn beside the intervals. */
  trace?(measured: Measured, options: Resolved<Entries>): SignalTrace[];
  /** The intervals that follow. */
  decide(measured: Measured, options: Resolved<Entries>): SpottedInterval[];
  /** Of a spotter whose scores come from networks that must learn first: its `measure` is that of {@link withNetworks}. */
  readonly learning?: SpotterLearning<Entries, Measured> | undefined;
}

/**
 * Defines a spotter: what it sees in a recording, and which intervals follow from that.
 *
 * The two are apart so that thresholds can be chosen on the recordings of other subjects without looking at frames again, see {@link tuneSpotter}.
 *
 * @throws TypeError where the declaration lacks something
 *
 * @example
 * ```ts
 * import { number } from '@mer/options';
 * import { frameReader } from '@mer/representations';
 * import { defineSpotter, findPeaks, intervalsAroundPeaks, kindOfLength, spot } from '@mer/spotting';
 * import * as tf from '@tensorflow/tfjs-core';
 *
 * const brightness = defineSpotter({
 *   name: 'brightness',
 *   title: 'Bright moments',
 *   paper: null,
 *   ours: 'all of it',
 *   options: { height: number('Least brightness.', { default: 0.5 }) },
 *   decides: ['height'],
 *   measure: async ({ frames }) => {
 *     const all = await frames.read(0, frames.shape[0]);
 *     return Array.from(tf.mean(all, [1, 2, 3]).dataSync());
 *   },
 *   decide: (values, { height }) =>
 *     intervalsAroundPeaks(findPeaks(values, { height }), { reach: 1, values, frames: values.length }).map((one) => ({
 *       ...one,
 *       kind: kindOfLength(one, 30),
 *     })),
 * });
 * const course = tf.reshape(tf.tensor1d([0, 0, 0.25, 1, 0.25, 0]), [6, 1, 1, 1]) as tf.Tensor4D;
 * console.log(await spot({ frames: frameReader(course), fps: 30 }, brightness)); // [ { onset: 2, apex: 3, offset: 4, score: 1, kind: 'micro' } ]
 * ```
 */
export function defineSpotter<const Name extends string, const Entries extends OptionEntries, Measured>(
  declaration: Omit<SpotterDefinition<Name, Entries, Measured>, 'kind'>,
): SpotterDefinition<Name, Entries, Measured> {
  const definition: SpotterDefinition<Name, Entries, Measured> = { kind: 'spotter', ...declaration };
  checkPart(definition);
  for (const name of ['measure', 'decide'] as const) {
    if (typeof definition[name] !== 'function') {
      throw new TypeError(`Cannot define the spotter "${definition.name}" as ${name} must be a function`);
    }
  }
  const unknown = definition.decides?.find((name) => !Object.hasOwn(definition.options, name));
  if (!Array.isArray(definition.decides) || unknown !== undefined) {
    throw new TypeError(
      `Cannot define the spotter "${definition.name}" as decides must be a list of its options: current value is ${unknown ?? String(definition.decides)}`,
    );
  }
  return Object.freeze(definition);
}

/**
 * Finds the expressions in a recording.
 *
 * @param recording frames, frame rate and landmarks
 * @param spotter one of {@link spotters}, or anybody's own
 * @param options those of the spotter
 * @param watch progress, and a signal that ends it
 * @returns intervals in time order, in frames of the recording from 0
 * @throws TypeError or RangeError for a wrong option or a recording that lacks something
 *
 * @example
 * ```ts
 * import { frameReader } from '@mer/representations';
 * import { regionFlow, spot } from '@mer/spotting';
 * import * as tf from '@tensorflow/tfjs-core';
 *
 * const points = Array.from({ length: 68 }, (_, i) => [20 + (i % 17) * 4, 20 + Math.floor(i / 17) * 16] as const);
 * const frames = frameReader(tf.zeros([12, 96, 96, 1]));
 * console.log(await spot({ frames, fps: 30, landmarks: [{ frame: 0, points }] }, regionFlow)); // []
 * ```
 */
export async function spot<Entries extends OptionEntries, Measured>(
  recording: Recording,
  spotter: SpotterDefinition<string, Entries, Measured>,
  options: OptionsOf<Entries> = {} as OptionsOf<Entries>,
  watch: WatchOptions = {},
): Promise<SpottedInterval[]> {
  const settings = checkOptions(`spot expressions by ${spotter.name}`, spotter.options, options) as Resolved<Entries>;
  return spotter.decide(await spotter.measure(recording, settings, watch), settings);
}
