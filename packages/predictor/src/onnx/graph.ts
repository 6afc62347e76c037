import type * as tf from '@tensorflow/tfjs-core';
import { type Dimension, grows, type Shape } from './dimension.js';
import type { Value } from './generalize.js';
import type { AttributeValue, ElementType, NodeMessage, TensorMessage } from './message.js';

/** A value of a graph: its name, and what it is. */
export interface Named extends Value {
  readonly name: string;
  /** Its numbers, where they do not depend on an input. */
  readonly values?: Float32Array | Int32Array | Uint8Array;
}

/** A graph in the making. */
export interface Graph {
  /** Adds an operation with one result. */
  add(operation: string, inputs: readonly string[], attributes?: Readonly<Record<string, AttributeValue>>): string;
  /** Adds an operation with several results. */
  addMany(
    operation: string,
    inputs: readonly string[],
    count: number,
    attributes?: Readonly<Record<string, AttributeValue>>,
  ): string[];
  /** A constant of 64-bit integers: shapes, axes, positions. A single number is a scalar. */
  integers(values: number | readonly (number | bigint)[]): string;
  /** A constant number, float32. */
  scalar(value: number): string;
  /** A constant. */
  tensor(values: TensorMessage['values'], shape: readonly number[], type: ElementType, name?: string): string;
  /** A shape as a constant, or computed where it grows. */
  shape(shape: Shape): string;
  /** The name of a value; a constant joins the graph when it is first asked for, once for each `key` (its name where none is given). */
  use(value: Named, key?: string): string;
}

/** The largest 64-bit integer: up to the end, whatever that is. */
export const toTheEnd = 2n ** 63n - 1n;

/** What a {@link createGraph} has gathered. */
export interface GraphParts {
  readonly graph: Graph;
  readonly nodes: readonly NodeMessage[];
  readonly tensors: readonly TensorMessage[];
}

/** An empty graph; `batch` names an input whose first axis is the samples, `taken` the names that may not be given again. */
export function createGraph(batch: string, taken: readonly string[]): GraphParts {
  const nodes: NodeMessage[] = [];
  const tensors: TensorMessage[] = [];
  const names = new Set(taken);
  const known = new Map<string, string>();
  let samples: string | undefined;

  const fresh = (base: string) => {
    let name = base;
    for (let i = 1; names.has(name); i++) name = `${base}_${i}`;
    names.add(name);
    return name;
  };
  const once = (key: string, make: () => string) => {
    const name = known.get(key) ?? make();
    known.set(key, name);
    return name;
  };
  const addMany: Graph['addMany'] = (operation, inputs, count, attributes = {}) => {
    const name = fresh(operation);
    const outputs = Array.from({ length: count }, (_, i) => fresh(count === 1 ? `${name}_out` : `${name}_out${i}`));
    nodes.push({ name, operation, inputs, outputs, attributes });
    return outputs;
  };
  const add: Graph['add'] = (operation, inputs, attributes) => addMany(operation, inputs, 1, attributes)[0]!;
  const tensor: Graph['tensor'] = (values, shape, type, name = 'constant') => {
    const called = fresh(name);
    tensors.push({ name: called, type, shape, values });
    return called;
  };
  const integers: Graph['integers'] = (values) => {
    const list = typeof values === 'number' ? [values] : values;
    return once(`i${typeof values === 'number' ? '' : 's'} ${list.join()}`, () =>
      tensor(BigInt64Array.from(list, BigInt), typeof values === 'number' ? [] : [list.length], 'int64', 'integers'),
    );
  };
  const scalar: Graph['scalar'] = (value) =>
    once(`f ${Object.is(value, -0) ? '-0' : value}`, () => tensor(Float32Array.of(value), [], 'float32', 'number'));
  /** `times * batch`, as a list of one number. */
  const length = (dimension: Dimension): string => {
    if (!grows(dimension)) return integers([dimension]);
    samples ??= add('Shape', [batch], { start: 0, end: 1 });
    const count = samples;
    return dimension.times === 1
      ? count
      : once(`n ${dimension.times}`, () => add('Mul', [count, integers([dimension.times])]));
  };
  const shape: Graph['shape'] = (dimensions) => {
    if (!dimensions.some(grows)) return integers(dimensions as number[]);
    const key = dimensions.map((one) => (grows(one) ? `${one.times}n` : one)).join();
    return once(`shape ${key}`, () =>
      dimensions.length === 1 ? length(dimensions[0]!) : add('Concat', dimensions.map(length), { axis: 0 }),
    );
  };
  const use: Graph['use'] = ({ name, values, shape: dimensions, dtype }, key = name) => {
    if (!values) return name;
    return once(`c ${key}`, () => {
      const [rows, ...rest] = dimensions;
      if (rows === undefined || !grows(rows)) return tensor(values, dimensions as number[], elementType(dtype), name);
      const one = tensor(values, [rows.times, ...(rest as number[])], elementType(dtype), name);
      return rows.times === 1 && rest.length > 0
        ? add('Expand', [one, shape(dimensions)])
        : add('Tile', [one, shape([{ times: 1 }, ...rest.map(() => 1)])]);
    });
  };
  return { graph: { add, addMany, integers, scalar, tensor, shape, use }, nodes, tensors };
}

/** The element type of a graph for one of tfjs. */
export function elementType(dtype: tf.DataType): ElementType {
  if (dtype === 'float32' || dtype === 'int32' || dtype === 'bool') return dtype;
  throw new Error(`Cannot write a tensor of ${dtype} into a graph: float32, int32 and bool have a form there`);
}
