import * as tf from '@tensorflow/tfjs-core';

/** tfjs's cpu kernel exchanges height and width in the shape that it returns; the values are right. */
export function repairCpuKernels(): void {
  const present = tf.getKernel('ResizeBilinearGrad', 'cpu');
  if (present === undefined || repaired.has(present)) return;
  const config: tf.KernelConfig = {
    ...present,
    kernelFunc: (args) => {
      const result = present.kernelFunc(args) as tf.TensorInfo;
      return { ...result, shape: (args.inputs['images'] as tf.TensorInfo).shape };
    },
  };
  repaired.add(config);
  tf.unregisterKernel('ResizeBilinearGrad', 'cpu');
  tf.registerKernel(config);
}

const repaired = new WeakSet<object>();
