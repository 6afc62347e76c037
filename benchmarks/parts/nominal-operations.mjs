// Operations that a network asks for, whatever algorithm computes them.
import * as tf from '@tensorflow/tfjs-core';

const product = (sides) => sides.reduce((sum, side) => sum * side, 1);

/** Multiply-adds of one kernel from the shapes of what it reads and makes; 0 for those that are neither convolution nor matrix product. */
function multiplyAdds({ name, inputShapes, outputShapes }) {
  const made = product(outputShapes[0] ?? []);
  const [a, b] = inputShapes;
  switch (name) {
    case 'Conv2D':
    case 'FusedConv2D':
    case 'Conv3D':
      return made * product(b.slice(0, -1));
    case 'Conv2DBackpropInput': {
      // a transposed convolution: each value read goes through the whole filter
      return product(a) * product(b.slice(0, -1));
    }
    case 'DepthwiseConv2dNative':
    case 'FusedDepthwiseConv2D':
      return made * b[0] * b[1];
    case 'BatchMatMul':
    case '_FusedMatMul': {
      // of m x k, k x n and m x n, in whichever order the sides of the first two are
      const [rows, columns] = outputShapes[0].slice(-2);
      return made * Math.round(Math.sqrt((product(a.slice(-2)) * product(b.slice(-2))) / (rows * columns)));
    }
    default:
      return 0;
  }
}

/** Floating-point operations of what `compute` does, two for each multiply-add of its convolutions and matrix products. */
export async function nominalOperations(compute) {
  const { kernels } = await tf.profile(() => tf.tidy(compute));
  return 2 * kernels.reduce((sum, kernel) => sum + multiplyAdds(kernel), 0);
}
