import type { KernelWriter } from '../kernel.js';
import { elementwise } from './elementwise.js';
import { products } from './products.js';
import { reductions } from './reductions.js';
import { shapes } from './shapes.js';

/** How each kernel of tfjs that networks use is said in operations of ONNX. */
export const kernels: Readonly<Record<string, KernelWriter>> = {
  ...elementwise,
  ...products,
  ...reductions,
  ...shapes,
};
