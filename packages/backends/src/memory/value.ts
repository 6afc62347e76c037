import * as tf from '@tensorflow/tfjs-core';
import { reference, untaped } from './engine.js';

/** A value as a kernel or a gradient saw it: tensors of several shapes may share their data. */
export interface View {
  readonly value: Value;
  readonly shape: number[];
}

/** The tensor of a view; it belongs to its value, or to the scope. */
export function tensorOf({ value, shape }: View): tf.Tensor {
  const tensor = value.tensor();
  return tf.util.arraysEqual(tensor.shape, shape) ? tensor : tf.reshape(tensor, shape);
}

/** How a value is made again: the first output of a kernel. */
export interface Recipe {
  kernelName: string;
  inputs: Readonly<Record<string, View>>;
  /** Whether the kernel takes its inputs as a list. */
  listed: boolean;
  attrs: tf.NamedAttrMap;
}

/**
 * What the reverse pass will want of the forward pass: a tensor that is kept, one that is made again when it is wanted, a weight, or no more than a
 * shape.
 *
 * Whoever will want it calls `retain` once, and `release` when done; after the last release its memory is free. A value that is made again retains what
 * it is made of meanwhile.
 */
export abstract class Value {
  private users = 0;

  constructor(
    readonly shape: number[],
    readonly dtype: tf.DataType,
  ) {}

  /** Whether nobody will want it. */
  get idle(): boolean {
    return this.users === 0;
  }

  retain(): void {
    if (this.users === 0) this.begin();
    this.users += 1;
  }

  release(): void {
    this.users -= 1;
    if (this.users === 0) this.end();
  }

  /** The tensor; it stays the value's own. */
  abstract tensor(): tf.Tensor;

  /** Somebody wants it, for the first time. */
  protected begin(): void {}

  /** Nobody wants it any more. */
  abstract end(): void;
}

/** A tensor that is kept. */
export class KeptValue extends Value {
  private readonly held: tf.Tensor;

  constructor(tensor: tf.Tensor) {
    super(tensor.shape, tensor.dtype);
    this.held = reference(tensor);
  }

  tensor(): tf.Tensor {
    return this.held;
  }

  end(): void {
    this.held.dispose();
  }
}

/** A weight: its variable holds it. */
export class VariableValue extends Value {
  constructor(private readonly variable: tf.Tensor) {
    super(variable.shape, variable.dtype);
  }

  tensor(): tf.Tensor {
    return this.variable;
  }

  end(): void {}
}

/** A tensor that is made again, once, when it is wanted; what it is made of is wanted until then. */
export class RemadeValue extends Value {
  private made: tf.Tensor | undefined;

  constructor(
    shape: number[],
    dtype: tf.DataType,
    private readonly recipe: Recipe,
  ) {
    super(shape, dtype);
  }

  tensor(): tf.Tensor {
    if (this.made === undefined) {
      this.made = this.make();
      this.releaseInputs();
    }
    return this.made;
  }

  protected override begin(): void {
    for (const { value } of Object.values(this.recipe.inputs)) value.retain();
  }

  end(): void {
    if (this.made === undefined) this.releaseInputs();
    this.made?.dispose();
    this.made = undefined;
  }

  private releaseInputs(): void {
    for (const { value } of Object.values(this.recipe.inputs)) value.release();
  }

  private make(): tf.Tensor {
    const { kernelName, inputs, listed, attrs } = this.recipe;
    const run = () => {
      const named = Object.entries(inputs).map(([name, view]) => [name, tensorOf(view)] as const);
      const given = listed ? named.map(([, tensor]) => tensor) : Object.fromEntries(named);
      return [tf.engine().runKernel(kernelName, given as tf.NamedTensorMap, attrs)].flat()[0] as tf.Tensor;
    };
    return tf.keep(untaped(() => tf.tidy(run)));
  }
}

/** A shape: the gradient looks at no number. */
export class ShapeValue extends Value {
  private stub: tf.Tensor | undefined;

  /** A tensor without data: reading it, or running a kernel on it that looks at numbers, fails. */
  tensor(): tf.Tensor {
    const { shape, dtype } = this;
    this.stub ??= new tf.Tensor(
      shape,
      dtype,
      {},
      (tf.engine() as unknown as { nextTensorId(): number }).nextTensorId(),
    );
    return this.stub;
  }

  end(): void {}
}
