import * as tf from '@tensorflow/tfjs-core';
import { conv2d, conv2dBackpropFilter, conv2dBackpropInput, fusedConv2d } from './conv2d.js';
import { maxPoolGrad } from './max-pool-grad.js';
import type { KernelFunction } from './wasm-backend.js';

const kernels: Readonly<Record<string, (stock: KernelFunction) => KernelFunction>> = Object.freeze({
  Conv2D: () => conv2d,
  FusedConv2D: fusedConv2d,
  Conv2DBackpropFilter: () => conv2dBackpropFilter,
  Conv2DBackpropInput: () => conv2dBackpropInput,
  MaxPoolGrad: () => maxPoolGrad,
});

const ours = new WeakSet<tf.KernelFunc>();

/** Registers the training kernels for the wasm backend, in the place of those that tfjs has wrong or slow. */
export function registerWasmKernels(): void {
  for (const [kernelName, make] of Object.entries(kernels)) {
    const present = tf.getKernel(kernelName, 'wasm');
    if (present && ours.has(present.kernelFunc)) continue;
    const kernelFunc = make(present?.kernelFunc as never) as unknown as tf.KernelFunc;
    ours.add(kernelFunc);
    if (present) tf.unregisterKernel(kernelName, 'wasm');
    tf.registerKernel({ ...present, kernelName, backendName: 'wasm', kernelFunc });
  }
}
