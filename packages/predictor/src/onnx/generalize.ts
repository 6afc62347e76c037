import { type Dimension, dimensionOf, grows, type Shape } from './dimension.js';
import type { Call, Constant, Origin, Seen, Trace } from './trace.js';

/** A tensor whose shape may grow with the number of samples. */
export interface Value {
  readonly shape: Shape;
  readonly dtype: Seen['dtype'];
}

/** A {@link Call} for any number of samples. */
export interface GeneralCall {
  readonly kernel: string;
  readonly inputs: Readonly<Record<string, Value & { readonly origin: Origin }>>;
  /** Attributes; numbers in them are {@link Dimension}s where they grow. */
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly outputs: readonly Value[];
}

/** Constants as they are for one sample; an axis that grows repeats what is there. */
export interface GeneralConstant extends Value {
  readonly values: Constant['values'];
  readonly data: object;
}

/** A {@link Trace} for any number of samples. */
export interface GeneralTrace {
  readonly inputs: readonly Value[];
  readonly calls: readonly GeneralCall[];
  readonly constants: readonly GeneralConstant[];
  readonly outputs: readonly (Value & { readonly origin: Origin })[];
}

/**
 * What two traces have in common that were made with other values, and other numbers of samples (or the same number, for a network of that number).
 *
 * @throws `Error` where what was done depends on the values, or grows in another way than with the samples
 */
export function generalize(
  first: Trace,
  second: Trace,
  batches: readonly [number, number],
  task: string,
): GeneralTrace {
  const fail = (what: string): never => {
    throw new Error(`Cannot ${task} as ${what}`);
  };
  const depends = 'what the network does depends on the values that it is given, which a graph cannot say';
  if (first.calls.length !== second.calls.length || first.constants.length !== second.constants.length) fail(depends);
  const dimension = (a: number, b: number, where: string): Dimension =>
    dimensionOf(a, b, batches) ??
    fail(`${where} is ${a} with ${batches[0]} samples and ${b} with ${batches[1]}: give a fixed number as batch`);
  const shape = (a: readonly number[], b: readonly number[], where: string): Shape =>
    a.length === b.length
      ? a.map((length, axis) => dimension(length, b[axis]!, `axis ${axis} of ${where}`))
      : fail(depends);
  const value = (a: Seen, b: Seen, where: string): Value => ({ shape: shape(a.shape, b.shape, where), dtype: a.dtype });
  const attribute = (a: unknown, b: unknown, where: string): unknown => {
    if (typeof a === 'number' && typeof b === 'number') return Object.is(a, b) ? a : dimension(a, b, where);
    if (Array.isArray(a) && Array.isArray(b)) {
      return a.length === b.length ? a.map((item, i) => attribute(item, b[i], where)) : fail(depends);
    }
    return typeof a === typeof b ? a : fail(depends);
  };
  const sameOrigin = <T extends { origin: Origin }>(a: T, b: T): Origin =>
    JSON.stringify(a.origin) === JSON.stringify(b.origin) ? a.origin : fail(depends);
  const call = (a: Call, b: Call): GeneralCall => {
    const names = Object.keys(a.inputs);
    if (a.kernel !== b.kernel || a.outputs.length !== b.outputs.length || names.join() !== Object.keys(b.inputs).join())
      fail(depends);
    const where = `an operand of ${a.kernel}`;
    const attributes = Object.entries(a.attributes).map(([name, given]) => [
      name,
      attribute(given, b.attributes[name], `${name} of ${a.kernel}`),
    ]);
    return {
      kernel: a.kernel,
      inputs: Object.fromEntries(
        names.map((name) => {
          const [one, other] = [a.inputs[name]!, b.inputs[name]!];
          return [name, { ...value(one, other, where), origin: sameOrigin(one, other) }];
        }),
      ),
      attributes: Object.fromEntries(attributes),
      outputs: a.outputs.map((one, i) => value(one, b.outputs[i]!, `a result of ${a.kernel}`)),
    };
  };
  const constant = (a: Constant, b: Constant): GeneralConstant => {
    const general = { ...value(a, b, 'a constant'), data: a.data };
    if (a.data === b.data) return { ...general, values: a.values };
    const [once, again] = [a, b].map(({ values, shape: lengths }) => ofOneSample(values, lengths, general.shape));
    if (!once || !again || once.some((one, i) => !Object.is(one, again[i]))) fail(depends);
    return { ...general, values: once! };
  };
  return {
    inputs: first.inputs.map((input, i) => value(input, second.inputs[i]!, 'an input')),
    calls: first.calls.map((one, i) => call(one, second.calls[i]!)),
    constants: first.constants.map((one, i) => constant(one, second.constants[i]!)),
    outputs: first.outputs.map((output, i) => ({
      ...value(output, second.outputs[i]!, 'an output'),
      origin: sameOrigin(output, second.outputs[i]!),
    })),
  };
}

/** The values that a constant has for one sample; undefined where it doesn't repeat them, or grows along another axis than the first. */
function ofOneSample(values: Constant['values'], lengths: readonly number[], shape: Shape) {
  const [rows, ...rest] = shape;
  if (rest.some(grows)) return undefined;
  if (rows === undefined || !grows(rows)) return values;
  const one = values.slice(0, (values.length / lengths[0]!) * rows.times);
  return values.every((value, i) => Object.is(value, one[i % one.length])) ? one : undefined;
}
