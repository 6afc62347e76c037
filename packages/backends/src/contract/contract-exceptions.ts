import type { BackendName } from '../backend-traits.js';
import type { ContractCase } from './contract-case.js';

/** What is asked of a backend in one case. */
export type ContractTerms = {
  /** Largest relative error. */
  tolerance: number;
  /** Why the case cannot be asked of this backend. */
  skip?: string;
};

type Exception = { backends: readonly BackendName[]; cases: RegExp } & Partial<ContractTerms>;

/** What is known of tfjs 4.22; a case that no longer needs its exception fails no test, so they are tried now and then. */
const exceptions: readonly Exception[] = [
  {
    backends: ['cpu', 'webgl', 'webgpu', 'node', 'node-gpu'],
    cases: /^einsum i,jk->ij$/,
    skip: "tfjs's einsum loses a letter when one operand alone has another that is summed",
  },
  // WGSL promises 2^-11 here, GLSL nothing.
  { backends: ['webgl', 'webgpu'], cases: /^(sin|cos)$/, tolerance: 1e-3 },
];

/**
 * What the contract asks of a backend in one case: a relative error of at most 1e-5, unless the backend cannot.
 *
 * @example
 * ```ts
 * import { contract, contractTerms } from '@mer/backends/contract';
 *
 * const sine = contract.find(({ name }) => name === 'sin');
 * console.log(contractTerms('webgpu', sine!)); // { tolerance: 0.001 }
 * ```
 */
export function contractTerms(backend: BackendName, item: ContractCase): ContractTerms {
  const found = exceptions.filter(({ backends, cases }) => backends.includes(backend) && cases.test(item.name));
  return found.reduce<ContractTerms>(
    (terms, { tolerance, skip }) => ({
      tolerance: tolerance ?? terms.tolerance,
      ...(skip === undefined ? {} : { skip }),
    }),
    { tolerance: 1e-5 },
  );
}
