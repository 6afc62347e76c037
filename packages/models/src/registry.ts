import type * as tfl from '@tensorflow/tfjs-layers';
import { createSmallCnn } from './small-cnn.js';
import { createStstNet } from './stst-net.js';

/** One image that a network takes. */
export interface ModelInput {
  /** Name of the input node. */
  readonly name: string;
  /** Height, width and channels at the network's published size. */
  readonly shape: readonly number[];
  /** Representations that suit it, by their names in `@mer/representations`; the published one first. */
  readonly representations: readonly string[];
  /** Range and meaning of the values. */
  readonly values: string;
}

/** A published score of a network. */
export interface PublishedResult {
  /** Data set and number of classes. */
  readonly dataset: string;
  /** How training and test were split, and which epoch was scored, as far as is known. */
  readonly protocol: string;
  /** Scores from 0 to 1 by name. */
  readonly scores: Readonly<Partial<Record<'uf1' | 'uar' | 'accuracy', number>>>;
  /** Where the numbers were read. */
  readonly source: string;
  /** What keeps them from being compared. */
  readonly caveat?: string;
}

/** What the registry says about a network. */
export interface ModelEntry {
  /** Full name. */
  readonly title: string;
  /** Authors, year and identifier; null for a network of this project. */
  readonly paper: string | null;
  /** Its images, in the order in which the model takes them. */
  readonly inputs: readonly ModelInput[];
  /** Trainable parameters with the default options and `classes` classes. */
  readonly parameters: { readonly classes: number; readonly trainable: number };
  /** Scores from papers and from the authors' code. */
  readonly results: readonly PublishedResult[];
  /** Makes the network. */
  readonly create: (options: never) => tfl.LayersModel;
}

const MEGC2019 = 'MEGC2019 composite (3 classes, 442 clips, 68 subjects)';

/**
 * Every network by name, with its paper, inputs, size and published results.
 *
 * @example
 * ```ts
 * import { models } from '@mer/models';
 *
 * console.log(models.ststnet.paper); // Liong, Gan, See, Khor, Huang 2019, arXiv 1902.03634
 * ```
 */
export const models = Object.freeze({
  ststnet: {
    title: 'STSTNet: shallow triple stream three-dimensional CNN',
    paper: 'Liong, Gan, See, Khor, Huang 2019, arXiv 1902.03634',
    inputs: [
      {
        name: 'image',
        shape: [28, 28, 3],
        representations: ['flow-strain'],
        values: 'strain, v, u of onset to apex, each min-max scaled per sample to 0..255',
      },
    ],
    parameters: { classes: 3, trainable: 1683 },
    results: [
      {
        dataset: MEGC2019,
        protocol: 'leave one subject out; which epoch is not stated',
        scores: { uf1: 0.7353, uar: 0.7605, accuracy: 0.7692 },
        source: 'the paper, table II',
        caveat: 'from the published log the UAR is 0.7186: 0.7605 is macro precision, truth and prediction swapped',
      },
      {
        dataset: MEGC2019,
        protocol: "leave one subject out, last of 800 epochs, the authors' published weights",
        scores: { uf1: 0.720948, uar: 0.724979, accuracy: 0.739819 },
        source: "the authors' PyTorch weights, evaluated by this project",
      },
    ],
    /** Makes the network. */
    create: createStstNet,
  },
  'small-cnn': {
    title: 'A small CNN for one image per clip',
    paper: null,
    inputs: [
      {
        name: 'image',
        shape: [64, 64, 3],
        representations: ['dynamic-image'],
        values: 'any, zero mean preferred',
      },
    ],
    parameters: { classes: 3, trainable: 23891 },
    results: [],
    /** Makes the network. */
    create: createSmallCnn,
  },
} as const satisfies Record<string, ModelEntry>);

/** Name of a network in {@link models}. */
export type ModelName = keyof typeof models;

/** Options of the network with a name. */
export type ModelOptions<Name extends ModelName> = NonNullable<Parameters<(typeof models)[Name]['create']>[0]>;
