import { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { contract, runContractCase } from './contract.js';
import { repairNodeKernels } from './node-kernels.js';
import { repairGradients } from './repair-gradients.js';

const kernels = [
  'Conv2D',
  'Conv2DBackpropFilter',
  'Conv2DBackpropInput',
  'DepthwiseConv2dNative',
  'DepthwiseConv2dNativeBackpropFilter',
  'DepthwiseConv2dNativeBackpropInput',
  'FusedConv2D',
  'FusedDepthwiseConv2D',
  'MaxPool',
  'MaxPoolGrad',
  'AvgPool',
  'AvgPoolGrad',
];

/** Refuses what tfjs-node 4.22 refuses. */
function refuse(kernelName: string): void {
  const present = tf.getKernel(kernelName, 'tensorflow')!;
  tf.unregisterKernel(kernelName, 'tensorflow');
  tf.registerKernel({
    ...present,
    kernelFunc: (args) => {
      const { pad, dilations } = args.attrs as { pad?: unknown; dilations?: number[] };
      if (typeof pad !== 'string') throw new Error("TF Backend supports only 'valid' and 'same' padding");
      if (kernelName.includes('Depthwise') && [dilations].flat().some((value) => value !== undefined && value !== 1)) {
        throw new Error('Current kernel implementation does not support dilations');
      }
      return present.kernelFunc(args);
    },
  });
}

describe('kernels of tfjs-node', () => {
  const cases = contract.filter(({ name }) =>
    /^(conv2d|fused|depthwise|maxPool |avgPool ).*(pad \d|padding|dilation [2-9])/.test(name),
  );

  beforeAll(async () => {
    const backend = new MathBackendCPU();
    // Its first tensor would print an advertisement.
    (backend as unknown as { firstUse: boolean }).firstUse = false;
    tf.registerBackend('tensorflow', () => backend);
    tf.copyRegisteredKernels('cpu', 'tensorflow');
    for (const name of kernels) refuse(name);
    await tf.setBackend('tensorflow');
    repairGradients();
  });

  it('need the repair, once', async () => {
    const refused = await Promise.allSettled(cases.map((item) => runContractCase(item)));
    expect(refused.filter(({ status }) => status === 'rejected').length).toBeGreaterThan(8);
    repairNodeKernels();
    const repaired = tf.getKernel('Conv2D', 'tensorflow');
    repairNodeKernels();
    expect(tf.getKernel('Conv2D', 'tensorflow')).toBe(repaired);
  });

  for (const item of cases) {
    it(item.name, async () => {
      const { error, worst, leaked } = await runContractCase(item);
      expect(error, worst).toBeLessThanOrEqual(1e-5);
      expect(leaked).toBe(0);
    });
  }

  it('have gradients by dilated filters of channels', () => {
    const x = tf.randomUniform<tf.Rank.R4>([1, 9, 8, 2], -1, 1, 'float32', 1);
    const filter = tf.randomUniform<tf.Rank.R4>([3, 2, 2, 2], -1, 1, 'float32', 2);
    const dy = tf.randomUniform<tf.Rank.R4>([1, 9, 8, 4], -1, 1, 'float32', 3);
    const attrs = { strides: [1, 1], pad: 'same', dilations: [2, 2], filterShape: filter.shape };
    const [byFilter, forward] = tf.tidy(() => [
      tf.engine().runKernel('DepthwiseConv2dNativeBackpropFilter', { x, dy }, attrs) as tf.Tensor,
      tf.depthwiseConv2d(x, filter, 1, 'same', 'NHWC', 2),
    ]);
    // The result is linear in the filter: <dy, conv(x, filter)> = <gradient, filter>.
    const product = (a: tf.Tensor, b: tf.Tensor) => tf.tidy(() => tf.sum(tf.mul(a, b)).dataSync()[0]!);
    expect(byFilter!.shape).toEqual(filter.shape);
    expect(product(byFilter!, filter)).toBeCloseTo(product(dy, forward!), 4);
    tf.dispose([x, filter, dy, byFilter!, forward!]);
  });
});
