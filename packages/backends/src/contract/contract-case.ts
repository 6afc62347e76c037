import * as tf from '@tensorflow/tfjs-core';
import { differences, drawn, type NdArray, relativeError } from './nd-array.js';

/** One kernel on one set of inputs, with its float64 reference. */
export type ContractCase = {
  /** What is tried, such as `conv2d 3x3, stride 2, same`. */
  name: string;
  /** Kernels that run. */
  kernels: readonly string[];
  /** Inputs; values are exact in single precision. */
  inputs: readonly NdArray[];
  /** Types of the inputs; float32 by default. */
  dtypes?: readonly tf.DataType[];
  /** The operation on a backend. */
  run: (...inputs: tf.Tensor[]) => tf.Tensor;
  /** The operation in double precision. */
  reference: (...inputs: NdArray[]) => NdArray;
  /** Inputs by which the gradient is checked; none by default. */
  wrt?: readonly number[];
  /** Gradients in double precision; central differences of the reference by default. */
  gradient?: (dy: NdArray, ...inputs: NdArray[]) => NdArray[];
};

/** How far a backend is from the reference. */
export type ContractResult = {
  /** Largest difference by the largest value, of the result and of each gradient. */
  error: number;
  /** What the largest error belongs to: `result`, or `gradient by input 1`. */
  worst: string;
  /** Tensors that the operation left behind. */
  leaked: number;
};

type Expectation = { wanted: NdArray; dy: NdArray; gradients: NdArray[] };

const expectations = new WeakMap<ContractCase, Expectation>();

/** The reference's result and gradients; computed once for all backends. */
function expectationOf(item: ContractCase): Expectation {
  let found = expectations.get(item);
  if (found === undefined) {
    const wanted = item.reference(...item.inputs);
    const dy = drawn(wanted.shape, 99);
    const gradients = item.gradient
      ? item.gradient(dy, ...item.inputs)
      : differences(item.reference, item.inputs, dy, item.wrt ?? []);
    found = { wanted, dy, gradients };
    expectations.set(item, found);
  }
  return found;
}

/**
 * Runs one case on the current backend and compares it with its float64 reference.
 *
 * Gradients must be registered: in Node and with bundlers, importing tfjs-layers does it.
 *
 * @throws Error of the backend when a kernel is missing.
 *
 * @example
 * ```ts
 * import '@tensorflow/tfjs-layers';
 * import { contract, runContractCase } from '@mer/backends/contract';
 *
 * const item = contract.find(({ name }) => name === 'add, same shape');
 * const { error, leaked } = await runContractCase(item!);
 * console.log(error <= 1e-5, leaked); // true 0
 * ```
 */
export async function runContractCase(item: ContractCase): Promise<ContractResult> {
  const before = tf.memory().numTensors;
  const inputs = item.inputs.map(({ data, shape }, i) =>
    tf.tensor(Float32Array.from(data), [...shape], item.dtypes?.[i] ?? 'float32'),
  );
  const { wanted, dy, gradients } = expectationOf(item);
  const results: { name: string; tensor: tf.Tensor; wanted: NdArray }[] = [];
  results.push({ name: 'result', tensor: tf.tidy(() => item.run(...inputs)), wanted });
  const { wrt = [] } = item;
  if (wrt.length > 0) {
    const dyTensor = tf.tensor(Float32Array.from(dy.data), [...dy.shape]);
    const f = (...parts: tf.Tensor[]) =>
      item.run(...inputs.map((input, i) => (wrt.includes(i) ? parts[wrt.indexOf(i)]! : input)));
    const found = tf.grads(f)(
      wrt.map((i) => inputs[i]!),
      dyTensor,
    );
    dyTensor.dispose();
    found.forEach((tensor, i) => {
      results.push({ name: `gradient by input ${wrt[i]}`, tensor, wanted: gradients[i]! });
    });
  }
  let error = 0;
  let worst = 'result';
  for (const { name, tensor, wanted: reference } of results) {
    const sameShape = tensor.shape.join() === reference.shape.join();
    const own = sameShape ? relativeError(await tensor.data(), reference.data) : Number.POSITIVE_INFINITY;
    if (own > error) [error, worst] = [own, name];
    tensor.dispose();
  }
  tf.dispose(inputs);
  return { error, worst, leaked: tf.memory().numTensors - before };
}
