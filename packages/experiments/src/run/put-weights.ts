import { readCheckpoint } from '@mer/io';
import { loadWeights } from '@mer/models';
import type { LayersModel } from '@tensorflow/tfjs-layers';

/** Where weights came from. */
export interface PutWeights {
  /** Where in the file the state dict lay; empty where the file is one. */
  entry: string;
  /** What else the file holds, by name, in a few words. */
  companions: Record<string, string>;
}

/**
 * Puts the weights of a file into a model.
 *
 * @param model - whose weights are replaced
 * @param file - safetensors, PyTorch or Keras
 * @param options - `entry`: where the state dict lies in the file; found by itself where one fits
 * @returns where the state dict lay, and what stands beside it
 * @throws Error that names the file
 */
export async function putWeights(
  model: LayersModel,
  file: string,
  { entry }: { entry?: string | undefined } = {},
): Promise<PutWeights> {
  const { arrays, companions } = await readCheckpoint(file);
  try {
    const { entry: found } = loadWeights(model, arrays, { entry });
    return { entry: found, companions };
  } catch (cause) {
    throw new Error(`Cannot use ${file}: ${(cause as Error).message}`, { cause });
  }
}

/** Says where the state dict lay and what stands beside it; undefined where there is nothing to say. */
export function weightsNote({ entry, companions }: PutWeights): string | undefined {
  const beside = Object.entries(companions).map(([name, what]) => `${name} ${what}`);
  if (entry === '' && beside.length === 0) return undefined;
  const shown = [...beside.slice(0, 8), ...(beside.length > 8 ? [`${beside.length - 8} more`] : [])].join(', ');
  return [
    ...(entry === '' ? [] : [`the weights are its ${entry}`]),
    ...(beside.length > 0 ? [`beside the weights, read over and not run: ${shown}`] : []),
  ].join('; ');
}
