import { expect, it } from 'vitest';
import { floats, withFlowKernels, withImageKernels, withIntensityKernels } from './kernels.js';

type Scratch = { memory: WebAssembly.Memory; mark(): number; take(bytes: number): number };
const modules = { withImageKernels, withIntensityKernels, withFlowKernels };

it.each(Object.entries(modules))('%s() gives scratch memory back, also after an error', (_, withKernels) => {
  const height = withKernels('test', (kernels: Scratch) => kernels.mark());
  expect(() =>
    withKernels('test', (kernels: Scratch) => {
      floats(kernels, kernels.take(4000), 1000).fill(1);
      throw new Error('stop');
    }),
  ).toThrow('stop');
  expect(withKernels('test', (kernels: Scratch) => kernels.mark())).toBe(height);
});

it.each(Object.entries(modules))('%s() says so when the memory does not suffice', (_, withKernels) => {
  expect(() => withKernels('do the impossible', (kernels: Scratch) => kernels.take(0xffffff00))).toThrow(
    /Cannot do the impossible as the image must fit .*not enough memory/,
  );
});
