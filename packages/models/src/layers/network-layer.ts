import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { normal, streamState, uniform } from '../random.js';
import type { ParameterLayout } from '../weights/layouts.js';

/** What every layer of this package accepts. */
export interface NetworkLayerArgs {
  /** Name of the layer, unique within a model; the weights are named `<layer>/<weight>`. */
  name?: string;
  /** Whether training changes the weights; true by default. */
  trainable?: boolean;
  /** Seed of the initial weights; each weight draws from its own stream, `<layer>/<weight>`. 0 by default. */
  seed?: number;
  /** True for the last linear layer of a classifier: its weights may be left out when a checkpoint has other classes. */
  head?: boolean;
}

/** How a weight starts. */
export type ParameterStart =
  | { readonly kind: 'constant'; readonly value: number }
  | { readonly kind: 'uniform'; readonly bound: number }
  | { readonly kind: 'normal'; readonly deviation: number; readonly cut?: number }
  | { readonly kind: 'values'; readonly values: () => Float32Array };

/** One weight of a layer and its counterpart in a PyTorch state dict. */
export interface LayerParameter {
  /** The weight. */
  readonly variable: tfl.LayerVariable;
  /** Name of the parameter within the PyTorch module that has the layer's name, for example `weight`. */
  readonly torchName: string;
  /** How the two layouts correspond. */
  readonly layout: ParameterLayout;
  /** True where a state dict lacks the entry because PyTorch does not store it. */
  readonly computed: boolean;
}

/** A parameter to be made by {@link NetworkLayer.addParameter}. */
export interface ParameterSpec {
  /** Name of the weight in our model. */
  readonly name: string;
  /** Shape in our layout. */
  readonly shape: readonly number[];
  /** How it starts. */
  readonly start: ParameterStart;
  /** Name within the PyTorch module; the weight's own name by default. */
  readonly torchName?: string;
  /** How the two layouts correspond; `same` by default. */
  readonly layout?: ParameterLayout;
  /** False for running statistics. */
  readonly trainable?: boolean;
  /** True where PyTorch computes the values instead of storing them. */
  readonly computed?: boolean;
}

/**
 * Base class of the layers in this package: a `tf.layers.Layer` whose weights know how they start (from a seed, the
 * same on every backend) and what they are called in PyTorch.
 */
export abstract class NetworkLayer extends tfl.layers.Layer {
  /** Seed of the initial weights. */
  readonly seed: number;
  /** Whether this is the classifier's last layer. */
  readonly head: boolean;
  /** The weights with their PyTorch counterparts, in the order in which they were made. */
  readonly parameters: LayerParameter[] = [];

  constructor(args: NetworkLayerArgs = {}) {
    super(args as ConstructorParameters<typeof tfl.layers.Layer>[0]);
    this.seed = args.seed ?? 0;
    this.head = args.head ?? false;
    this.supportsMasking = false;
  }

  /** Makes a weight. */
  protected addParameter(spec: ParameterSpec): tfl.LayerVariable {
    const { name, shape, start, torchName = name, layout = 'same', trainable = true, computed = false } = spec;
    const state = streamState(this.seed, `${this.name}/${name}`);
    const variable = this.addWeight(name, [...shape], 'float32', initializer(start, state), undefined, trainable);
    this.parameters.push({ variable, torchName, layout, computed });
    return variable;
  }

  override getConfig(): tf.serialization.ConfigDict {
    const config = super.getConfig();
    config['seed'] = this.seed;
    if (this.head) config['head'] = true;
    return config;
  }
}

type Initializer = ReturnType<typeof tfl.initializers.zeros>;

/** Only `apply` of an initializer is used by tfjs when a layer is built; the config holds the seed. */
function initializer(start: ParameterStart, state: number): Initializer {
  const apply = (shape: number[]) => tf.tensor(startingValues(start, state, shape), shape, 'float32');
  return { apply } as unknown as Initializer;
}

function startingValues(start: ParameterStart, state: number, shape: readonly number[]): Float32Array {
  const size = shape.reduce((product, length) => product * length, 1);
  switch (start.kind) {
    case 'constant':
      return new Float32Array(size).fill(start.value);
    case 'uniform':
      return uniform(size, { state, low: -start.bound, high: start.bound });
    case 'normal':
      return normal(size, { state, deviation: start.deviation, cut: start.cut });
    case 'values':
      return start.values();
  }
}

/** PyTorch's default for a weight and a bias: U(-1/sqrt(fanIn), 1/sqrt(fanIn)), that is kaiming_uniform with a = sqrt(5). */
export function fanInStart(fanIn: number): ParameterStart {
  return { kind: 'uniform', bound: 1 / Math.sqrt(fanIn) };
}

/** All zeros. */
export const ZEROS: ParameterStart = { kind: 'constant', value: 0 };

/** All ones. */
export const ONES: ParameterStart = { kind: 'constant', value: 1 };

/** The one tensor among the inputs of a layer. */
export function oneTensor(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
  if (!Array.isArray(inputs)) return inputs;
  if (inputs.length !== 1) {
    throw new TypeError(
      `Cannot call the layer as inputs must be one tensor: current value is a list of ${inputs.length}`,
    );
  }
  return inputs[0]!;
}

/** The one shape among the input shapes of a layer. */
export function oneShape(inputShape: tfl.Shape | tfl.Shape[]): tfl.Shape {
  return Array.isArray(inputShape[0]) ? (inputShape as tfl.Shape[])[0]! : (inputShape as tfl.Shape);
}

/** Throws unless the shape has the rank, and known sizes along the named axes. */
export function checkLayerInput(layer: tfl.layers.Layer, shape: tfl.Shape, form: string): void {
  const rank = form.split(',').length;
  if (shape.length !== rank) {
    throw new TypeError(
      `Cannot build layer ${layer.name} as its input must be ${form}: current value is [${shape.join(', ')}]`,
    );
  }
}
