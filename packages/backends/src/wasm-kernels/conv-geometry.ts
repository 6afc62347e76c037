import * as tf from '@tensorflow/tfjs-core';

/** A convolution in three dimensions; depth is 1 for one in two. */
export type ConvGeometry = {
  batch: number;
  channels: number;
  outChannels: number;
  /** Sizes in the order depth, height, width. */
  input: Triple;
  output: Triple;
  filter: Triple;
  strides: Triple;
  dilations: Triple;
  /** Padding before the first plane, row and column. */
  before: Triple;
};

/** Depth, height, width. */
export type Triple = readonly [number, number, number];

/** Attributes of the conv2d kernels. */
export type Conv2dAttrs = {
  strides: [number, number] | number;
  pad: 'valid' | 'same' | number | tf.backend_util.ExplicitPadding;
  dataFormat: 'NHWC' | 'NCHW';
  dilations?: [number, number] | number;
  dimRoundingMode?: 'floor' | 'round' | 'ceil';
};

/** Geometry of a conv2d. */
export function conv2dGeometry(inputShape: number[], filterShape: number[], attrs: Conv2dAttrs): ConvGeometry {
  const { strides, pad, dataFormat, dilations = 1, dimRoundingMode } = attrs;
  if (dataFormat === 'NCHW') {
    throw new TypeError('Cannot run a convolution on wasm as dataFormat must be NHWC: current value is NCHW');
  }
  const info = tf.backend_util.computeConv2DInfo(
    inputShape as [number, number, number, number],
    filterShape as [number, number, number, number],
    strides,
    dilations,
    pad as number,
    dimRoundingMode,
    false,
    'channelsLast',
  );
  return {
    batch: info.batchSize,
    channels: info.inChannels,
    outChannels: info.outChannels,
    input: [1, info.inHeight, info.inWidth],
    output: [1, info.outHeight, info.outWidth],
    filter: [1, info.filterHeight, info.filterWidth],
    strides: [1, info.strideHeight, info.strideWidth],
    dilations: [1, info.dilationHeight, info.dilationWidth],
    before: [0, info.padInfo.top, info.padInfo.left],
  };
}

/** Attributes of the conv3d kernels. */
export type Conv3dAttrs = {
  strides: [number, number, number] | number;
  pad: 'valid' | 'same';
  dilations?: [number, number, number] | number;
};

/** Geometry of a conv3d. */
export function conv3dGeometry(inputShape: number[], filterShape: number[], attrs: Conv3dAttrs): ConvGeometry {
  const { strides, pad, dilations = 1 } = attrs;
  const info = tf.backend_util.computeConv3DInfo(
    inputShape as [number, number, number, number, number],
    filterShape as [number, number, number, number, number],
    strides,
    dilations,
    pad,
  );
  return {
    batch: info.batchSize,
    channels: info.inChannels,
    outChannels: info.outChannels,
    input: [info.inDepth, info.inHeight, info.inWidth],
    output: [info.outDepth, info.outHeight, info.outWidth],
    filter: [info.filterDepth, info.filterHeight, info.filterWidth],
    strides: [info.strideDepth, info.strideHeight, info.strideWidth],
    dilations: [info.dilationDepth, info.dilationHeight, info.dilationWidth],
    before: [info.padInfo.front, info.padInfo.top, info.padInfo.left],
  };
}

/** Product of three numbers. */
export function product([a, b, c]: Triple): number {
  return a * b * c;
}

/**
 * Whether Winograd's algorithm serves: 3 x 3 of stride 1, channels that fill its vectors, and an output that its tiles of
 * 4 x 4 do not exceed by much.
 */
export function suitsWinograd(g: ConvGeometry): boolean {
  const [, height, width] = g.output;
  return (
    g.filter.join() === '1,3,3' &&
    g.strides.join() === '1,1,1' &&
    g.dilations.join() === '1,1,1' &&
    g.input[0] === 1 &&
    g.channels % 4 === 0 &&
    g.outChannels % 4 === 0 &&
    g.channels >= 16 &&
    g.outChannels >= 16 &&
    Math.ceil(height / 4) * Math.ceil(width / 4) * 16 <= 2 * height * width
  );
}

/**
 * Whether patches are so short that gathering them costs as much as multiplying them: two dimensions, few channels
 * (the kernel knows distances of up to 8 floats between positions), few results for each patch, and rows that
 * fill a tile.
 */
export function suitsRows(g: ConvGeometry, mostOutChannels: number): boolean {
  return (
    g.channels * g.strides[2] <= 8 &&
    g.outChannels <= mostOutChannels &&
    g.filter[0] === 1 &&
    g.input[0] === 1 &&
    g.output[0] === 1 &&
    g.strides[0] === 1 &&
    g.dilations.join() === '1,1,1' &&
    g.output[2] >= 6
  );
}

/** Side of the filter of a convolution of stride 2 when squares of 2 x 2 pixels are taken as one. */
export function halvedFilterSide({ filter }: ConvGeometry): number {
  return Math.ceil(filter[1] / 2);
}

/**
 * Whether a convolution of stride 2 with a large filter, such as the 7 x 7 of a ResNet's first layer, serves Winograd's
 * algorithm when squares of 2 x 2 pixels are taken as one: 3 x 3 or 4 x 4 such squares in the filter.
 */
export function suitsHalving(g: ConvGeometry): boolean {
  const side = halvedFilterSide(g);
  const tile = 7 - side;
  const [, height, width] = g.output;
  return (
    (side === 3 || side === 4) &&
    g.filter[0] === 1 &&
    halvedFilterSide({ ...g, filter: [1, g.filter[2], g.filter[1]] }) === side &&
    g.strides.join() === '1,2,2' &&
    g.dilations.join() === '1,1,1' &&
    g.input[0] === 1 &&
    g.channels >= 2 &&
    g.outChannels % 4 === 0 &&
    g.outChannels >= 16 &&
    Math.ceil(height / tile) * Math.ceil(width / tile) * tile * tile <= 1.5 * height * width
  );
}
