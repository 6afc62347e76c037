import { show } from '@mer/options';
import { ExperimentError } from '../schema/experiment-error.js';
import { parseYaml } from '../schema/parse-yaml.js';
import type { SweepSettings } from './cells.js';

/**
 * A sweep with one more axis, as `mer run --grid model.name=ststnet,rcn-a` names it: a setting and its values, joined by commas and each read as YAML; a
 * value in brackets or braces may hold commas.
 *
 * @param sweep - the sweep so far
 * @param text - such as `training.batchSize=8,16`
 * @throws {@link ExperimentError} where the text has no `=`, or no value
 */
export function withGridSetting(sweep: SweepSettings, text: string): SweepSettings {
  const split = text.indexOf('=');
  const [key, list] = [text.slice(0, split), text.slice(split + 1)];
  if (split < 1 || list.trim() === '') {
    throw new ExperimentError(
      `Cannot read the axis ${show(text)} as it must look like setting=value,value, for example training.batchSize=8,16`,
    );
  }
  return { ...sweep, grid: { ...sweep.grid, [key]: valuesOf(text, list) } };
}

function valuesOf(text: string, list: string): readonly unknown[] {
  try {
    return (parseYaml(`[${list}]`) as unknown[]) ?? [];
  } catch (cause) {
    throw new ExperimentError(
      `Cannot read the values of the axis ${show(text)} as they must be YAML joined by commas: ${(cause as Error).message}`,
      { cause },
    );
  }
}
