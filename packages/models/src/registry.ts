import { isPart, type OptionsOf, partsByName } from '@mer/options';
import * as networks from './networks.js';

type Networks = typeof networks;

/**
 * Every network by name, with its paper, inputs, options, size and published results.
 *
 * @example
 * ```ts
 * import { models } from '@mer/models';
 *
 * console.log(models.ststnet.paper); // Liong, Gan, See, Khor, Huang 2019, arXiv 1902.03634
 * console.log(Object.keys(models).length); // 27
 * ```
 */
export const models = /* @__PURE__ */ listed();

function listed() {
  const definitions = Object.values<unknown>(networks).filter((value) => isPart(value, 'model'));
  return partsByName(definitions as never) as unknown as {
    readonly [Key in keyof Networks as Networks[Key] extends {
      readonly kind: 'model';
      readonly name: infer Name extends string;
    }
      ? Name
      : never]: Networks[Key];
  };
}

/** Name of a network in {@link models}. */
export type ModelName = keyof typeof models;

/** Options of the network with a name, and which preset holds where they are not given. */
export type ModelOptions<Name extends ModelName> = OptionsOf<(typeof models)[Name]['options']> & {
  /** `small`: under 0.5 M parameters. The published options where it is left out. */
  readonly preset?: 'small';
};
