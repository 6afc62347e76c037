import { replaceKernels } from '../replace-kernels.js';
import type { CpuKernel } from './cpu-kernel.js';
import { filterGradient } from './filter-gradient.js';
import { slice, transpose, withStretched } from './strided-copy.js';

/** What takes the place of a kernel of tfjs's cpu backend, made from it. */
const repairs: Readonly<Record<string, (present: CpuKernel) => CpuKernel>> = {
  // exchanges height and width in the shape that it returns; the values are right
  ResizeBilinearGrad: (present) => (args) => ({ ...present(args), shape: args.inputs['images']!.shape }),
  // the others are right, but look up each number by its coordinates, or work these out for each: up to nine tenths of a training step
  Conv2DBackpropFilter: (present) => (args) => filterGradient(args, false) ?? present(args),
  DepthwiseConv2dNativeBackpropFilter: (present) => (args) => filterGradient(args, true) ?? present(args),
  Transpose: (present) => (args) => transpose(args) ?? present(args),
  Slice: (present) => (args) => slice(args) ?? present(args),
  Add: withStretched,
  Sub: withStretched,
  Multiply: withStretched,
  RealDiv: withStretched,
  Maximum: withStretched,
  Minimum: withStretched,
  SquaredDifference: withStretched,
};

/** Mends the kernel of tfjs's cpu backend that is wrong, and replaces those that are slow for no reason; their numbers stay the same to the last digit. */
export const repairCpuKernels = (): void => replaceKernels('cpu', repairs);
