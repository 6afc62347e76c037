import * as tf from '@tensorflow/tfjs-core';
import type { CpuKernelArgs } from './cpu-kernel.js';

type Shape4D = [number, number, number, number];
type Attrs = {
  filterShape: Shape4D;
  strides: [number, number] | number;
  pad: 'valid' | 'same' | number;
  dataFormat?: 'NHWC' | 'NCHW';
  dilations?: [number, number] | number;
  dimRoundingMode?: 'floor' | 'round' | 'ceil';
};

/**
 * The gradient of a convolution by its filter (Conv2DBackpropFilter), or of one by channel (DepthwiseConv2dNativeBackpropFilter): the numbers of tfjs's
 * kernels to the last digit, as each is the same sum of products in the same order in double precision. Undefined for channels first and for dilation,
 * which are left to them.
 */
export function filterGradient({ inputs, attrs, backend }: CpuKernelArgs, byChannel: boolean) {
  const { filterShape, strides, pad, dataFormat, dilations = 1, dimRoundingMode } = attrs as Attrs;
  if (dataFormat === 'NCHW' || [dilations].flat().some((each) => each !== 1)) return undefined;
  const [x, dy] = [inputs['x']!, inputs['dy']!];
  const shape = x.shape as Shape4D;
  const conv = tf.backend_util.computeConv2DInfo(shape, filterShape, strides, 1, pad, dimRoundingMode, byChannel);
  const { inChannels, outChannels, inHeight, inWidth, outHeight, outWidth, filterHeight, filterWidth } = conv;
  const { strideHeight, strideWidth, padInfo } = conv;
  const images = backend.readSync(x.dataId);
  const gradients = backend.readSync(dy.dataId);
  const sums = new Float64Array(tf.util.sizeFromShape(filterShape));
  // how many outputs a channel of the image has a weight for, and how far those of the next are from them
  const outputs = byChannel ? outChannels / inChannels : outChannels;
  const apart = byChannel ? outputs : 0;
  let given = 0;
  for (let image = 0; image < conv.batchSize; image++) {
    for (let outRow = 0; outRow < outHeight; outRow++) {
      for (let outColumn = 0; outColumn < outWidth; outColumn++, given += outChannels) {
        for (let filterRow = 0; filterRow < filterHeight; filterRow++) {
          const row = outRow * strideHeight + filterRow - padInfo.top;
          if (row < 0 || row >= inHeight) continue;
          for (let filterColumn = 0; filterColumn < filterWidth; filterColumn++) {
            const column = outColumn * strideWidth + filterColumn - padInfo.left;
            if (column < 0 || column >= inWidth) continue;
            const seen = ((image * inHeight + row) * inWidth + column) * inChannels;
            let weight = (filterRow * filterWidth + filterColumn) * inChannels * outputs;
            for (let channel = 0; channel < inChannels; channel++) {
              const value = images[seen + channel]!;
              const first = given + channel * apart;
              for (let output = 0; output < outputs; output++) sums[weight++]! += value * gradients[first + output]!;
            }
          }
        }
      }
    }
  }
  return backend.makeTensorInfo(filterShape, 'float32', Float32Array.from(sums));
}
