import * as tf from '@tensorflow/tfjs-core';

const kernelName = 'FusedConv2D';

/**
 * Registers the gradient of a convolution with its bias. `tf.fused.conv2d` brings one of its own, which always makes the gradient by the input, also
 * that of an image, which nothing asks for, and keeps the output. This one makes what is asked for and keeps no output; it serves
 * `tf.engine().runKernel('FusedConv2D', { x, filter, bias }, attributes)` without an activation.
 */
export function registerFusedConvolutionGradient(): void {
  if (tf.getGradient(kernelName)) return;
  tf.registerGradient({
    kernelName,
    inputsToSave: ['x', 'filter'],
    gradFunc: (dy, saved, attrs) => {
      const { activation } = attrs as never as { activation: string };
      if (activation !== 'linear') {
        throw new Error(`Cannot make the gradient of FusedConv2D with activation ${activation}: call tf.fused.conv2d`);
      }
      const byOthers = tf.getGradient('Conv2D').gradFunc(dy, saved, attrs);
      return { ...byOthers, bias: () => tf.sum(dy as tf.Tensor, [0, 1, 2]) };
    },
  });
}
