// Every tensor counts as large here, so that whatever can be made again is made again.
import '@tensorflow/tfjs-layers';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { drawn } from '../contract/nd-array.js';
import { type ContractCase, contract, contractTerms } from '../contract.js';
import { useBackend } from '../index.js';
import { valueAndGradients } from './value-and-gradients.js';

vi.mock('./saved-tensors.js', async (original) => ({ ...(await original<object>()), SMALL: 0 }));

/** The inputs of a case as variables, and a scalar made of its result; inputs and result are cheap values between. */
function scalarOf(item: ContractCase): { variables: tf.Variable[]; f: () => tf.Scalar } {
  const tensors = item.inputs.map(({ data, shape }, i) =>
    tf.tensor(Float32Array.from(data), [...shape], item.dtypes?.[i] ?? 'float32'),
  );
  const places = item.wrt!;
  const variables = tensors.map((tensor, i) => tf.variable(tensor, places.includes(i)));
  tf.dispose(tensors);
  const f = () => {
    const given = variables.map((variable, i) => (places.includes(i) ? tf.mul(tf.add(variable, 0.25), 0.5) : variable));
    const result = tf.square(item.run(...given));
    const { data, shape } = drawn(result.shape, 99);
    return tf.sum(tf.mul(result, tf.tensor(Float32Array.from(data), [...shape]))) as tf.Scalar;
  };
  return { variables, f };
}

for (const backend of ['cpu', 'wasm'] as const) {
  describe(`gradients of the contract on ${backend}`, () => {
    beforeAll(() => useBackend(backend));

    for (const item of contract) {
      if (!item.wrt?.length || contractTerms(backend, item).skip) continue;
      it(`${item.name}: those of tfjs, bit for bit`, () => {
        const { variables, f } = scalarOf(item);
        const own = variables.filter(({ trainable }) => trainable);
        const wanted = tf.variableGrads(f, own);
        for (const remake of backend === 'wasm' ? [true, false] : [true]) {
          const before = tf.memory();
          const { value, gradients } = valueAndGradients(f, { variables: own, remake });
          expect(tf.memory().numTensors).toBe(before.numTensors + 1 + own.length);
          expect(tf.memory().numDataBuffers).toBe(before.numDataBuffers + 1 + own.length);
          expect(value.dataSync()).toEqual(wanted.value.dataSync());
          for (const { name } of own) {
            expect(gradients[name]!.shape).toEqual(wanted.grads[name]!.shape);
            expect(gradients[name]!.dataSync()).toEqual(wanted.grads[name]!.dataSync());
          }
          tf.dispose([value, gradients]);
        }
        tf.dispose([variables, wanted.value, wanted.grads]);
      });
    }
  });
}
