import * as tf from '@tensorflow/tfjs-core';
import { replaceKernels } from '../replace-kernels.js';

/** What is used of tfjs's webgpu backend, which does not export its types. */
type Webgpu = {
  shouldExecuteOnCPU(inputs: tf.TensorInfo[]): boolean;
  runWebGPUProgram(
    program: object,
    inputs: tf.TensorInfo[],
    dtype: tf.DataType,
    uniforms: { type: 'int32'; data: number[] }[],
  ): tf.TensorInfo;
};

type Attributes = { axis?: number | number[]; reductionIndices?: number | number[]; keepDims?: boolean };

type Kernel = (args: { inputs: { x: tf.Tensor }; attrs: Attributes; backend: Webgpu }) => tf.TensorInfo;

/** Of so many numbers or fewer a result is made by one thread: tfjs gives each result the 64 threads of a group, however few its numbers are. */
const SHORT = 64;

type Step = { next: string; last?: string };

/** How a thread goes on from the best so far with the next number given, and what it ends with. */
const steps: Readonly<Record<string, Step>> = {
  Max: { next: 'select(select(best, given, given > best), uniforms.NAN, isnan(given) || isnan(best))' },
  Min: { next: 'select(select(best, given, given < best), uniforms.NAN, isnan(given) || isnan(best))' },
  Sum: { next: 'best + given' },
  Mean: { next: 'best + given', last: 'best / f32(uniforms.count)' },
};

/** A program of tfjs's webgpu backend: result `index` of `count` numbers that lie `stride` apart. */
function program(kernelName: string, { next, last = 'best' }: Step, results: number): object {
  return {
    variableNames: ['x'],
    uniforms: 'count : i32, stride : i32,',
    outputShape: [results],
    size: true,
    workgroupSize: [64, 1, 1],
    dispatchLayout: { x: [0] },
    dispatch: [Math.ceil(results / 64), 1, 1],
    shaderKey: `short${kernelName}`,
    getUserCode: () => `
      fn main(index : i32) {
        if (index < uniforms.size) {
          let first = (index / uniforms.stride) * uniforms.count * uniforms.stride + index % uniforms.stride;
          var best = x[first];
          for (var k = 1; k < uniforms.count; k = k + 1) {
            let given = x[first + k * uniforms.stride];
            best = ${next};
          }
          setOutputAtIndex(index, ${last});
        }
      }`,
  };
}

/** One thread for each result where few neighbouring numbers are reduced, in the order they lie in: neither a turned copy nor a group that waits. */
const short =
  (kernelName: string, step: Step) =>
  (present: Kernel): Kernel =>
  (args) => {
    const { inputs, attrs, backend } = args;
    const { x } = inputs;
    const axes = tf.util.parseAxisParam((attrs.axis ?? attrs.reductionIndices)!, x.shape).sort((a, b) => a - b);
    const first = axes[0] ?? 0;
    const neighbours = axes.every((axis, place) => axis === first + place);
    const [shape, reduced] = tf.backend_util.computeOutAndReduceShapes(x.shape, axes);
    const count = tf.util.sizeFromShape(reduced);
    const results = tf.util.sizeFromShape(shape);
    const takes = x.dtype === 'float32' && neighbours && count > 0 && count <= SHORT && results > 0;
    if (!takes || backend.shouldExecuteOnCPU([x])) return present(args);
    const stride = tf.util.sizeFromShape(x.shape.slice(first + axes.length));
    const result = backend.runWebGPUProgram(program(kernelName, step, results), [x], 'float32', [
      { type: 'int32', data: [count] },
      { type: 'int32', data: [stride] },
    ]);
    return { ...result, shape: attrs.keepDims ? tf.backend_util.expandShapeToKeepDim(shape, axes) : shape };
  };

/** Has webgpu's kernels that reduce few numbers to one, as a maximum over four neighbours, take a thread for each result. */
export function shortenReductions(): void {
  replaceKernels('webgpu', Object.fromEntries(Object.entries(steps).map(([name, step]) => [name, short(name, step)])));
}
