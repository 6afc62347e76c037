import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { normal, streamState, uniform } from '../random.js';
import type { ParameterLayout } from '../weights/layouts.js';
import type { LayerPass } from './layer-pass.js';
import { OutputsOnce } from './outputs-once.js';

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

/** How a weight starts: one value, U(-bound, bound), N(0, deviation^2) cut at `cut` deviations, or given values. */
export type ParameterStart =
  | { readonly kind: 'constant'; readonly value: number }
  | { readonly kind: 'uniform'; readonly bound: number }
  | { readonly kind: 'normal'; readonly deviation: number; readonly cut?: number };

/** One weight of a layer and its counterpart in a PyTorch state dict. */
export interface LayerParameter {
  /** The weight. */
  readonly variable: tfl.LayerVariable;
  /** Name within the PyTorch module that has the layer's name, for example `weight`; with a leading `/` the whole name. */
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
 * same on every backend) and what they are called in PyTorch. A layer may be made of others, its parts.
 */
export abstract class NetworkLayer extends tfl.layers.Layer {
  /** Seed of the initial weights. */
  readonly seed: number;
  /** Whether this is the classifier's last layer. */
  readonly head: boolean;
  /** The weights with their PyTorch counterparts, in the order in which they were made. */
  readonly parameters: LayerParameter[] = [];
  /** The layers of which this one is made. */
  readonly parts: NetworkLayer[] = [];
  private readonly calledOnce = new OutputsOnce();
  private owner: NetworkLayer | null = null;
  private scope = '';
  private torchScope = '';

  constructor(args: NetworkLayerArgs = {}) {
    super(args as ConstructorParameters<typeof tfl.layers.Layer>[0]);
    this.seed = args.seed ?? 0;
    this.head = args.head ?? false;
    this.supportsMasking = false;
  }

  /** Whether, in training, what becomes of a sample depends on the others of its batch; of a layer made of others each part says so. */
  get couplesSamples(): boolean {
    return false;
  }

  /** The layer's name, for a part `<layer>/<part>`: the name of its streams of random numbers. */
  protected get streamName(): string {
    return this.owner === null ? this.name : `${this.owner.name}/${this.scope}`;
  }

  /**
   * Calls the layer. tfjs-layers' models ask a layer with several outputs once for each: in training it is called the first time, and
   * gives what it gave the other times.
   */
  override apply(
    inputs: tf.Tensor | tf.Tensor[] | tfl.SymbolicTensor | tfl.SymbolicTensor[],
    kwargs?: LayerPass,
  ): ReturnType<tfl.layers.Layer['apply']> {
    const call = () => super.apply(inputs, kwargs as never);
    const list = [inputs].flat();
    if (!list.every((input) => input instanceof tf.Tensor)) return call();
    return this.calledOnce.give(list, kwargs, call);
  }

  /** Makes a weight. */
  protected addParameter(spec: ParameterSpec): tfl.LayerVariable {
    const { shape, start, layout = 'same', trainable = true, computed = false } = spec;
    const name = joined(this.scope, spec.name);
    const state = streamState(this.seed, `${(this.owner ?? this).name}/${name}`);
    const first = startingTensor(start, state, shape);
    const initializer = { apply: () => first } as unknown as Initializer;
    const variable = this.addWeight(name, [...shape], 'float32', initializer, undefined, trainable);
    // the variable has a reference of its own; a second would keep it from changing where it lies
    first.dispose();
    this.parameters.push({
      variable,
      torchName: joined(this.torchScope, spec.torchName ?? spec.name),
      layout,
      computed,
    });
    return variable;
  }

  /**
   * Makes `layer` a part of this one and builds it for an input shape; its weights become this layer's.
   *
   * The part's weights are called `<part>.<weight>`, and `<torchName>.<parameter>` in a PyTorch state dict. A part's own
   * name must start with a letter: tfjs takes files whose first weight's name starts with a digit for another format.
   */
  protected addPart<Part extends NetworkLayer>(
    name: string,
    layer: Part,
    inputShape: tfl.Shape | tfl.Shape[],
    torchName = name,
  ): Part {
    layer.owner = this.owner ?? this;
    layer.scope = joined(this.scope, name);
    layer.torchScope = joined(this.torchScope, torchName);
    layer.build(inputShape);
    this.parts.push(layer);
    this.parameters.push(...layer.parameters);
    const from = layer as unknown as WeightLists;
    const to = this as unknown as WeightLists;
    to._trainableWeights.push(...from._trainableWeights);
    to._nonTrainableWeights.push(...from._nonTrainableWeights);
    return layer;
  }

  override getConfig(): tf.serialization.ConfigDict {
    const config = super.getConfig();
    config['seed'] = this.seed;
    if (this.head) config['head'] = true;
    return config;
  }
}

function joined(scope: string, name: string): string {
  if (name.startsWith('/')) return name;
  return [scope, name].filter((part) => part !== '').join('.');
}

/** Where tfjs-layers keeps a layer's weights. */
interface WeightLists {
  readonly _trainableWeights: tfl.LayerVariable[];
  readonly _nonTrainableWeights: tfl.LayerVariable[];
}

/** A layer and, one after the other, the parts of which it is made. */
export function withParts(layer: NetworkLayer): NetworkLayer[] {
  return [layer, ...layer.parts.flatMap(withParts)];
}

type Initializer = ReturnType<typeof tfl.initializers.zeros>;

/** The values that a weight begins with. */
function startingTensor(start: ParameterStart, state: number, shape: readonly number[]): tf.Tensor {
  // a backend that computes nothing needs no numbers: see `rehearse` of @mer/backends
  const { isStandIn } = tf.backend() as { isStandIn?: boolean };
  return isStandIn ? tf.zeros([...shape]) : tf.tensor(startingValues(start, state, shape), [...shape], 'float32');
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
  }
}

/**
 * How a kernel starts.
 *
 * | name | distribution |
 * | --- | --- |
 * | `fan-in` | U(-b, b), b = 1 / sqrt(fan in): PyTorch's default for convolutions and linear layers |
 * | `he-fan-out`, `he-fan-in` | N(0, 2 / fan) |
 * | `xavier-uniform` | U(-b, b), b = sqrt(6 / (fan in + fan out)) |
 * | `xavier-normal` | N(0, 2 / (fan in + fan out)) |
 * | `truncated-normal` | N(0, 0.02^2), cut at 2 deviations |
 * | `normal` | N(0, 0.01^2) |
 * | `fan-out` | U(-b, b), b = 1 / sqrt(fan out) |
 * | `zeros` | 0 |
 */
export type KernelStart =
  | 'fan-in'
  | 'fan-out'
  | 'he-fan-in'
  | 'he-fan-out'
  | 'xavier-uniform'
  | 'xavier-normal'
  | 'truncated-normal'
  | 'normal'
  | 'zeros';

/** The names of {@link KernelStart}. */
export const KERNEL_STARTS: readonly KernelStart[] = [
  'fan-in',
  'fan-out',
  'he-fan-in',
  'he-fan-out',
  'xavier-uniform',
  'xavier-normal',
  'truncated-normal',
  'normal',
  'zeros',
];

/** The start of a kernel by name. */
export function kernelStart(name: KernelStart, fanIn: number, fanOut: number): ParameterStart {
  switch (name) {
    case 'fan-in':
      return { kind: 'uniform', bound: 1 / Math.sqrt(fanIn) };
    case 'fan-out':
      return { kind: 'uniform', bound: 1 / Math.sqrt(fanOut) };
    case 'he-fan-in':
      return { kind: 'normal', deviation: Math.sqrt(2 / fanIn) };
    case 'he-fan-out':
      return { kind: 'normal', deviation: Math.sqrt(2 / fanOut) };
    case 'xavier-uniform':
      return { kind: 'uniform', bound: Math.sqrt(6 / (fanIn + fanOut)) };
    case 'xavier-normal':
      return { kind: 'normal', deviation: Math.sqrt(2 / (fanIn + fanOut)) };
    case 'truncated-normal':
      return { kind: 'normal', deviation: 0.02, cut: 2 };
    case 'normal':
      return { kind: 'normal', deviation: 0.01 };
    case 'zeros':
      return ZEROS;
  }
}

/** The start of the bias beside a kernel: PyTorch's default with `fan-in`, zeros with the others. */
export function biasStart(name: KernelStart, fanIn: number): ParameterStart {
  return name === 'fan-in' ? kernelStart(name, fanIn, 1) : ZEROS;
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
