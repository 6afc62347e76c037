import * as tf from '@tensorflow/tfjs-core';

type KernelFunction = (args: never) => tf.TensorInfo;

const made = new WeakSet<object>();

/** Puts what each function makes of a backend's kernel in its place, once; kernels that are not there are passed over. */
export function replaceKernels<K extends KernelFunction>(
  backendName: string,
  replacements: Readonly<Record<string, (present: K) => K>>,
): void {
  for (const [kernelName, replacement] of Object.entries(replacements)) {
    const present = tf.getKernel(kernelName, backendName);
    if (present === undefined || made.has(present)) continue;
    const config = { ...present, kernelFunc: replacement(present.kernelFunc as never) as never };
    made.add(config);
    tf.unregisterKernel(kernelName, backendName);
    tf.registerKernel(config);
  }
}
