import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import { beforeAll, expect, test } from 'vitest';
import { useBackend } from './use-backend.js';

beforeAll(() => useBackend('cpu'));

const filter = () => tf.randomUniform([3, 3, 3, 4], -1, 1, 'float32', 1);
const bias = () => tf.tensor1d([0.5, -1, 0, 2]);
const image = () => tf.randomUniform([2, 6, 5, 3], -1, 1, 'float32', 2);

const convolve = (x: tf.Tensor, w: tf.Tensor, b: tf.Tensor, activation = 'linear') => {
  const attributes = { strides: 1, pad: 'same', dataFormat: 'NHWC', dilations: [1, 1], activation };
  return tf.engine().runKernel('FusedConv2D', { x, filter: w, bias: b }, attributes as never) as tf.Tensor;
};
const stock = (x: tf.Tensor, w: tf.Tensor, b: tf.Tensor) =>
  tf.fused.conv2d({ x: x as tf.Tensor4D, filter: w as tf.Tensor4D, bias: b, strides: 1, pad: 'same' });

test('the gradients of a convolution with its bias are those of tf.fused.conv2d', () => {
  const weighted = (f: typeof convolve) => (x: tf.Tensor, w: tf.Tensor, b: tf.Tensor) => tf.square(f(x, w, b));
  const inputs = [image(), filter(), bias()];
  const ours = tf.grads(weighted(convolve) as never)(inputs);
  const theirs = tf.grads(weighted(stock) as never)(inputs);
  for (const [i, gradient] of ours.entries()) expect(gradient.dataSync()).toEqual(theirs[i]!.dataSync());
});

test('the gradient by an image that nothing asks for is not made', async () => {
  const x = image();
  const kernelsOf = async (f: typeof convolve) => {
    const { kernels } = await tf.profile(() => {
      tf.grads((w, b) => tf.sum(f(x, w, b)))([filter(), bias()]);
      return tf.scalar(0);
    });
    return kernels.map(({ name }) => name);
  };
  expect(await kernelsOf(stock)).toContain('Conv2DBackpropInput');
  const ours = await kernelsOf(convolve);
  expect(ours).toContain('Conv2DBackpropFilter');
  expect(ours).not.toContain('Conv2DBackpropInput');
});

test('with an activation there is none, and the message says what has one', () => {
  expect(() => tf.grad((x) => convolve(x, filter(), bias(), 'relu'))(image())).toThrow(
    'Cannot make the gradient of FusedConv2D with activation relu: call tf.fused.conv2d',
  );
});
