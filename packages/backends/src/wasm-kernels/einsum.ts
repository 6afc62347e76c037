import * as tf from '@tensorflow/tfjs-core';
import { type KernelArgs, runKernel, type WasmBackend } from './wasm-backend.js';

/** The letters of an equation: one string for each operand, and one for the result. */
export function parseEinsum(equation: string): { operands: string[]; result: string } {
  const [left, result] = equation.replace(/\s/g, '').split('->') as [string, string | undefined];
  if (result === undefined) {
    throw new TypeError(`Cannot run einsum as equation must have an arrow (->): current value is ${equation}`);
  }
  return { operands: left.split(','), result };
}

/**
 * Einsum of one or two floats as one batched matrix product: letters of both operands and the result are its batch,
 * letters of both operands alone are summed by it, letters of one operand alone are summed before.
 */
export function einsum({ inputs, attrs, backend }: KernelArgs): tf.TensorInfo {
  const { equation } = attrs as never as { equation: string };
  const tensors = Object.values(inputs) as tf.TensorInfo[];
  const { allDims, idDims } = tf.backend_util.decodeEinsumEquation(equation, tensors.length);
  tf.backend_util.checkEinsumDimSizes(allDims.length, idDims, tensors as never);
  const { operands, result } = parseEinsum(equation);
  const sizes = new Map<string, number>();
  operands.forEach((letters, i) => {
    [...letters].forEach((letter, axis) => {
      sizes.set(letter, tensors[i]!.shape[axis]!);
    });
  });
  const steps = new Steps(backend);
  const [a, b] = operands.map((letters, i) => {
    const others = operands.filter((_other, j) => j !== i).join('') + result;
    return steps.sumOut({ info: tensors[i]!, letters }, (letter) => !others.includes(letter));
  }) as [Labeled, Labeled | undefined];
  let product = a;
  if (b) {
    const shared = [...a.letters].filter((letter) => b.letters.includes(letter));
    const batch = shared.filter((letter) => result.includes(letter)).join('');
    const inner = shared.filter((letter) => !result.includes(letter)).join('');
    const rows = [...a.letters].filter((letter) => !shared.includes(letter)).join('');
    const columns = [...b.letters].filter((letter) => !shared.includes(letter)).join('');
    const size = (letters: string) => [...letters].reduce((n, letter) => n * sizes.get(letter)!, 1);
    const left = steps.reshape(steps.permute(a, batch + rows + inner), [size(batch), size(rows), size(inner)]);
    const right = steps.reshape(steps.permute(b, batch + inner + columns), [size(batch), size(inner), size(columns)]);
    const multiplied = steps.run('BatchMatMul', { a: left, b: right }, { transposeA: false, transposeB: false });
    const letters = batch + rows + columns;
    product = {
      info: steps.reshape(
        { info: multiplied, letters },
        [...letters].map((letter) => sizes.get(letter)!),
      ),
      letters,
    };
  }
  return steps.finish(steps.permute(product, result).info);
}

type Labeled = { info: tf.TensorInfo; letters: string };

/** Kernels run one after the other; all they made but the last is freed at the end. */
class Steps {
  private readonly made: tf.TensorInfo[] = [];

  constructor(private readonly backend: WasmBackend) {}

  run(name: string, inputs: Record<string, tf.TensorInfo>, attrs: object): tf.TensorInfo {
    const info = runKernel(name, { inputs, attrs: attrs as tf.NamedAttrMap, backend: this.backend });
    this.made.push(info);
    return info;
  }

  sumOut({ info, letters }: Labeled, isSummed: (letter: string) => boolean): Labeled {
    const axes = [...letters].flatMap((letter, axis) => (isSummed(letter) ? [axis] : []));
    if (axes.length === 0) return { info, letters };
    const kept = [...letters].filter((letter) => !isSummed(letter)).join('');
    return { info: this.run('Sum', { x: info }, { axis: axes, keepDims: false }), letters: kept };
  }

  permute({ info, letters }: Labeled, order: string): Labeled {
    if (letters === order) return { info, letters };
    const perm = [...order].map((letter) => letters.indexOf(letter));
    return { info: this.run('Transpose', { x: info }, { perm }), letters: order };
  }

  reshape({ info }: Labeled, shape: number[]): tf.TensorInfo {
    return this.run('Reshape', { x: info }, { shape });
  }

  finish(result: tf.TensorInfo): tf.TensorInfo {
    // The result may be an input itself, or one of several names of its data.
    const out = runKernel('Identity', { inputs: { x: result }, backend: this.backend });
    for (const info of this.made) this.backend.disposeData(info.dataId);
    return out;
  }
}
