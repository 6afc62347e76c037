import type * as tfl from '@tensorflow/tfjs-layers';

/** One image that a network takes. */
export interface ModelInput {
  /** Name of the input node. */
  readonly name: string;
  /** Height, width and channels at the network's published size; frames in front where it takes several. */
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
  /** Where its layers come from: the authors' code, the abstract with this project's choices, or this project. */
  readonly origin: 'authors-code' | 'torchvision' | 'abstract' | 'this-project';
  /** Its images, in the order in which the model takes them. */
  readonly inputs: readonly ModelInput[];
  /** Trainable parameters with the default options, which have `classes` classes. */
  readonly parameters: { readonly classes: number; readonly trainable: number };
  /** Scores from papers and from the authors' code. */
  readonly results: readonly PublishedResult[];
  /** Options of a variant with under 0.5 M parameters that trains on a laptop: `size: 'small'` in {@link createModel}. */
  readonly small: object;
  /** Makes the network. */
  readonly create: (options: never) => tfl.LayersModel;
}

/** RGB values as ImageNet weights expect them. */
export const IMAGENET_VALUES = 'RGB from 0 to 1, less (0.485, 0.456, 0.406), over (0.229, 0.224, 0.225)';

/** The composite of MEGC 2019. */
export const MEGC2019 = 'MEGC2019 composite (3 classes, 442 clips, 68 subjects)';

/** How scores that stand in many papers, but were not checked in the original, are marked. */
export const UNCHECKED = 'as cited in later papers; not checked in the original';
