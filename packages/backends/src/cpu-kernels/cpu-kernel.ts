import type * as tf from '@tensorflow/tfjs-core';

/** A kernel of tfjs's cpu backend. */
export type CpuKernel = (args: CpuKernelArgs) => tf.TensorInfo;

/** What a kernel of tfjs's cpu backend is given. */
export type CpuKernelArgs = {
  inputs: Record<string, tf.TensorInfo>;
  attrs: unknown;
  backend: {
    readSync(dataId: tf.DataId): tf.TypedArray;
    makeTensorInfo(shape: number[], dtype: tf.DataType, values: tf.TypedArray): tf.TensorInfo;
    disposeIntermediateTensorInfo(info: tf.TensorInfo): void;
  };
};

/** Whether the numbers of a tensor lie in one typed array, as those of text and of complex numbers do not. */
export const isPlain = ({ dtype }: tf.TensorInfo): boolean => dtype !== 'string' && dtype !== 'complex64';
