import * as tf from '@tensorflow/tfjs-core';
import { internals, type OwnGradient, untaped } from './engine.js';
import { CHEAP, KEEPS_INPUTS, OUTPUT_INSTEAD, SAVED_FOR, SHAPES_ONLY, SMALL, STATISTICS } from './saved-tensors.js';
import { KeptValue, RemadeValue, ShapeValue, type Value, VariableValue, type View } from './value.js';

/** Gradients by the inputs of a node, made when they are asked for; none where the input turns out to have no part in the outputs. */
export type InputGradients = Readonly<Record<string, () => tf.Tensor | undefined>>;

/** One operation of the forward pass. */
export interface TapeNode {
  kernelName: string;
  /** Inputs that gradients flow to. */
  inputs: Readonly<Record<string, TensorPlace>>;
  outputs: readonly TensorPlace[];
  /** What the gradient needs. */
  saved: readonly View[];
  /** Gradients of the inputs; `dys` are those of the outputs. */
  gradient(dys: tf.Tensor[], saved: tf.Tensor[]): InputGradients;
}

/** A kernel that ran. */
interface Operation {
  kernelName: string;
  inputs: tf.NamedTensorMap;
  needed: Record<string, TensorPlace>;
  outputs: tf.Tensor[];
}

/** What is left of a tensor when its data has gone. */
export interface TensorPlace {
  readonly id: number;
  readonly shape: number[];
  readonly dtype: tf.DataType;
}

/** Options of {@link Tape}. */
export interface TapeOptions {
  /** Whether cheap values are made again in the reverse pass rather than kept. */
  remake: boolean;
}

/**
 * The operations of a forward pass that lead from some tensors on, with no more kept than their gradients need.
 *
 * tfjs's own tape keeps every tensor that a gradient names; this one keeps a shape where a gradient looks at nothing else, one tensor for
 * all that share its data, and, with `remake`, how to make again what is cheap to make: of a convolution, a batch normalization, a sum and a rectifier
 * one tensor is kept.
 */
export class Tape {
  readonly nodes: TapeNode[] = [];
  private readonly reached: Set<number>;
  private readonly values = new Map<object, Value>();
  private readonly recipes = new Map<object, RemadeValue>();

  /** @param sources - tensors whose gradients are wanted */
  constructor(
    sources: readonly TensorPlace[],
    private readonly options: TapeOptions,
  ) {
    this.reached = new Set(sources.map(({ id }) => id));
  }

  /** The tape that is written to now. */
  static current: Tape | undefined;

  /** Runs something of which no tape is to know. */
  static pause<T>(run: () => T): T {
    const before = Tape.current;
    Tape.current = undefined;
    try {
      return untaped(run);
    } finally {
      Tape.current = before;
    }
  }

  /** Runs something, and puts what its kernels do onto the tape. */
  record<T>(run: () => T): T {
    const before = Tape.current;
    const engine = internals();
    const { addTapeNode, saveTensorsForBackwardMode } = engine;
    const own = ['addTapeNode', 'saveTensorsForBackwardMode'].filter((name) => Object.hasOwn(engine, name));
    engine.saveTensorsForBackwardMode = () => [];
    engine.addTapeNode = (...node) => this.add(...node);
    engine.state.gradientDepth += 1;
    Tape.current = this;
    try {
      return run();
    } catch (error) {
      this.abandon();
      throw error;
    } finally {
      engine.state.gradientDepth -= 1;
      Tape.current = before;
      for (const [name, method] of Object.entries({ addTapeNode, saveTensorsForBackwardMode })) {
        if (own.includes(name)) Object.assign(engine, { [name]: method });
        else Reflect.deleteProperty(engine, name);
      }
      this.forgetIdle();
    }
  }

  /** Puts a node onto the tape as it is, if a gradient can flow through it; its values are retained. */
  push(node: Omit<TapeNode, 'inputs'> & { inputs: Readonly<Record<string, tf.Tensor>> }): void {
    const inputs = this.needed(node.inputs);
    if (inputs === undefined) return;
    for (const { value } of node.saved) value.retain();
    this.nodes.push({ ...node, inputs, outputs: node.outputs.map(placeOf) });
    for (const { id } of node.outputs) this.reached.add(id);
  }

  /** The value of a tensor: kept from now on, or made again where that is cheap. */
  valueOf(tensor: tf.Tensor): Value {
    if (tensor instanceof tf.Variable) return new VariableValue(tensor);
    const { dataId } = tensor;
    const known = this.values.get(dataId);
    if (known !== undefined && known.dtype === tensor.dtype) return known;
    const value = this.recipes.get(dataId) ?? new KeptValue(tensor);
    this.values.set(dataId, value);
    return value;
  }

  /** A tensor's value, and its shape. */
  viewOf(tensor: tf.Tensor): View {
    return { value: this.valueOf(tensor), shape: tensor.shape };
  }

  private add(
    kernelName: string,
    inputs: tf.NamedTensorMap,
    outputs: tf.Tensor[],
    own: OwnGradient | null,
    saved: tf.Tensor[],
    attrs: tf.NamedAttrMap,
  ): void {
    const needed = this.needed(inputs);
    if (needed !== undefined) {
      const learn = () => {
        if (this.options.remake && CHEAP.has(kernelName)) this.learn(kernelName, inputs, outputs, attrs);
      };
      const views = own
        ? saved.map((tensor) => this.viewOf(tensor))
        : this.savedBy({ kernelName, inputs, needed, outputs }, learn);
      if (own) learn();
      const gradient = own ?? tf.getGradient(kernelName)?.gradFunc;
      this.push({
        kernelName,
        inputs,
        outputs,
        saved: views,
        gradient: (dys, tensors) => {
          if (gradient === undefined) throw new Error(`Cannot compute a gradient as kernel ${kernelName} has none`);
          return gradient(dys.length > 1 ? dys : dys[0]!, tensors, attrs) as InputGradients;
        },
      });
    }
    // clones that the engine made to save them: the values hold their own
    if (own) tf.dispose(saved);
  }

  /** The inputs that gradients flow to, or undefined where there are none. */
  needed(inputs: tf.NamedTensorMap): Record<string, TensorPlace> | undefined {
    const found = Object.entries(inputs).filter(([, tensor]) => tensor !== undefined && this.reached.has(tensor.id));
    return found.length === 0 ? undefined : Object.fromEntries(found.map(([name, tensor]) => [name, placeOf(tensor)]));
  }

  /** What the registered gradient of a kernel saves; `learn` is called between inputs and outputs. */
  private savedBy({ kernelName, inputs, needed, outputs }: Operation, learn: () => void): View[] {
    const list = internals().getTensorsForGradient(kernelName, inputs, outputs) ?? [];
    const views = new Map<tf.Tensor, View>();
    for (const tensor of list) {
      if (outputs.includes(tensor) || OUTPUT_INSTEAD.has(kernelName)) continue;
      const name = Object.keys(inputs).find((key) => inputs[key] === tensor)!;
      const unused = SAVED_FOR[kernelName]?.[name]?.every((other) => !(other in needed)) ?? false;
      const { shape, dtype } = tensor;
      if (unused || SHAPES_ONLY.has(kernelName)) views.set(tensor, { value: new ShapeValue(shape, dtype), shape });
      else views.set(tensor, this.viewOf(tensor));
    }
    learn();
    return list.map((tensor) => views.get(tensor) ?? this.viewOf(outputs.includes(tensor) ? tensor : outputs[0]!));
  }

  /** Notes how to make the first output of a kernel again, if all that it is made of is there anyway. */
  private learn(kernelName: string, inputs: tf.NamedTensorMap, outputs: tf.Tensor[], attrs: tf.NamedAttrMap): void {
    const [output] = outputs as [tf.Tensor];
    if (this.values.has(output.dataId) || bytesOf(output) < SMALL) return;
    const made: Record<string, View> = {};
    for (const [name, tensor] of Object.entries(inputs)) {
      if (tensor === undefined) continue;
      const value = this.known(tensor) ?? (KEEPS_INPUTS.has(kernelName) ? this.valueOf(tensor) : undefined);
      if (value === undefined) return;
      made[name] = { value, shape: tensor.shape };
    }
    STATISTICS[kernelName]?.forEach((name, i) => {
      made[name] = this.viewOf(outputs[i + 1]!);
    });
    const listed = Array.isArray(inputs);
    const value = new RemadeValue(output.shape, output.dtype, { kernelName, inputs: made, listed, attrs });
    this.recipes.set(output.dataId, value);
  }

  /** The value of a tensor that is small, a weight, kept already, or made again. */
  private known(tensor: tf.Tensor): Value | undefined {
    const { dataId } = tensor;
    if (tensor instanceof tf.Variable || bytesOf(tensor) < SMALL) return this.valueOf(tensor);
    const value = this.values.get(dataId) ?? this.recipes.get(dataId);
    return value?.dtype === tensor.dtype ? value : undefined;
  }

  /** Gives up all that is on the tape. */
  private abandon(): void {
    for (const { saved } of this.nodes.splice(0)) for (const { value } of saved) value.release();
  }

  /** Frees what was kept for outputs that nobody turned out to want. */
  private forgetIdle(): void {
    for (const value of this.values.values()) if (value.idle && value instanceof KeptValue) value.end();
    this.values.clear();
    this.recipes.clear();
  }
}

function placeOf({ id, shape, dtype }: TensorPlace): TensorPlace {
  return { id, shape, dtype };
}

function bytesOf({ size, dtype }: tf.Tensor): number {
  return size * tf.util.bytesPerElement(dtype);
}
