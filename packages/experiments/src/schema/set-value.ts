import { parse } from 'yaml';
import { ExperimentError } from './experiment-error.js';

/**
 * Applies one `key=value` setting to experiment data, as `mer run --set training.epochs=5` does.
 *
 * The key is a path of names and list positions joined by dots; the value is read as YAML, so `5` is a number, `true` a boolean and
 * `[0, 1]` a list. Missing objects on the way are made. The data given is not changed.
 *
 * @param data - plain experiment data, before {@link parseExperiment}
 * @param setting - such as `training.epochs=5`
 * @returns a changed copy
 * @throws {@link ExperimentError} where the setting has no `=`, its value is not YAML, or its path leads through a plain value
 *
 * @example
 * ```ts
 * import { setValue } from '@mer/experiments';
 *
 * console.log(setValue({ training: { epochs: 800 } }, 'training.epochs=5')); // { training: { epochs: 5 } }
 * ```
 */
export function setValue(data: unknown, setting: string): unknown {
  const split = setting.indexOf('=');
  const keys = setting.slice(0, split).split('.');
  if (split < 1 || keys.some((key) => key === '' || key === '__proto__')) {
    throw new ExperimentError(
      `Cannot read the setting "${setting}" as it must look like key=value, for example training.epochs=5`,
    );
  }
  let value: unknown;
  try {
    value = parse(setting.slice(split + 1));
  } catch (cause) {
    throw new ExperimentError(`Cannot read the value of the setting "${setting}" as it must be YAML`, { cause });
  }
  const copy = structuredClone(data);
  let parent = copy as Record<string, unknown>;
  for (const [depth, key] of keys.slice(0, -1).entries()) {
    if (!Object.hasOwn(parent, key)) parent[key] = {};
    if (typeof parent[key] !== 'object' || parent[key] === null) {
      throw new ExperimentError(
        `Cannot set "${setting}" as ${keys.slice(0, depth + 1).join('.')} is a plain value: ${parent[key]}`,
      );
    }
    parent = parent[key] as Record<string, unknown>;
  }
  parent[keys.at(-1)!] = value;
  return copy;
}
