import { backboneEntries } from './entries/backbones.js';
import { dynamicImageEntries } from './entries/dynamic-image-networks.js';
import { flowImageEntries } from './entries/flow-image-networks.js';
import { frameEntries } from './entries/frame-networks.js';
import type { ModelEntry } from './model-entry.js';

/**
 * Every network by name, with its paper, inputs, size and published results.
 *
 * @example
 * ```ts
 * import { models } from '@mer/models';
 *
 * console.log(models.ststnet.paper); // Liong, Gan, See, Khor, Huang 2019, arXiv 1902.03634
 * console.log(Object.keys(models).length); // 19
 * ```
 */
export const models = Object.freeze({
  ...flowImageEntries,
  ...dynamicImageEntries,
  ...frameEntries,
  ...backboneEntries,
} satisfies Record<string, ModelEntry>);

/** Name of a network in {@link models}. */
export type ModelName = keyof typeof models;

/** Options of the network with a name, and whether those not given are the published ones or those of the small variant. */
export type ModelOptions<Name extends ModelName> = NonNullable<Parameters<(typeof models)[Name]['create']>[0]> & {
  /** `published` (default), or `small` for under 0.5 M parameters. */
  size?: ModelSize;
};

/** Which options of {@link createModel} hold where none are given. */
export type ModelSize = 'published' | 'small';
