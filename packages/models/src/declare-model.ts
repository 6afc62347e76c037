import { checkOptions, type OptionEntries, type OptionsOf, type Part, type Resolved } from '@mer/options';
import type * as tfl from '@tensorflow/tfjs-layers';
import type { NetworkEntries } from './network-options.js';

/** One image that a network takes. */
export interface ModelInput {
  /** Name of the input node. */
  readonly name: string;
  /** Height, width and channels with the default options; frames in front where it takes several. */
  readonly shape: readonly number[];
  /** Representations that suit it, by their names in `@mer/representations`; the published one first. */
  readonly representations: readonly string[];
  /** Range and meaning of the values. */
  readonly values: string;
}

/** A published score of a network. */
export interface PublishedResult {
  /** Names it among the results of its network: lower case, digits and single dashes, such as `megc2019-paper`. */
  readonly id: string;
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

/** What {@link defineModel} takes. */
export interface ModelDeclaration<Name extends string, Entries extends NetworkEntries> {
  /** Name in files and commands: lower case, digits and dashes. */
  readonly name: Name;
  /** Full name. */
  readonly title: string;
  /** Authors, year and identifier; null for a network from no paper. */
  readonly paper: string | null;
  /** Where its layers come from; `own`: of whoever defines it. */
  readonly origin: 'authors-code' | 'torchvision' | 'abstract' | 'own';
  /** What the paper leaves open and the project that defines the network chose. */
  readonly ours?: string;
  /** Its images, in the order in which the model takes them. */
  readonly inputs: readonly ModelInput[];
  /** Trainable parameters with the default options, which have `classes` classes. */
  readonly parameters?: { readonly classes: number; readonly trainable: number };
  /** Scores from papers and from the authors' code. */
  readonly results?: readonly PublishedResult[];
  /** Options of variants, by name: `preset` of {@link createModel}. */
  readonly presets?: Readonly<Record<string, OptionsOf<Entries>>>;
  /** Its options, one schema each; `classes`, `inputShape` and `seed` of {@link networkOptions} among them. */
  readonly options: Entries;
  /** Makes the network from options that fit, with every default filled in. */
  create(options: Resolved<Entries>): tfl.LayersModel;
}

/** A network as a part: what {@link defineModel} gives. */
export interface ModelDefinition<Name extends string = string, Entries extends OptionEntries = OptionEntries>
  extends Part {
  readonly kind: 'model';
  readonly name: Name;
  /** Authors, year and identifier; null for a network from no paper. */
  readonly paper: string | null;
  /** Where its layers come from. */
  readonly origin: 'authors-code' | 'torchvision' | 'abstract' | 'own';
  /** What the project that defines the network chose; empty where it says nothing. */
  readonly ours: string;
  /** Its images, in the order in which the model takes them. */
  readonly inputs: readonly ModelInput[];
  /** Trainable parameters with the default options, which have `classes` classes; null where the definition does not say. */
  readonly parameters: { readonly classes: number; readonly trainable: number } | null;
  /** Scores from papers and from the authors' code. */
  readonly results: readonly PublishedResult[];
  /** Options of variants, by name. */
  readonly presets: Readonly<Record<string, OptionsOf<Entries>>>;
  readonly options: Entries;
  /**
   * Makes the network.
   *
   * @throws {TypeError} for an unknown option or a wrong type, and where what was made does not fit the definition
   * @throws {RangeError} for an option outside its range
   */
  create(options?: OptionsOf<Entries>): tfl.LayersModel;
}

/**
 * A network of this package as a part. It is as {@link defineModel}, but that what types say of a declaration, and what it must make, is not checked
 * when it runs: tests do that, and a page that takes a network need not hold the words for strangers' declarations.
 */
// @__NO_SIDE_EFFECTS__
export function declareModel<const Name extends string, const Entries extends NetworkEntries>(
  declaration: ModelDeclaration<Name, Entries>,
): ModelDefinition<Name, Entries> {
  const { parameters = null, results = [], presets = {}, ours = '', ...rest } = declaration;
  return Object.freeze({
    ...rest,
    kind: 'model',
    ours,
    parameters,
    results,
    presets,
    create: (given?: OptionsOf<Entries>) =>
      declaration.create(checkOptions(`create ${declaration.name}`, declaration.options, given)),
  });
}
