import * as tf from '@tensorflow/tfjs-core';

/** Where a value comes from: an input of the network, a number that does not depend on any, or an output of a call. */
export type Origin =
  | { readonly from: 'input'; readonly index: number }
  | { readonly from: 'constant'; readonly index: number }
  | { readonly from: 'call'; readonly index: number; readonly output: number };

/** A tensor as it was seen: what it is, not its values. */
export interface Seen {
  readonly shape: readonly number[];
  readonly dtype: tf.DataType;
}

/** One kernel at work on something that depends on an input. */
export interface Call {
  readonly kernel: string;
  /** By the kernel's own names, or 0, 1, … where it takes a list; what was not given is left out. */
  readonly inputs: Readonly<Record<string, { readonly origin: Origin } & Seen>>;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly outputs: readonly Seen[];
}

/** Numbers that do not depend on any input: weights, and what was computed of them alone. */
export interface Constant extends Seen {
  readonly values: Float32Array | Int32Array | Uint8Array;
  /** What identifies its data while the network lives. */
  readonly data: object;
}

/** What a network computed of some inputs. */
export interface Trace {
  readonly inputs: readonly Seen[];
  readonly calls: readonly Call[];
  readonly constants: readonly Constant[];
  readonly outputs: readonly ({ readonly origin: Origin } & Seen)[];
}

type Kernels = Record<string, tf.Tensor | undefined> | tf.Tensor[];

/** The part of tfjs's engine that every operation goes through. */
interface Engine {
  runKernel(name: string, inputs: Kernels, attributes?: Record<string, unknown>): tf.Tensor | tf.Tensor[];
}

/**
 * Runs a function and writes down every kernel that works on what depends on its inputs. What is computed of weights alone is taken as the numbers that come out.
 *
 * Where the function reads values of what depends on an input, what it does with them is not seen: the caller must compare traces of other inputs.
 */
export function trace(inputs: readonly tf.Tensor[], run: () => readonly tf.Tensor[]): Trace {
  const origins = new Map<number, Origin>(inputs.map(({ id }, index) => [id, { from: 'input', index }]));
  const calls: Call[] = [];
  const constants: Constant[] = [];
  const places = new Map<object, { shape: string; origin: Origin }[]>();
  const originOf = (tensor: tf.Tensor): Origin => {
    const known = origins.get(tensor.id);
    if (known) return known;
    // tensors of other shapes may share their data
    const shape = tensor.shape.join();
    const same = places.get(tensor.dataId)?.find((place) => place.shape === shape);
    if (same) return same.origin;
    const origin: Origin = { from: 'constant', index: constants.length };
    constants.push({ ...seen(tensor), values: tensor.dataSync().slice() as Float32Array, data: tensor.dataId });
    places.set(tensor.dataId, [...(places.get(tensor.dataId) ?? []), { shape, origin }]);
    return origin;
  };
  const engine = tf.engine() as unknown as Engine;
  const { runKernel } = engine;
  engine.runKernel = (kernel, given, attributes = {}) => {
    const result = runKernel.call(engine, kernel, given, attributes);
    const tensors = Object.entries(given).filter((entry): entry is [string, tf.Tensor] => entry[1] != null);
    if (tensors.some(([, { id }]) => origins.has(id))) {
      const outputs = Array.isArray(result) ? result : [result];
      outputs.forEach(({ id }, output) => {
        origins.set(id, { from: 'call', index: calls.length, output });
      });
      calls.push({
        kernel,
        inputs: Object.fromEntries(
          tensors.map(([name, tensor]) => [name, { ...seen(tensor), origin: originOf(tensor) }]),
        ),
        attributes: { ...attributes },
        outputs: outputs.map(seen),
      });
    }
    return result;
  };
  try {
    const outputs = run().map((tensor) => ({ ...seen(tensor), origin: originOf(tensor) }));
    return { inputs: inputs.map(seen), calls, constants, outputs };
  } finally {
    engine.runKernel = runKernel;
  }
}

const seen = ({ shape, dtype }: tf.Tensor): Seen => ({ shape: [...shape], dtype });
