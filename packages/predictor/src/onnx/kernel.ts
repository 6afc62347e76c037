import { type Dimension, grows, type Shape } from './dimension.js';
import type { Graph, Named } from './graph.js';

/** One call of a kernel, to be said in a graph. */
export interface KernelCall {
  readonly kernel: string;
  readonly inputs: Readonly<Record<string, Named>>;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly outputs: readonly { readonly shape: Shape; readonly dtype: Named['dtype'] }[];
  readonly graph: Graph;
}

/** Says a call in operations of ONNX; gives the names of its results. */
export type KernelWriter = (call: KernelCall) => string | readonly string[];

/** The name of an operand. */
export const operand = ({ inputs, graph }: KernelCall, name: string): string => graph.use(inputs[name]!);

/** The shape of an operand. */
export const shapeOf = ({ inputs }: KernelCall, name: string): Shape => inputs[name]!.shape;

/** A number that must not grow with the samples. */
export function fixed(value: unknown, { kernel }: KernelCall): number {
  if (typeof value === 'number') return value;
  throw new Error(
    `Cannot say ${kernel} for any number of samples as one of its numbers grows with them: give a fixed batch`,
  );
}

/** Numbers that must not grow with the samples. */
export const allFixed = (values: unknown, call: KernelCall): number[] =>
  (Array.isArray(values) ? values : [values]).map((value) => fixed(value, call));

/** Axes from 0; all where none are named. */
export const axes = (values: unknown, rank: number, call: KernelCall): number[] =>
  values == null
    ? Array.from({ length: rank }, (_, axis) => axis)
    : allFixed(values, call).map((axis) => (axis < 0 ? axis + rank : axis));

/** Lengths as numbers, where an axis that grows counts as `samples`. */
export const withSamples = (shape: Shape, samples = 1): number[] =>
  shape.map((length: Dimension) => (grows(length) ? length.times * samples : length));
