import * as tf from '@tensorflow/tfjs-core';
import { accumulateGradient, arithmetic, operations, reluGradient, squareGradient } from './arithmetic.js';
import { batchNormGradient, fusedBatchNorm } from './batch-norm.js';
import { batchNormReluTraining, batchNormTraining, batchNormTrainingGrad } from './batch-norm-training.js';
import { conv2d, conv2dBackpropFilter, conv2dBackpropInput, fusedConv2d } from './conv2d.js';
import { conv3d, conv3dBackpropFilter, conv3dBackpropInput } from './conv3d.js';
import { cast, concat, identity, pad, slice, split, tile } from './copy.js';
import { depthwise, depthwiseBackpropFilter, depthwiseBackpropInput } from './depthwise.js';
import { einsum } from './einsum.js';
import { gradientKernels, installGradient, installGradients } from './gradients.js';
import { layerNormTraining, layerNormTrainingGrad } from './layer-norm.js';
import { batchMatMul, fusedMatMul } from './mat-mul.js';
import { avgPool3dGrad, avgPoolGrad, maxPool3d, maxPool3dGrad, maxPoolGrad } from './pool.js';
import { reduction } from './reduce.js';
import { unsortedSegmentSum } from './segment-sum.js';
import { activation, activationGradient } from './smooth-activations.js';
import { softmaxGradient } from './softmax.js';
import { isStockRight } from './stock-probe.js';
import { adamUpdate, sgdUpdate } from './update.js';
import type { KernelFunction, WasmBackend } from './wasm-backend.js';

const kernels: Readonly<Record<string, (stock: KernelFunction) => KernelFunction>> = Object.freeze({
  // Missing, or wrong: see stock-probe.ts.
  Conv2DBackpropFilter: () => conv2dBackpropFilter,
  DepthwiseConv2dNativeBackpropInput: () => depthwiseBackpropInput,
  DepthwiseConv2dNativeBackpropFilter: () => depthwiseBackpropFilter,
  UnsortedSegmentSum: () => unsortedSegmentSum,
  Einsum: () => einsum,
  MaxPoolGrad: () => maxPoolGrad,
  AvgPoolGrad: () => avgPoolGrad,
  AvgPool3DGrad: () => avgPool3dGrad,
  MaxPool3D: () => maxPool3d,
  MaxPool3DGrad: () => maxPool3dGrad,
  Conv3DBackpropInputV2: () => conv3dBackpropInput,
  Conv3DBackpropFilterV2: () => conv3dBackpropFilter,
  // Slow.
  Conv2D: () => conv2d,
  FusedConv2D: fusedConv2d,
  Conv2DBackpropInput: () => conv2dBackpropInput,
  DepthwiseConv2dNative: depthwise,
  FusedDepthwiseConv2D: depthwise,
  Conv3D: () => conv3d,
  BatchMatMul: batchMatMul,
  _FusedMatMul: fusedMatMul,
  FusedBatchNorm: fusedBatchNorm,
  Sum: reduction('sum'),
  Mean: reduction('mean'),
  Add: arithmetic(operations.Add),
  Sub: arithmetic(operations.Sub),
  Multiply: arithmetic(operations.Multiply),
  RealDiv: arithmetic(operations.RealDiv),
  Identity: () => identity,
  Cast: cast,
  Slice: slice,
  PadV2: pad,
  Concat: concat,
  SplitV: split,
  Tile: tile,
  // Of ours: see batch-norm-training.ts.
  BatchNormReluTraining: () => batchNormReluTraining,
  BatchNormTraining: () => (args) => batchNormTraining(args),
  BatchNormTrainingGrad: () => batchNormTrainingGrad,
  // Of ours: see gelu.ts, swish.ts and layer-norm.ts.
  Gelu: () => activation('gelu'),
  GeluGrad: () => activationGradient('geluGradient'),
  Swish: () => activation('swish'),
  SwishGrad: () => activationGradient('swishGradient'),
  LayerNormTraining: () => layerNormTraining,
  LayerNormTrainingGrad: () => layerNormTrainingGrad,
  // Of ours: see update.ts.
  AccumulateGradient: () => accumulateGradient,
  AdamUpdate: () => adamUpdate,
  SgdUpdate: () => sgdUpdate,
  // For gradients of ours.
  [gradientKernels.batchNorm]: () => batchNormGradient,
  [gradientKernels.relu]: () => reluGradient,
  [gradientKernels.softmax]: () => softmaxGradient,
  [gradientKernels.square]: () => squareGradient,
});

/** Forward kernels after which the tape looks up a gradient that we have faster. */
const withFasterGradient = ['FusedBatchNorm', 'Mean', 'Sum', 'Square', 'Relu', 'Relu6', 'Softmax'];

const ours = new WeakSet<tf.KernelFunc>();
const kept = new WeakSet<tf.KernelFunc>();

/**
 * Registers the training kernels for the wasm backend, in the place of those that tfjs has wrong or slow. Those that it
 * lacked or had wrong, and that are there and right now, stay.
 */
export function registerWasmKernels(backend: WasmBackend): void {
  const names = new Set([...Object.keys(kernels), ...withFasterGradient]);
  for (const kernelName of names) {
    const present = tf.getKernel(kernelName, 'wasm');
    if (present && (ours.has(present.kernelFunc) || kept.has(present.kernelFunc))) continue;
    if (present && isStockRight(kernelName, present.kernelFunc as never, backend)) {
      kept.add(present.kernelFunc);
      continue;
    }
    const stock = present?.kernelFunc as unknown as KernelFunction;
    const own = kernels[kernelName]?.(stock) ?? stock;
    const kernelFunc = (withFasterGradient.includes(kernelName)
      ? (args: Parameters<KernelFunction>[0]) => {
          installGradient(kernelName);
          return own(args);
        }
      : own) as unknown as tf.KernelFunc;
    ours.add(kernelFunc);
    if (present) tf.unregisterKernel(kernelName, 'wasm');
    tf.registerKernel({ ...present, kernelName, backendName: 'wasm', kernelFunc });
  }
  installGradients();
}
