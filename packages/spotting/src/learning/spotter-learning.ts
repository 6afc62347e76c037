import type { Interval } from '@mer/metrics';
import type { OptionEntries, Resolved } from '@mer/options';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { Recording } from '../recording.js';
import type { WatchOptions } from '../spotters/region-motion.js';
import type { MomentCounts, Moments } from './moments.js';

/** How a network of a spotter is trained; see {@link SpotterLearning}. */
export interface SpotterTraining {
  /** 0: its weights stay as they are. */
  readonly epochs: number;
  readonly batchSize: number;
  readonly optimizer: 'sgd' | 'adam';
  readonly learningRate: number;
  /** Which of the moments without an expression take part: a share of them, or so many for each moment of one. Drawn once. */
  readonly quiet: { readonly share: number } | { readonly each: number };
  /** Changed copies that are added of each moment of an expression. */
  readonly copies: readonly MomentCopy[];
}

/** What a copy of a moment is changed by: mirrored, blurred (Gaussian, 7 x 7), or noise of a tenth of the range. */
export type MomentCopy = 'flip' | 'blur' | 'noise';

/** An annotated expression that networks learn from; its apex where that is known. */
export interface LearnedInterval extends Interval {
  readonly apex?: number | null | undefined;
}

/** What a spotter says whose scores come from networks: what they see, what they should answer, how they are trained. Training itself is elsewhere. */
export interface SpotterLearning<
  // biome-ignore lint/suspicious/noExplicitAny: a list of definitions holds spotters of any options
  Entries extends OptionEntries = any,
  // biome-ignore lint/suspicious/noExplicitAny: and of any measurements
  Measured = any,
> {
  /** Its networks by name, each with the kinds of images that it takes, in the order of its inputs. */
  readonly networks: Readonly<Record<string, readonly string[]>>;
  /** Names of the options that `look` does not see: other values of them need no new look at frames. */
  readonly trains: readonly (keyof Entries & string)[];
  /** What networks see of a recording: the work that takes long. */
  look(recording: Recording, options: Resolved<Entries>, watch: WatchOptions): Promise<Moments>;
  /** A network with weights to begin with; the caller's. */
  create(network: string, options: Resolved<Entries>, seed: number): Promise<LayersModel>;
  /** What a network should answer to each moment: above 0 in an expression. */
  targets(
    network: string,
    moments: MomentCounts,
    truth: readonly LearnedInterval[],
    options: Resolved<Entries>,
  ): Float32Array;
  /** How a network is trained. */
  training(network: string, options: Resolved<Entries>): SpotterTraining;
  /** What `decide` takes, of the answers of each network to each moment. */
  measured(
    moments: MomentCounts,
    answers: Readonly<Record<string, Float32Array>>,
    options: Resolved<Entries>,
  ): Measured;
}
