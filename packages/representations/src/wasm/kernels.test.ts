import { expect, it } from 'vitest';
import {
  floats,
  takeBytes,
  type WithMemory,
  withFlowKernels,
  withImageKernels,
  withIntensityKernels,
} from './kernels.js';

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
  const height = withKernels('test', (kernels: Scratch) => kernels.mark());
  for (const bytes of [0xffff0001, 0xffffff00, 0xfffffff1]) {
    expect(() => withKernels('do the impossible', (kernels: Scratch) => kernels.take(bytes))).toThrow(
      /Cannot do the impossible as images must fit into the 4294967296 bytes .* use smaller frames/,
    );
  }
  for (const bytes of [2 ** 32 - 1, 2 ** 32, 2 ** 32 + 16, 2 ** 40, Number.NaN, -16]) {
    expect(() => withKernels('do the impossible', (kernels: WithMemory) => takeBytes(kernels, bytes))).toThrow(
      `Cannot do the impossible as images must fit into the 4294967296 bytes that the kernels can address: ${bytes} bytes`,
    );
  }
  expect(withKernels('test', (kernels: Scratch) => kernels.mark())).toBe(height);
});
