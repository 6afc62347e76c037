import * as tf from '@tensorflow/tfjs-core';
import type { ContractCase } from './contract-case.js';
import { drawn, elementwise, type NdArray, sizeOf } from './nd-array.js';
import { bilinear } from './windows.js';

function product(a: NdArray, b: NdArray, transposeA: boolean, transposeB: boolean) {
  const [batchA, batchB] = [a.shape.slice(0, -2), b.shape.slice(0, -2)];
  const batch = batchA.length >= batchB.length ? batchA : batchB;
  const [rowsA, columnsA] = a.shape.slice(-2) as [number, number];
  const [rowsB, columnsB] = b.shape.slice(-2) as [number, number];
  const [m, k] = transposeA ? [columnsA, rowsA] : [rowsA, columnsA];
  const n = transposeB ? rowsB : columnsB;
  return bilinear(a, b, [...batch, m, n], (visit) => {
    for (let l = 0; l < sizeOf(batch); l++) {
      const startA = (l % sizeOf(batchA)) * rowsA * columnsA;
      const startB = (l % sizeOf(batchB)) * rowsB * columnsB;
      for (let i = 0; i < m; i++) {
        for (let j = 0; j < n; j++) {
          for (let q = 0; q < k; q++) {
            visit(
              (l * m + i) * n + j,
              startA + (transposeA ? q * m + i : i * k + q),
              startB + (transposeB ? j * k + q : q * n + j),
            );
          }
        }
      }
    }
  });
}

function matMulCase(a: readonly number[], b: readonly number[], transposeA = false, transposeB = false): ContractCase {
  const sameBatch = a.slice(0, -2).join() === b.slice(0, -2).join();
  return {
    name: `matMul ${a.join('x')}${transposeA ? ' transposed' : ''} * ${b.join('x')}${transposeB ? ' transposed' : ''}`,
    kernels: ['BatchMatMul'],
    inputs: [drawn(a, 30), drawn(b, 31)],
    run: (x, y) => tf.matMul(x!, y!, transposeA, transposeB),
    reference: (x, y) => product(x!, y!, transposeA, transposeB).forward(),
    // tfjs does not sum the gradient of a repeated operand.
    ...(sameBatch ? { wrt: [0, 1], gradient: (dy, x, y) => product(x!, y!, transposeA, transposeB).backward(dy) } : {}),
  };
}

function denseCase(rows: number, inputs: number, outputs: number, activation: 'linear' | 'relu' | 'elu'): ContractCase {
  const f = {
    linear: (v: number) => v,
    relu: (v: number) => Math.max(0, v),
    elu: (v: number) => (v >= 0 ? v : Math.expm1(v)),
  };
  return {
    name: `fused matMul ${rows}x${inputs} * ${inputs}x${outputs} with bias and ${activation}`,
    kernels: ['_FusedMatMul'],
    inputs: [drawn([rows, inputs], 32), drawn([inputs, outputs], 33), drawn([outputs], 34)],
    run: (a, b, bias) => tf.fused.matMul({ a: a!, b: b!, bias, activation }),
    reference: (a, b, bias) =>
      elementwise((y, v) => f[activation](y! + v!), product(a!, b!, false, false).forward(), bias!),
  };
}

function einsumCase(equation: string, a: readonly number[], b?: readonly number[]): ContractCase {
  const [left, result] = equation.split('->') as [string, string];
  const operands = left.split(',');
  const shapes = b ? [a, b] : [a];
  const lengths = new Map<string, number>();
  operands.forEach((letters, i) => {
    [...letters].forEach((letter, axis) => {
      lengths.set(letter, shapes[i]![axis]!);
    });
  });
  const letters = [...lengths.keys()];
  const place = (own: string, index: readonly number[]) =>
    [...own].reduce((at, letter) => at * lengths.get(letter)! + index[letters.indexOf(letter)]!, 0);
  const both = (x: NdArray, y: NdArray) =>
    bilinear(
      x,
      y,
      [...result].map((letter) => lengths.get(letter)!),
      (visit) => {
        const index = letters.map(() => 0);
        const walk = (axis: number) => {
          if (axis === letters.length) {
            visit(place(result, index), place(operands[0]!, index), operands[1] ? place(operands[1], index) : 0);
            return;
          }
          for (let i = 0; i < lengths.get(letters[axis]!)!; i++) {
            index[axis] = i;
            walk(axis + 1);
          }
        };
        walk(0);
      },
    );
  const one: NdArray = { shape: [], data: Float64Array.of(1) };
  return {
    name: `einsum ${equation}`,
    kernels: ['Einsum'],
    inputs: shapes.map((shape, i) => drawn(shape, 35 + i)),
    run: (...tensors) => tf.einsum(equation, ...tensors),
    reference: (x, y) => both(x!, y ?? one).forward(),
    wrt: shapes.map((_shape, i) => i),
    gradient: (dy, x, y) =>
      both(x!, y ?? one)
        .backward(dy)
        .slice(0, shapes.length),
  };
}

/** Matrix products. */
export const matrixCases: readonly ContractCase[] = [
  matMulCase([5, 7], [7, 9]),
  matMulCase([1, 40], [40, 37]),
  matMulCase([3, 41], [41, 37]),
  matMulCase([13, 600], [600, 10]),
  matMulCase([600, 20], [600, 40], true),
  matMulCase([20, 600], [45, 600], false, true),
  matMulCase([7, 5], [7, 9], true),
  matMulCase([5, 7], [9, 7], false, true),
  matMulCase([7, 5], [9, 7], true, true),
  matMulCase([3, 8, 6], [3, 6, 16]),
  matMulCase([2, 3, 6, 8], [2, 3, 9, 6], true, true),
  matMulCase([4, 5, 6], [1, 6, 7]),
  denseCase(8, 20, 5, 'linear'),
  denseCase(3, 20, 11, 'relu'),
  denseCase(9, 6, 16, 'elu'),
  einsumCase('ij,jk->ik', [4, 5], [5, 6]),
  einsumCase('bij,bkj->bik', [2, 3, 4], [2, 5, 4]),
  einsumCase('bhqd,bhkd->bhqk', [2, 2, 3, 4], [2, 2, 5, 4]),
  einsumCase('i,j->ij', [3], [4]),
  einsumCase('bi,bi->b', [3, 5], [3, 5]),
  einsumCase('ij->ji', [3, 4]),
  einsumCase('ijk->k', [2, 3, 4]),
  einsumCase('ij,jk->i', [3, 4], [4, 5]),
  einsumCase('i,jk->ij', [2], [3, 4]),
];
