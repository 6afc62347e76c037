import { show } from '@mer/options';

/** What whatever takes frames takes beside its own options. */
export interface CheckOption {
  /**
   * Whether the values of the frames are checked: finite, in 0..1. Default true; it costs one pass over a tensor, once. Set it to false for frames that were
   * checked already, or are meant to be what they are.
   */
  readonly check?: boolean | undefined;
}

/** Options without `check`, and what it says; `task` begins the message. */
export function splitCheck<Given>(task: string, given: Given): { check: boolean; options: Omit<Given, 'check'> } {
  if (typeof given !== 'object' || given === null || !('check' in given)) return { check: true, options: given };
  const { check = true, ...options } = given as Given & { check?: unknown };
  if (typeof check !== 'boolean') {
    throw new TypeError(`Cannot ${task} as check must be true or false: current value is ${show(check)}`);
  }
  return { check, options };
}
