import {
  checkOptions,
  checkPart,
  type OptionEntries,
  type OptionsOf,
  type Part,
  type Resolved,
  show,
} from '@mer/options';
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

/** What others may rely on without knowing the network; every trait is false where it is not given. */
export interface ModelTraits {
  /** Takes optical flow. */
  readonly flow?: boolean;
  /** Takes one image for each phase, `rise` (onset to apex) and `fall` (apex to offset). */
  readonly phases?: boolean;
  /** Normalizes over the batch, so that training needs several samples at a time. */
  readonly batchStatistics?: boolean;
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
  /** What others may rely on. */
  readonly traits?: ModelTraits;
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
  /** What others may rely on. */
  readonly traits: ModelTraits;
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
 * Defines a network, ours or anybody's: its name, paper, inputs and options, and the function that makes it, in one frozen value.
 *
 * What its `create` is given is checked by the options, and what it makes must be a model of layers with logits `[batch, classes]` first,
 * whose inputs are among those declared.
 *
 * @throws {TypeError} that says what the declaration lacks
 * @throws {RangeError} where a preset does not fit the options
 *
 * @example
 * ```ts
 * import { createModel, defineModel, Linear, networkOptions } from '@mer/models';
 * import * as tfl from '@tensorflow/tfjs-layers';
 *
 * const oneLayer = defineModel({
 *   name: 'one-layer',
 *   title: 'One linear layer',
 *   paper: null,
 *   origin: 'own',
 *   inputs: [{ name: 'image', shape: [28, 28, 3], representations: ['uv-strain'], values: 'any' }],
 *   options: networkOptions({ classes: 3, inputShape: [28, 28, 3] }),
 *   create({ classes, inputShape, seed }) {
 *     const image = tfl.input({ shape: [...inputShape], name: 'image' });
 *     const flat = tfl.layers.flatten().apply(image);
 *     const logits = new Linear({ name: 'fc', units: classes, head: true, seed }).apply(flat as tfl.SymbolicTensor);
 *     return tfl.model({ inputs: image, outputs: logits as tfl.SymbolicTensor });
 *   },
 * });
 * console.log(oneLayer.create({ classes: 5 }).outputs[0].shape); // [ null, 5 ]
 * console.log(createModel('one-layer', { classes: 4 }, { parts: [oneLayer] }).outputs[0].shape); // [ null, 4 ]
 * ```
 */
// @__NO_SIDE_EFFECTS__
export function defineModel<const Name extends string, const Entries extends NetworkEntries>(
  declaration: ModelDeclaration<Name, Entries>,
): ModelDefinition<Name, Entries> {
  const { traits = {}, parameters = null, results = [], presets = {}, ours = '', ...rest } = declaration;
  const task = `create ${declaration.name}`;
  const definition: ModelDefinition<Name, Entries> = {
    ...rest,
    kind: 'model',
    ours,
    traits,
    parameters,
    results,
    presets,
    create(given) {
      const options = checkOptions(task, declaration.options, given);
      const made = declaration.create(options);
      checkMade(task, made, (options as { classes: number }).classes, declaration.inputs);
      return made;
    },
  };
  checkDeclaration(definition, declaration.create);
  return Object.freeze(definition);
}

function checkDeclaration(definition: ModelDefinition, create: unknown): void {
  checkPart(definition);
  const { name, options, inputs, presets, paper, results } = definition;
  const task = `define the model "${name}"`;
  const missing = ['classes', 'inputShape', 'seed'].filter((option) => !(option in options));
  if (missing.length > 0) {
    throw new TypeError(`Cannot ${task} as options must have ${missing.join(', ')}: networkOptions() gives them`);
  }
  if ('preset' in options) {
    throw new TypeError(`Cannot ${task} as options must not have preset: it names one of the presets`);
  }
  const named = Array.isArray(inputs) && inputs.length > 0 && inputs.every(isInput);
  if (!named || new Set(inputs.map((input) => input.name)).size < inputs.length) {
    throw new TypeError(
      `Cannot ${task} as inputs must be a list of { name, shape, representations, values } with different names: current value is ${show(inputs)}`,
    );
  }
  if (paper !== null && typeof paper !== 'string') {
    throw new TypeError(`Cannot ${task} as paper must be a text, or null: current value is ${show(paper)}`);
  }
  const ids = results.map(({ id }) => id);
  if (
    !ids.every((id) => typeof id === 'string' && /^[a-z0-9]+(-[a-z0-9]+)*$/.test(id)) ||
    new Set(ids).size < ids.length
  ) {
    throw new TypeError(
      `Cannot ${task} as every result must have an id of its own, of lower case letters, digits and single dashes: current value is ${show(ids)}`,
    );
  }
  for (const [preset, given] of Object.entries(presets)) {
    checkOptions(`${task} with the preset ${show(preset)}`, options, given);
  }
  if (typeof create !== 'function') {
    throw new TypeError(`Cannot ${task} as create must be a function: current value is ${show(create)}`);
  }
}

function isInput(input: unknown): boolean {
  const { name, shape, representations, values } = (input ?? {}) as Partial<ModelInput>;
  return (
    typeof name === 'string' &&
    name !== '' &&
    Array.isArray(shape) &&
    shape.every((side) => Number.isInteger(side) && side > 0) &&
    Array.isArray(representations) &&
    typeof values === 'string'
  );
}

/** A model is told by its fields, so that one of another copy of tfjs counts too. */
function checkMade(task: string, made: tfl.LayersModel, classes: number, inputs: readonly ModelInput[]): void {
  if (!Array.isArray(made?.outputs) || !Array.isArray(made.inputNames) || typeof made.predict !== 'function') {
    throw new TypeError(`Cannot ${task} as its create() must give a tf.LayersModel: current value is ${show(made)}`);
  }
  const shape = made.outputs[0]!.shape;
  if (shape.length !== 2 || shape[1] !== classes) {
    throw new TypeError(
      `Cannot ${task} as its first output must be logits [batch, ${classes}]: current value is [${['batch', ...shape.slice(1)].join(', ')}]`,
    );
  }
  const names = inputs.map(({ name }) => name);
  if (!made.inputNames.every((name) => names.includes(name))) {
    throw new TypeError(
      `Cannot ${task} as its inputs must be among those it declares, ${names.join(', ')}: current value is ${made.inputNames.join(', ')}`,
    );
  }
}
