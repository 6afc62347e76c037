import { expect, it } from 'vitest';
import { floats, withKernels } from './kernels.js';

it('withKernels() gives scratch memory back, also after an error', () => {
  const height = withKernels('test', (kernels) => kernels.mark());
  expect(() =>
    withKernels('test', (kernels) => {
      floats(kernels, kernels.take(4000), 1000).fill(1);
      throw new Error('stop');
    }),
  ).toThrow('stop');
  expect(withKernels('test', (kernels) => kernels.mark())).toBe(height);
});

it('withKernels() says so when the memory does not suffice', () => {
  expect(() => withKernels('do the impossible', (kernels) => kernels.take(0xffffff00))).toThrow(
    /Cannot do the impossible as the image must fit .*not enough memory/,
  );
});
