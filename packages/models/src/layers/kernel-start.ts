import { choice } from '@mer/options';
import { type ParameterStart, ZEROS } from './parameter-start.js';

/**
 * How a kernel starts.
 *
 * | name | distribution |
 * | --- | --- |
 * | `fan-in` | U(-b, b), b = 1 / sqrt(fan in): PyTorch's default for convolutions and linear layers |
 * | `he-fan-out`, `he-fan-in` | N(0, 2 / fan) |
 * | `he-leaky` | N(0, 2 / (1.01 fan in)): before a rectifier that keeps a tenth of what is below 0 |
 * | `xavier-uniform` | U(-b, b), b = sqrt(6 / (fan in + fan out)) |
 * | `xavier-normal` | N(0, 2 / (fan in + fan out)) |
 * | `truncated-normal` | N(0, 0.02^2), cut at 2 deviations |
 * | `normal` | N(0, 0.01^2) |
 * | `fan-out` | U(-b, b), b = 1 / sqrt(fan out) |
 * | `zeros` | 0 |
 */
export type KernelStart = (typeof KERNEL_STARTS)[number];

const KERNEL_STARTS = [
  'fan-in',
  'fan-out',
  'he-fan-in',
  'he-fan-out',
  'he-leaky',
  'xavier-uniform',
  'xavier-normal',
  'truncated-normal',
  'normal',
  'zeros',
] as const;

/** The option of a layer that says how its kernels start. */
// @__NO_SIDE_EFFECTS__
export function kernelStartOption(fallback: KernelStart) {
  return choice('How the kernels start.', KERNEL_STARTS, { default: fallback });
}

/** The start of a kernel by name. */
export function kernelStart(name: KernelStart, fanIn: number, fanOut: number): ParameterStart {
  switch (name) {
    case 'fan-in':
      return { kind: 'uniform', bound: 1 / Math.sqrt(fanIn) };
    case 'fan-out':
      return { kind: 'uniform', bound: 1 / Math.sqrt(fanOut) };
    case 'he-fan-in':
      return { kind: 'normal', deviation: Math.sqrt(2 / fanIn) };
    case 'he-fan-out':
      return { kind: 'normal', deviation: Math.sqrt(2 / fanOut) };
    case 'he-leaky':
      return { kind: 'normal', deviation: Math.sqrt(2 / (1.01 * fanIn)) };
    case 'xavier-uniform':
      return { kind: 'uniform', bound: Math.sqrt(6 / (fanIn + fanOut)) };
    case 'xavier-normal':
      return { kind: 'normal', deviation: Math.sqrt(2 / (fanIn + fanOut)) };
    case 'truncated-normal':
      return { kind: 'normal', deviation: 0.02, cut: 2 };
    case 'normal':
      return { kind: 'normal', deviation: 0.01 };
    case 'zeros':
      return ZEROS;
  }
}

/** The start of the bias beside a kernel: PyTorch's default with `fan-in`, zeros with the others. */
export function biasStart(name: KernelStart, fanIn: number): ParameterStart {
  return name === 'fan-in' ? kernelStart(name, fanIn, 1) : ZEROS;
}
