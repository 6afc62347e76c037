import { checkOptions, choice, type OptionsOf } from '@mer/options';
import type * as tfl from '@tensorflow/tfjs-layers';
import { torchShape, toTorch } from './layouts.js';
import { modelParameters } from './model-parameters.js';

const exportWeightsOptions = {
  layout: choice('`tfjs`: our names and layouts; `pytorch`: those of the state dict.', ['tfjs', 'pytorch'], {
    default: 'tfjs',
  }),
};

/** Options of {@link exportWeights}. */
export type ExportWeightsOptions = OptionsOf<typeof exportWeightsOptions>;

/** One exported weight. */
export interface ExportedArray {
  /** Always float32. */
  readonly dtype: 'float32';
  /** Lengths of the axes. */
  readonly shape: number[];
  /** Values in row-major order. */
  readonly data: Float32Array;
}

/**
 * The weights of a model as plain arrays by name, for example for a safetensors file.
 *
 * @example
 * ```ts
 * import { createStstNet, exportWeights } from '@mer/models';
 *
 * const weights = await exportWeights(createStstNet({ classes: 3 }));
 * console.log(weights['fc/kernel']!.shape); // [ 400, 3 ]
 * ```
 */
export async function exportWeights(
  model: tfl.LayersModel,
  options: ExportWeightsOptions = {},
): Promise<Record<string, ExportedArray>> {
  const { layout } = checkOptions(`export the weights of ${model.name}`, exportWeightsOptions, options);
  const result: Record<string, ExportedArray> = {};
  for (const entry of modelParameters(model)) {
    const data = (await entry.variable.read().data()) as Float32Array;
    if (layout === 'tfjs') {
      result[entry.name] = { dtype: 'float32', shape: [...entry.shape], data: new Float32Array(data) };
    } else if (!entry.computed) {
      const values = new Float32Array(toTorch(data, entry.shape, entry.layout));
      result[entry.torchName] = { dtype: 'float32', shape: torchShape(entry.shape, entry.layout), data: values };
    }
  }
  return result;
}
