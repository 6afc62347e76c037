import { checkOptions, checkPart, show } from '@mer/options';
import type * as tfl from '@tensorflow/tfjs-layers';
import { declareModel, type ModelDeclaration, type ModelDefinition, type ModelInput } from './declare-model.js';
import type { NetworkEntries } from './network-options.js';

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
  checkDeclaration(declaration);
  const { name, inputs } = declaration;
  return declareModel({
    ...declaration,
    create(options) {
      const made = declaration.create(options);
      checkMade(`create ${name}`, made, (options as { classes: number }).classes, inputs);
      return made;
    },
  });
}

function checkDeclaration(declaration: ModelDeclaration<string, NetworkEntries>): void {
  checkPart({ kind: 'model', ...declaration });
  const { name, options, inputs, presets = {}, paper, results = [], create } = declaration;
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
