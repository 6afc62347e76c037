import { checkOptions, flag, integer, type OptionEntries, type OptionsOf, type Resolved, text } from '@mer/options';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { streamState } from '../random.js';
import type { ParameterLayout } from '../weights/layouts.js';
import type { LayerPass } from './layer-pass.js';
import type { LayerTraits } from './layer-traits.js';
import { OutputsOnce } from './outputs-once.js';
import { type ParameterStart, startingTensor } from './parameter-start.js';
import { type LayerClass, registerLayer } from './register-layer.js';

/** The options of a layer that has none of its own. */
type NoOptions = Readonly<Record<never, never>>;

const layerOptions = {
  name: text('Name of the layer, unique within a model; the weights are named `<layer>/<weight>`.', { optional: true }),
  trainable: flag('Whether training changes the weights.', { optional: true }),
  seed: integer('Seed of the initial weights; each weight draws from its own stream, `<layer>/<weight>`.', {
    min: 0,
    default: 0,
  }),
  head: flag(
    'Whether it is the last linear layer of a classifier, whose weights may be left out when a checkpoint has other classes.',
    { default: false },
  ),
};

/** What every layer of this package accepts. */
export type NetworkLayerArgs = OptionsOf<typeof layerOptions>;

/** What a layer with options of its own accepts. */
export type LayerArgs<Entries extends OptionEntries> = OptionsOf<Entries> & NetworkLayerArgs;

/** What layers of tfjs accept besides; it is written into stored models. */
const OF_TFJS = [
  'inputShape',
  'batchInputShape',
  'batchSize',
  'dtype',
  'updatable',
  'weights',
  'inputDType',
  'sparsity',
  'customObjects',
];

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
 * Base class of the layers in this package, and of anybody's own: a `tf.layers.Layer` whose weights know how they start (from a seed, the
 * same on every backend) and what they are called in PyTorch. A layer may be made of others, its parts.
 *
 * Its options are declared once, as entries of `@mer/options`: they are checked when the layer is made, stored with the model, and `options`
 * has them with every default. A class is known to tfjs, which loads stored models by `className`, from its first layer on.
 *
 * @throws {TypeError} for an argument that is no option or of a wrong type, and a class without a `className` of its own
 * @throws {RangeError} for an argument outside its range
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { type LayerArgs, NetworkLayer } from '@mer/models';
 * import { number } from '@mer/options';
 *
 * const options = { factor: number('What the input is multiplied by.', { default: 2 }) };
 * class Times extends NetworkLayer<typeof options> {
 *   static className = 'MyTimes';
 *   constructor(args: LayerArgs<typeof options> = {}) {
 *     super(args, options);
 *   }
 *   override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
 *     return tf.mul([inputs].flat()[0]!, this.options.factor);
 *   }
 * }
 * console.log((new Times({ factor: 3 }).apply(tf.tensor1d([1, 2])) as tf.Tensor).arraySync()); // [ 3, 6 ]
 * ```
 */
export abstract class NetworkLayer<Entries extends OptionEntries = NoOptions> extends tfl.layers.Layer {
  /** Seed of the initial weights. */
  readonly seed: number;
  /** Whether this is the classifier's last layer. */
  readonly head: boolean;
  /** The weights with their PyTorch counterparts, in the order in which they were made. */
  readonly parameters: LayerParameter[] = [];
  /** The layers of which this one is made. */
  readonly parts: NetworkLayer[] = [];
  /** The layer's own options, with every default. */
  protected readonly options: Resolved<Entries>;
  private readonly calledOnce = new OutputsOnce();
  private owner: NetworkLayer | null = null;
  private scope = '';
  private torchScope = '';

  constructor(args: NetworkLayerArgs = {}, entries: Entries = {} as Entries) {
    super(args as ConstructorParameters<typeof tfl.layers.Layer>[0]);
    registerLayer(this.constructor as LayerClass);
    const own = Object.fromEntries(
      Object.entries(args).filter(([key, value]) => !OF_TFJS.includes(key) && value !== undefined),
    );
    const { name, trainable, seed, head, ...options } = checkOptions(
      this.making,
      { ...layerOptions, ...entries },
      own,
    ) as Resolved<typeof layerOptions>;
    this.seed = seed;
    this.head = head;
    this.options = options as Resolved<Entries>;
    this.supportsMasking = false;
  }

  /** What cannot be done with wrong options, for error messages. */
  protected get making(): string {
    return `make ${this.getClassName().replace(/^Mer/, '')} ${this.name}`;
  }

  /** What whoever runs the layer may rely on; of a layer made of others each part says so. */
  get traits(): LayerTraits {
    return {};
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
    const config: tf.serialization.ConfigDict = { ...super.getConfig(), ...this.options, seed: this.seed };
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

type Initializer = ReturnType<typeof tfl.initializers.zeros>;
