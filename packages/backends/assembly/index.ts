export { avgPoolGradient } from './avg-pool';
export {
  batchNorm,
  batchNormGradient,
  batchNormInput,
  batchNormSums,
  batchNormTrainingScratch,
  columnVariance,
} from './batch-norm';
export { conv, convFilterGradient, convFilterGradientScratch, convScratch, packFilter } from './conv';
export { copyBlocks, depthToSpace, fill, spaceToDepth } from './copy';
export { depthwise } from './depthwise';
export { depthwiseFilterGradient, depthwiseInputGradient } from './depthwise-gradients';
export { binary, binaryRows, reluGradient, scaledProduct } from './elementwise';
export { gelu, geluGradient } from './gelu';
export { layerNorm, layerNormGradient } from './layer-norm';
export { matMul, matMulScratch } from './mat-mul';
export { transpose } from './pack';
export { patternSize } from './pattern';
export { maxPool, maxPoolGradient } from './pool';
export { convRows, convRowsFilterGradient, convRowsScratch } from './rows';
export { softmaxGradient } from './softmax';
export { swish, swishGradient } from './swish';
export { sumMiddle, sumScratch } from './reduce';
export { adamUpdate, sgdUpdate } from './update';
export {
  winogradConv2d,
  winogradFilter,
  winogradFilterGradient,
  winogradFilterSize,
  winogradFilterSums,
  winogradGradientScratch,
  winogradScratch,
  winogradSumsSize,
} from './winograd';
