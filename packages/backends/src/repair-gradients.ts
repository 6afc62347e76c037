import * as tf from '@tensorflow/tfjs-core';
import { registerBatchNormTrainingGradient } from './batch-norm-training.js';
import { registerFusedConvolutionGradient } from './fused-convolution.js';
import { registerGeluGradient } from './gelu.js';
import { registerLayerNormGradient } from './layer-norm.js';
import { PresentInputs } from './present-inputs.js';
import { registerSwishGradient } from './swish.js';
import { parseEinsum } from './wasm-kernels/einsum.js';
import { compiledOf } from './wasm-kernels/wasm-backend.js';

// Gradients that tfjs has wrong, or lacks, on every backend.

/** Sums what broadcasting repeated: the stock gradients of these three forget to. */
function unbroadcast(stock: tf.GradFunc): tf.GradFunc {
  return (dy, saved, attrs) => {
    const [a, b] = saved as [tf.Tensor, tf.Tensor];
    const gradients = stock(dy, saved, attrs) as Record<'a' | 'b', () => tf.Tensor>;
    return {
      a: () => sumTo(gradients.a(), a.shape),
      b: () => sumTo(gradients.b(), b.shape),
    };
  };
}

function sumTo(gradient: tf.Tensor, shape: number[]): tf.Tensor {
  const axes = tf.broadcast_util.getReductionAxes(shape, gradient.shape);
  return axes.length === 0 ? gradient : tf.reshape(tf.sum(gradient, axes), shape);
}

/** The stock gradient of a mirrored border forgets that border. */
function mirrorPad(dy: tf.Tensor, attrs: tf.NamedAttrMap): tf.Tensor {
  const { paddings, mode } = attrs as never as { paddings: [number, number][]; mode: 'reflect' | 'symmetric' };
  const edge = mode === 'reflect' ? 1 : 0;
  return paddings.reduce((gradient, [before, after], axis) => {
    const inner = gradient.shape[axis]! - before - after;
    const part = (begin: number, size: number) =>
      tf.slice(
        gradient,
        gradient.shape.map((_length, i) => (i === axis ? begin : 0)),
        gradient.shape.map((length, i) => (i === axis ? size : length)),
      );
    // A mirrored piece, turned back and put where it came from.
    const folded = (begin: number, size: number, at: number) =>
      tf.pad(
        tf.reverse(part(begin, size), axis),
        gradient.shape.map((_length, i): [number, number] => (i === axis ? [at, inner - size - at] : [0, 0])),
      );
    let sum = part(before, inner);
    if (before > 0) sum = tf.add(sum, folded(0, before, edge));
    if (after > 0) sum = tf.add(sum, folded(before + inner, after, inner - after - edge));
    return sum;
  }, dy);
}

/**
 * The stock kernels of the gradient of average pooling divide by the size of the window also at the border, where the
 * forward kernels divide by what lies inside: dy is scaled beforehand. The wasm kernel is ours and right, TensorFlow's too.
 */
function averagePool(dimensions: 2 | 3): (stock: tf.GradFunc) => tf.GradFunc {
  return (stock) => (dy, saved, attrs) => {
    if (['wasm', 'tensorflow'].includes(tf.getBackend())) return stock(dy, saved, attrs);
    const [x] = saved as [tf.Tensor];
    const { filterSize, strides, pad, dimRoundingMode } = attrs as never as Record<
      'filterSize' | 'strides' | 'pad' | 'dimRoundingMode',
      never
    >;
    const info =
      dimensions === 2
        ? tf.backend_util.computePool2DInfo(x.shape as never, filterSize, strides, 1, pad, dimRoundingMode)
        : tf.backend_util.computePool3DInfo(asBatch(x.shape), filterSize, strides, 1, pad, dimRoundingMode);
    const axes = poolAxes(info as never, dimensions);
    if (axes.every(({ shares }) => shares.every((share) => share === 1))) return stock(dy, saved, attrs);
    const scaled = axes.reduce((gradient, { shares }, i) => {
      const shape = (dy as tf.Tensor).shape.map(() => 1);
      shape[shape.length - 1 - dimensions + i] = shares.length;
      return tf.mul(gradient, tf.tensor(shares, shape));
    }, dy as tf.Tensor);
    return stock(scaled, saved, attrs);
  };
}

function asBatch(shape: number[]): [number, number, number, number, number] {
  return (shape.length === 4 ? [1, ...shape] : shape) as [number, number, number, number, number];
}

/** For each axis and output position: window size by what of it lies inside. */
function poolAxes(info: Record<string, number> & { padInfo: Record<string, number> }, dimensions: 2 | 3) {
  const names = [
    ['Depth', 'front'],
    ['Height', 'top'],
    ['Width', 'left'],
  ].slice(3 - dimensions) as [string, string][];
  return names.map(([name, before]) => {
    const size = info[`filter${name}`]!;
    const length = info[`in${name}`]!;
    const shares = Array.from({ length: info[`out${name}`]! }, (_unused, o) => {
      const start = o * info[`stride${name}`]! - info.padInfo[before]!;
      return size / (Math.min(start + size, length) - Math.max(start, 0));
    });
    return { shares };
  });
}

const repairs: Readonly<Record<string, (present: tf.GradConfig) => tf.GradConfig>> = Object.freeze({
  Maximum: (present) => ({ ...present, gradFunc: unbroadcast(present.gradFunc) }),
  Minimum: (present) => ({ ...present, gradFunc: unbroadcast(present.gradFunc) }),
  SquaredDifference: (present) => ({ ...present, gradFunc: unbroadcast(present.gradFunc) }),
  MirrorPad: (present) => ({
    ...present,
    gradFunc: (dy, _saved, attrs) => ({ x: () => mirrorPad(dy as tf.Tensor, attrs) }),
  }),
  // tfjs turns the axes of what is right already, unless the last is summed.
  Cumsum: (present) => ({
    ...present,
    gradFunc: (dy, _saved, attrs) => {
      const { axis, exclusive, reverse } = attrs as never as { axis: number; exclusive: boolean; reverse: boolean };
      return { x: () => tf.cumsum(dy as tf.Tensor, axis, exclusive, !reverse) };
    },
  }),
  AvgPool: (present) => ({ ...present, gradFunc: averagePool(2)(present.gradFunc) }),
  AvgPool3D: (present) => ({ ...present, gradFunc: averagePool(3)(present.gradFunc) }),
  // Without a scale, tfjs fails to save the inputs: "scale" is among them and absent.
  FusedBatchNorm: (present) => ({
    ...present,
    inputsToSave: PresentInputs.of(...(present.inputsToSave ?? [])),
  }),
});

const repaired = new WeakSet<object>();

/** The tape stumbles over inputs that are named and absent, such as the scale of a batch normalization without one. */
function dropAbsentInputs(kernelName: string, backendName: string): void {
  const present = tf.getKernel(kernelName, backendName);
  if (!present || repaired.has(present)) return;
  const config: tf.KernelConfig = {
    ...present,
    kernelFunc: (args) => {
      for (const [name, input] of Object.entries(args.inputs)) if (input === undefined) delete args.inputs[name];
      return present.kernelFunc(args);
    },
  };
  repaired.add(config);
  tf.unregisterKernel(kernelName, backendName);
  tf.registerKernel(config);
}

/**
 * Repairs the gradients that tfjs has wrong on every backend, and adds that of einsum, which it has on none. Gradients
 * that are not registered stay so: tfjs-layers registers them, and should be loaded first.
 */
export function repairGradients(): void {
  // The wasm kernel is ours and does so itself.
  if (!compiledOf(tf.backend())) dropAbsentInputs('FusedBatchNorm', tf.getBackend());
  for (const [kernelName, repair] of Object.entries(repairs)) {
    const present = tf.getGradient(kernelName);
    if (present === undefined || repaired.has(present)) continue;
    const config = repair(present);
    repaired.add(config);
    tf.registerGradient(config);
  }
  registerBatchNormTrainingGradient();
  registerFusedConvolutionGradient();
  registerGeluGradient();
  registerLayerNormGradient();
  registerSwishGradient();
  if (tf.getGradient('Einsum') === undefined) {
    tf.registerGradient({
      kernelName: 'Einsum',
      saveAllInputs: true,
      gradFunc: (dy, saved, attrs) => {
        const { operands, result } = parseEinsum((attrs as never as { equation: string }).equation);
        return Object.fromEntries(
          operands.map((letters, i) => [i, () => einsumGradient(dy as tf.Tensor, saved, operands, result, letters, i)]),
        );
      },
    });
  }
}

/** The result and the other operand summed to the letters of operand `i`, then repeated along letters of its own alone. */
function einsumGradient(
  dy: tf.Tensor,
  saved: tf.Tensor[],
  operands: string[],
  result: string,
  letters: string,
  i: number,
): tf.Tensor {
  // Letters of the other operand alone are summed beforehand: tfjs's einsum does not always.
  const others = operands.flatMap((own, j) => {
    if (j === i) return [];
    const isAlone = (letter: string) => !result.includes(letter) && !letters.includes(letter);
    const axes = [...own].flatMap((letter, axis) => (isAlone(letter) ? [axis] : []));
    const tensor = axes.length > 0 ? tf.sum(saved[j]!, axes) : saved[j]!;
    return [{ tensor, letters: [...own].filter((letter) => !isAlone(letter)).join('') }];
  });
  const around = result + others.map((other) => other.letters).join('');
  const known = [...letters].filter((letter) => around.includes(letter)).join('');
  const operandLetters = [result, ...others.map((other) => other.letters)].join(',');
  const part = tf.einsum(`${operandLetters}->${known}`, dy, ...others.map(({ tensor }) => tensor));
  const shape = saved[i]!.shape;
  const kept = shape.map((size, axis) => (known.includes(letters[axis]!) ? size : 1));
  return tf.tile(
    tf.reshape(part, kept),
    shape.map((size, axis) => size / kept[axis]!),
  );
}
