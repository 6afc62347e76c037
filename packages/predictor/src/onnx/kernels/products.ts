import * as tf from '@tensorflow/tfjs-core';
import { fixed, type KernelCall, type KernelWriter, operand, shapeOf, withSamples } from '../kernel.js';
import { activated } from './elementwise.js';

/** A matrix as it is multiplied: turned if the kernel turns it, a constant here and now. */
function matrix(call: KernelCall, name: string, turned: boolean): string {
  if (!turned) return operand(call, name);
  const { graph, inputs } = call;
  const rank = shapeOf(call, name).length;
  const perm = Array.from({ length: rank }, (_, axis) => (axis < rank - 2 ? axis : 2 * rank - 3 - axis));
  const { values, shape, name: called } = inputs[name]!;
  if (values && rank === 2) {
    const turnedValues = transposed(values as Float32Array, withSamples(shape), perm);
    return graph.use({ ...inputs[name]!, shape: [shape[1]!, shape[0]!], values: turnedValues }, `${called} turned`);
  }
  return graph.add('Transpose', [operand(call, name)], { perm });
}

/** Numbers with their axes in another order. */
function transposed(values: Float32Array, shape: readonly number[], perm: readonly number[]): Float32Array {
  return tf.tidy(
    () =>
      tf
        .transpose(tf.tensor(values, [...shape]), [...perm])
        .dataSync()
        .slice() as Float32Array,
  );
}

const product: KernelWriter = (call) => {
  const { graph, attributes, inputs } = call;
  const made = graph.add('MatMul', [
    matrix(call, 'a', attributes['transposeA'] === true),
    matrix(call, 'b', attributes['transposeB'] === true),
  ]);
  const sum = 'bias' in inputs ? graph.add('Add', [made, operand(call, 'bias')]) : made;
  return activated(call, sum, attributes['activation']);
};

/** Channels last, as tfjs has them, and channels first, as ONNX has them. */
const first = { perm: [0, 3, 1, 2] };
const lastAgain = { perm: [0, 2, 3, 1] };

interface Window {
  readonly strides: readonly [number, number];
  readonly dilations: readonly [number, number];
  /** Top, left, bottom, right. */
  readonly pads: readonly [number, number, number, number];
}

const windowOf = ({
  strideHeight,
  strideWidth,
  dilationHeight,
  dilationWidth,
  padInfo,
}: tf.backend_util.Conv2DInfo): Window => ({
  strides: [strideHeight, strideWidth],
  dilations: [dilationHeight, dilationWidth],
  pads: [padInfo.top, padInfo.left, padInfo.bottom, padInfo.right],
});

type Quad = [number, number, number, number];

const convolution =
  (byChannel: boolean): KernelWriter =>
  (call) => {
    const { graph, attributes, inputs } = call;
    if (attributes['dataFormat'] !== undefined && attributes['dataFormat'] !== 'NHWC') {
      throw new Error(`Cannot say ${call.kernel} on ${String(attributes['dataFormat'])} in a graph`);
    }
    const shape = withSamples(shapeOf(call, 'x')) as Quad;
    const kernel = shapeOf(call, 'filter').map((length) => fixed(length, call)) as Quad;
    const info = tf.backend_util.computeConv2DInfo(
      shape,
      kernel,
      attributes['strides'] as [number, number],
      (attributes['dilations'] ?? 1) as [number, number],
      attributes['pad'] as never,
      attributes['dimRoundingMode'] as never,
      byChannel,
    );
    const { strides, dilations, pads } = windowOf(info);
    // [height, width, in, out] to [out, in, height, width]; by channel, in and out are one axis, the multiplier within a channel
    const filter = () => {
      const { values, name } = inputs['filter']!;
      const perm = byChannel ? [2, 3, 0, 1] : [3, 2, 0, 1];
      const turned = byChannel
        ? [kernel[2] * kernel[3], 1, kernel[0], kernel[1]]
        : [kernel[3], kernel[2], kernel[0], kernel[1]];
      if (values) {
        const of = { name, dtype: 'float32', shape: turned } as const;
        return graph.use({ ...of, values: transposed(values as Float32Array, kernel, perm) }, `${name} as kernels`);
      }
      const made = graph.add('Transpose', [operand(call, 'filter')], { perm });
      return byChannel ? graph.add('Reshape', [made, graph.integers(turned)]) : made;
    };
    const bias = 'bias' in inputs && shapeOf(call, 'bias').length === 1 ? [operand(call, 'bias')] : [];
    const image = graph.add('Transpose', [operand(call, 'x')], first);
    const made = graph.add('Conv', [image, filter(), ...bias], {
      kernel_shape: [kernel[0], kernel[1]],
      strides,
      dilations,
      pads,
      group: byChannel ? kernel[2] : 1,
    });
    const back = graph.add('Transpose', [made], lastAgain);
    const whole = 'bias' in inputs && bias.length === 0 ? graph.add('Add', [back, operand(call, 'bias')]) : back;
    return activated(call, whole, attributes['activation']);
  };

const pool =
  (operation: 'MaxPool' | 'AveragePool'): KernelWriter =>
  (call) => {
    const { graph, attributes } = call;
    const info = tf.backend_util.computePool2DInfo(
      withSamples(shapeOf(call, 'x')) as Quad,
      attributes['filterSize'] as [number, number],
      attributes['strides'] as [number, number],
      1,
      attributes['pad'] as never,
      attributes['dimRoundingMode'] as never,
    );
    const { strides, pads } = windowOf(info);
    const [top, left, bottom, right] = pads;
    const size = [info.effectiveFilterHeight, info.effectiveFilterWidth] as const;
    // rounded up, the last window reaches over the edge, where ONNX wants to be told so
    const down = (length: number, at: number, padded: number) =>
      Math.floor((length + padded - size[at]!) / strides[at]!) + 1;
    const up =
      info.outHeight > down(info.inHeight, 0, top + bottom) || info.outWidth > down(info.inWidth, 1, left + right);
    const image = graph.add('Transpose', [operand(call, 'x')], first);
    const made = graph.add(operation, [image], { kernel_shape: size, strides, pads, ceil_mode: up ? 1 : 0 });
    return graph.add('Transpose', [made], lastAgain);
  };

const normalized: KernelWriter = (call) => {
  const { graph, attributes, inputs } = call;
  const epsilon = graph.scalar(Number(attributes['varianceEpsilon']));
  const deviation = graph.add('Sqrt', [graph.add('Add', [operand(call, 'variance'), epsilon])]);
  const normal = graph.add('Div', [graph.add('Sub', [operand(call, 'x'), operand(call, 'mean')]), deviation]);
  const scaled = 'scale' in inputs ? graph.add('Mul', [normal, operand(call, 'scale')]) : normal;
  return 'offset' in inputs ? graph.add('Add', [scaled, operand(call, 'offset')]) : scaled;
};

const resized =
  (mode: 'linear' | 'nearest'): KernelWriter =>
  (call) => {
    const { graph, attributes, outputs } = call;
    const [, height, width] = outputs[0]!.shape;
    const image = graph.add('Transpose', [operand(call, 'images')], first);
    const [samples, channels] = [shapeOf(call, 'images')[0]!, shapeOf(call, 'images')[3]!];
    const to = graph.shape([samples, channels, height!, width!]);
    const coordinates = attributes['alignCorners']
      ? 'align_corners'
      : attributes['halfPixelCenters']
        ? 'half_pixel'
        : 'asymmetric';
    const nearest = attributes['halfPixelCenters'] || !attributes['alignCorners'] ? 'floor' : 'round_prefer_ceil';
    const made = graph.add('Resize', [image, '', '', to], {
      mode,
      coordinate_transformation_mode: coordinates,
      ...(mode === 'nearest' && { nearest_mode: nearest }),
    });
    return graph.add('Transpose', [made], lastAgain);
  };

/** Kernels that multiply and sum, or look through windows. */
export const products: Readonly<Record<string, KernelWriter>> = {
  AvgPool: pool('AveragePool'),
  BatchMatMul: product,
  Conv2D: convolution(false),
  DepthwiseConv2dNative: convolution(true),
  Einsum: (call) =>
    call.graph.add(
      'Einsum',
      Object.keys(call.inputs).map((name) => operand(call, name)),
      { equation: String(call.attributes['equation']) },
    ),
  FusedBatchNorm: normalized,
  FusedConv2D: convolution(false),
  FusedDepthwiseConv2D: convolution(true),
  // kernels of @mer/backends
  Gelu: (call) => {
    const { graph } = call;
    const x = operand(call, 'x');
    const share = graph.add('Add', [
      graph.add('Erf', [graph.add('Mul', [x, graph.scalar(Math.SQRT1_2)])]),
      graph.scalar(1),
    ]);
    return graph.add('Mul', [graph.add('Mul', [x, share]), graph.scalar(0.5)]);
  },
  LayerNormTraining: (call) =>
    call.graph.addMany(
      'LayerNormalization',
      ['x', 'scale', 'offset'].map((name) => operand(call, name)),
      3,
      {
        axis: -1,
        epsilon: { float: Number(call.attributes['epsilon']) },
      },
    ),
  MaxPool: pool('MaxPool'),
  ResizeBilinear: resized('linear'),
  ResizeNearestNeighbor: resized('nearest'),
  _FusedMatMul: product,
};
