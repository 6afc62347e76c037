import type { ContractCase } from './contract/contract-case.js';
import { convolutionCases } from './contract/convolution-cases.js';
import { elementwiseCases } from './contract/elementwise-cases.js';
import { manyAxesCases } from './contract/many-axes-cases.js';
import { matrixCases } from './contract/matrix-cases.js';
import { poolingCases } from './contract/pooling-cases.js';
import { reductionCases } from './contract/reduction-cases.js';
import { shapeCases } from './contract/shape-cases.js';

export type { ContractCase, ContractResult } from './contract/contract-case.js';
export { runContractCase } from './contract/contract-case.js';
export type { ContractTerms } from './contract/contract-exceptions.js';
export { contractTerms } from './contract/contract-exceptions.js';
export type { NdArray } from './contract/nd-array.js';

/** Every kernel that the packages use, forward and gradient, over shapes, strides, paddings and dilations. */
export const contract: readonly ContractCase[] = Object.freeze([
  ...convolutionCases,
  ...poolingCases,
  ...matrixCases,
  ...elementwiseCases,
  ...reductionCases,
  ...shapeCases,
  ...manyAxesCases,
]);
