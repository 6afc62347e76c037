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

/** Whether such squares are cut by the filter's end, so that part of its last row and column is known to be 0. */
export function hasCutSquares({ filter }: ConvGeometry): boolean {
  return filter[1] % 2 === 1 && filter[2] % 2 === 1;
}

/**
 * Whether a convolution of stride 2 serves Winograd's algorithm when squares of 2 x 2 pixels are taken as one: 2 x 2 to 4 x 4
 * such squares in the filter, and a grid of results that fewer multiplications make than the plain way.
 */
function halves(g: ConvGeometry, gridHeight: number, gridWidth: number): boolean {
  const side = halvedFilterSide(g);
  if (side < 2 || side > 4 || Math.ceil(g.filter[2] / 2) !== side) return false;
  const tile = 7 - side;
  const tiles = Math.ceil(gridHeight / tile) * Math.ceil(gridWidth / tile);
  const points = hasCutSquares(g) && g.channels >= 16 ? 121 : 144;
  return (
    g.filter[0] === 1 &&
    g.input[0] === 1 &&
    g.strides.join() === '1,2,2' &&
    g.dilations.join() === '1,1,1' &&
    g.outChannels % 4 === 0 &&
    g.outChannels >= 16 &&
    // So many that the filter's own transform is worth it.
    tiles * g.batch >= 32 &&
    points * tiles <= 0.75 * product(g.filter) * product(g.output)
  );
}

/** Whether `halves` holds of the convolution and its gradient by the filter. */
export function suitsHalving(g: ConvGeometry): boolean {
  return g.channels >= (halvedFilterSide(g) === 2 ? 16 : 2) && halves(g, g.output[1], g.output[2]);
}

/** Whether `halves` holds of its gradient by the input. */
export function suitsHalvingBack(g: ConvGeometry): boolean {
  const [height, width] = halvedInput(g);
  return g.channels >= 16 && g.channels % 8 === 0 && halves(g, height, width);
}

/** Height and width of the input in squares of 2 x 2 pixels, from its border on. */
export function halvedInput({ before, input }: ConvGeometry): [height: number, width: number] {
  return [Math.ceil((before[1] + input[1]) / 2), Math.ceil((before[2] + input[2]) / 2)];
}
