import { expect, it } from 'vitest';
import { asKernels, type Kernels } from './kernels.generated.js';

it('kernels are called with the arguments of their sources, by name', () => {
  const given: unknown[][] = [];
  const exports = {
    fill: (...args: unknown[]) => void given.push(args),
    patternSize: (columns: number) => 2 * columns,
  };
  const kernels = asKernels({ exports } as unknown as WebAssembly.Instance);
  kernels.fill({ value: 3, to: 1, size: 2 });
  expect(given).toEqual([[1, 2, 3]]);
  expect(kernels.patternSize(5)).toBe(10);
});

it('a call with a missing, unknown or nameless argument does not compile', () => {
  const calls = (kernels: Kernels) => {
    // @ts-expect-error: no size
    kernels.fill({ to: 1, value: 3 });
    // @ts-expect-error: no such argument
    kernels.fill({ to: 1, size: 2, value: 3, scratch: 4 });
    // @ts-expect-error: by order
    kernels.fill(1, 2, 3);
  };
  expect(calls).toBeTypeOf('function');
});
