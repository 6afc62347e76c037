import '@tensorflow/tfjs-layers';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { batchNormTraining, useBackend } from '../index.js';
import { valueAndGradients } from './value-and-gradients.js';

const random = (shape: number[], seed: number, low = -1, high = 1) =>
  tf.randomUniform(shape, low, high, 'float32', seed);

const variable = (shape: number[], seed: number, low = -1, high = 1) => tf.variable(random(shape, seed, low, high));

/** Batch norm with the rectifier after it, as networks call it. */
function batchNormRelu(x: tf.Tensor, scale: tf.Tensor, offset: tf.Tensor): tf.Tensor[] {
  return tf.engine().runKernel('BatchNormReluTraining', { x, scale, offset }, { epsilon: 1e-5 }) as tf.Tensor[];
}

/** The sum of the squares. */
const energy = (x: tf.Tensor) => tf.sum(tf.square(x)) as tf.Scalar;

/** Calls `look` when the reverse pass begins. */
function whenReverseBegins(x: tf.Scalar, look: () => void): tf.Scalar {
  const op = tf.customGrad((y) => ({
    value: tf.clone(y as tf.Tensor),
    gradFunc: (dy: tf.Tensor) => {
      look();
      return tf.clone(dy);
    },
  }));
  return op(x) as tf.Scalar;
}

/** A network to be derived: its variables, and a scalar of them. */
type Made = { variables: tf.Variable[]; f: () => tf.Scalar };

/** Tensors are large enough to be made again: above 16 kB. */
const networks: Record<string, () => Made> = {
  'convolution, batch norm, sum, rectifier'() {
    const [filter, scale, offset] = [variable([3, 3, 8, 8], 1), variable([8], 2, 0.5, 1.5), variable([8], 3)];
    const x = random([2, 24, 24, 8], 4) as tf.Tensor4D;
    const f = () => {
      const y = tf.conv2d(x, filter as unknown as tf.Tensor4D, 1, 'same');
      const { y: normal, mean, variance } = batchNormTraining(y, { scale, offset } as never);
      return tf.add(energy(tf.relu(tf.add(normal, x))), tf.sum(tf.add(mean, variance))) as tf.Scalar;
    };
    return { variables: [filter, scale, offset], f };
  },
  'batch norm rectified in one operation, then a convolution'() {
    const [first, second] = [variable([3, 3, 3, 8], 1), variable([1, 1, 8, 16], 2)];
    const [scale, offset] = [variable([8], 3, 0.5, 1.5), variable([8], 4)];
    const x = random([2, 24, 24, 3], 5) as tf.Tensor4D;
    const f = () => {
      const [y] = batchNormRelu(tf.conv2d(x, first as unknown as tf.Tensor4D, 1, 'same'), scale, offset);
      return energy(tf.conv2d(y as tf.Tensor4D, second as unknown as tf.Tensor4D, 1, 'same'));
    };
    return { variables: [first, second, scale, offset], f };
  },
  'maximum pooling of negative values'() {
    const [shift, filter] = [variable([8], 1, -3, -2), variable([3, 3, 8, 8], 2)];
    const x = random([2, 48, 48, 8], 3) as tf.Tensor4D;
    const f = () => {
      const pooled = tf.maxPool(tf.add(x, shift) as tf.Tensor4D, 3, 2, 'same');
      return energy(tf.conv2d(pooled, filter as unknown as tf.Tensor4D, 1, 'same'));
    };
    return { variables: [shift, filter], f };
  },
  'concatenations of concatenations, rectified'() {
    const filters = [8, 16, 24].map((size, i) => variable([1, 1, size, 8], i + 1));
    const x = random([2, 24, 24, 8], 9) as tf.Tensor4D;
    const f = () => {
      let all = x;
      for (const filter of filters) {
        const more = tf.conv2d(tf.relu(all), filter as unknown as tf.Tensor4D, 1, 'same');
        all = tf.concat([all, more], 3) as tf.Tensor4D;
      }
      return energy(all);
    };
    return { variables: filters, f };
  },
  'sums and products that are broadcast'() {
    const [row, column, map] = [variable([16], 1), variable([64, 1], 2), variable([4, 64, 16], 3)];
    const f = () => energy(tf.mul(tf.add(tf.mul(map, row), column), tf.sub(column, tf.div(map, tf.add(row, 3)))));
    return { variables: [row, column, map], f };
  },
  'a weight that is used three times'() {
    const w = variable([64, 64], 1, -0.2, 0.2);
    const x = random([96, 64], 2) as tf.Tensor2D;
    const f = () => {
      const times = (y: tf.Tensor) => tf.tanh(tf.matMul(y as tf.Tensor2D, w as unknown as tf.Tensor2D));
      return energy(times(times(times(x))));
    };
    return { variables: [w], f };
  },
  'a value that is used twice by one operation'() {
    const w = variable([80, 80], 1);
    const f = () => {
      const y = tf.sigmoid(w);
      return energy(tf.add(tf.mul(y, y), tf.add(y, y)));
    };
    return { variables: [w], f };
  },
  'an output that nobody reads'() {
    const w = variable([80, 80], 1);
    const f = () => {
      const [left, , right] = tf.split(tf.relu(w), [20, 40, 20], 1) as [tf.Tensor, tf.Tensor, tf.Tensor];
      tf.square(tf.exp(w));
      return energy(tf.sub(left, right));
    };
    return { variables: [w], f };
  },
  'a gradient of its own'() {
    const w = variable([80, 80], 1);
    const doubled = tf.customGrad((x, save) => {
      (save as tf.GradSaveFunc)([x as tf.Tensor]);
      return {
        value: tf.mul(x as tf.Tensor, 2),
        gradFunc: (dy: tf.Tensor, [saved]: tf.Tensor[]) => tf.mul(dy, tf.add(saved!, 5)),
      };
    });
    return { variables: [w], f: () => energy(doubled(tf.relu(w))) };
  },
  'views of other shapes'() {
    const w = variable([64, 80], 1);
    const f = () => {
      const y = tf.relu(tf.reshape(w, [80, 64]));
      return energy(tf.matMul(tf.reshape(y, [64, 80]) as tf.Tensor2D, y as tf.Tensor2D));
    };
    return { variables: [w], f };
  },
};

describe.each(['cpu', 'wasm'] as const)('valueAndGradients() on %s', (backend) => {
  let before: tf.MemoryInfo;

  beforeEach(async () => {
    await useBackend(backend);
    tf.engine().startScope();
    before = tf.memory();
  });

  afterEach(() => {
    tf.engine().endScope();
    tf.disposeVariables();
  });

  it.each(Object.keys(networks))('gives what tfjs gives, bit for bit: %s', (name) => {
    const { variables, f } = networks[name]!();
    const wanted = tf.variableGrads(f, variables);
    for (const remake of [true, false]) {
      const { numTensors, numDataBuffers } = tf.memory();
      const { value, gradients } = valueAndGradients(f, { variables, remake });
      expect(tf.memory().numTensors).toBe(numTensors + 1 + variables.length);
      expect(tf.memory().numDataBuffers).toBe(numDataBuffers + 1 + variables.length);
      expect(value.dataSync()).toEqual(wanted.value.dataSync());
      for (const { name: key } of variables) {
        expect(gradients[key]!.dataSync()).toEqual(wanted.grads[key]!.dataSync());
      }
      tf.dispose([value, gradients]);
    }
  });

  it.each(Object.keys(networks))('lets a variable change as soon as it gives its gradient: %s', (name) => {
    const { variables, f } = networks[name]!();
    const wanted = tf.variableGrads(f, variables);
    const seen: string[] = [];
    const { value } = valueAndGradients(f, {
      variables,
      onGradient(of, gradient) {
        seen.push(of.name);
        expect(gradient.dataSync()).toEqual(wanted.grads[of.name]!.dataSync());
        gradient.dispose();
        of.assign(tf.fill(of.shape, Number.NaN));
      },
    });
    expect(value.dataSync()).toEqual(wanted.value.dataSync());
    expect(seen.sort()).toEqual(variables.map((of) => of.name).sort());
  });

  it('gives no gradient of a variable on which the value does not depend', () => {
    const [used, unused, dropped] = [variable([3], 1), variable([3], 2), variable([3], 3)];
    const f = () => {
      tf.square(dropped);
      return energy(used);
    };
    const { gradients } = valueAndGradients(f, { variables: [used, unused, dropped] });
    expect(Object.keys(gradients)).toEqual([used.name]);
    const none = valueAndGradients(() => tf.scalar(2), { variables: [used] });
    expect([none.value.dataSync()[0], Object.keys(none.gradients)]).toEqual([2, []]);
  });

  it('gives one as the gradient of a variable by itself', () => {
    const w = tf.variable(tf.scalar(3)) as tf.Variable<tf.Rank.R0>;
    const { gradients } = valueAndGradients(() => w as tf.Scalar, { variables: [w] });
    expect(gradients[w.name]!.dataSync()[0]).toBe(1);
  });

  it('gives no gradient of a variable that is not asked for', () => {
    const [w, v] = [variable([80, 80], 1), variable([80, 80], 2)];
    const f = () => energy(tf.mul(tf.relu(w), v));
    const wanted = tf.variableGrads(f, [w]);
    const { gradients } = valueAndGradients(f, { variables: [w] });
    expect(Object.keys(gradients)).toEqual([w.name]);
    expect(gradients[w.name]!.dataSync()).toEqual(wanted.grads[w.name]!.dataSync());
  });

  it('keeps no value that it makes again', () => {
    const size = 64 * 64 * 4;
    const w = variable([64, 64], 1);
    const held = (remake: boolean) => {
      let bytes = 0;
      const { numBytes } = tf.memory();
      const f = () => {
        const end = tf.tidy(() => {
          // w is there anyway: of all these nothing need be kept
          const y = tf.tanh(tf.mul(tf.sigmoid(tf.add(w, 1)), tf.relu(w)));
          return energy(tf.mul(y, tf.leakyRelu(y, 0.1)));
        });
        return whenReverseBegins(end, () => {
          bytes = tf.memory().numBytes - numBytes;
        });
      };
      tf.dispose(valueAndGradients(f, { variables: [w], remake }) as unknown as tf.TensorContainer);
      return bytes;
    };
    expect(held(true)).toBeLessThan(100);
    expect(held(false)).toBeGreaterThan(5 * size);
  });

  it('keeps one tensor of a convolution, a batch norm, a sum and a rectifier', () => {
    const { variables, f } = networks['convolution, batch norm, sum, rectifier']!();
    const map = 2 * 24 * 24 * 8 * 4;
    const held = (remake: boolean) => {
      let bytes = 0;
      const { numBytes } = tf.memory();
      const look = () => {
        bytes = tf.memory().numBytes - numBytes;
      };
      tf.dispose(
        valueAndGradients(() => whenReverseBegins(tf.tidy(f), look), {
          variables,
          remake,
        }) as unknown as tf.TensorContainer,
      );
      return bytes;
    };
    // and the input, which the convolution's gradient reads
    expect(held(true)).toBeLessThan(2 * map + 1000);
    expect(held(false)).toBeGreaterThanOrEqual(3 * map);
  });

  describe('leaves nothing behind', () => {
    const [w, v] = [() => variable([80, 80], 1), () => variable([80, 80], 2)];

    /** What is there after a failure, other than the variables. */
    const expectNothing = (variables: number) => {
      expect(tf.memory().numTensors).toBe(before.numTensors + variables);
      expect(tf.memory().numDataBuffers).toBe(before.numDataBuffers + variables);
    };

    it.each([true, false])('when f throws: remake %s', (remake) => {
      const variables = [tf.tidy(w), tf.tidy(v)];
      const f = () => {
        energy(tf.exp(tf.mul(tf.sigmoid(tf.matMul(variables[0] as never, variables[1] as never)), 2)));
        throw new Error('on purpose');
      };
      expect(() => valueAndGradients(f, { variables, remake })).toThrow('on purpose');
      expectNothing(2);
      const again = valueAndGradients(() => energy(variables[0]!), { variables });
      expect(Object.keys(again.gradients)).toEqual([variables[0]!.name]);
    });

    it.each([true, false])('when an operation has no gradient: remake %s', (remake) => {
      const variables = [tf.tidy(w)];
      const f = () => energy(tf.sigmoid(tf.mul(tf.cumprod(tf.sigmoid(variables[0]!), 1), variables[0]!)));
      expect(() => valueAndGradients(f, { variables, remake })).toThrow(
        'Cannot compute a gradient as kernel Cumprod has none',
      );
      expectNothing(1);
    });

    it('when an operation has a gradient by one of its inputs alone', () => {
      tf.registerGradient({
        kernelName: 'Mod',
        gradFunc: (dy) => ({ a: () => tf.mul(dy as tf.Tensor, 2) }),
      });
      const variables = [tf.tidy(w), tf.tidy(v)];
      const f = () => energy(tf.mod(tf.exp(variables[0]!), tf.exp(variables[1]!)));
      try {
        expect(() => valueAndGradients(f, { variables })).toThrow('as that of Mod by b is missing');
      } finally {
        tf.unregisterGradient('Mod');
      }
      expectNothing(2);
    });

    it('when onGradient throws', () => {
      const variables = [tf.tidy(w), tf.tidy(v)];
      const f = () => energy(tf.sigmoid(tf.mul(tf.exp(variables[0]!), tf.exp(variables[1]!))));
      const onGradient = (_of: tf.Variable, gradient: tf.Tensor) => {
        gradient.dispose();
        throw new Error('on purpose');
      };
      expect(() => valueAndGradients(f, { variables, onGradient })).toThrow('on purpose');
      expectNothing(2);
    });
  });
});
