export { matMul, transpose } from './gemm';
export { conv, convFilterGradient, convFilterGradientScratch, convScratch, packFilter } from './conv';
export {
  winogradConv2d,
  winogradFilter,
  winogradFilterGradient,
  winogradFilterSize,
  winogradGradientScratch,
  winogradScratch,
} from './winograd';
