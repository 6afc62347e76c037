import { show } from '@mer/options';
import { ExperimentError } from './experiment-error.js';
import { parseYaml } from './parse-yaml.js';
import { DEEPEST } from './plain-data.js';

/**
 * Applies one `key=value` setting to experiment data, as `mer run --set training.epochs=5` does.
 *
 * The key is a path of names and list positions joined by dots; the value is read as YAML, so `5` is a number, `true` a boolean and
 * `[0, 1]` a list. Missing objects on the way are made, and lists where the next key is `0`; the position after the last of a list adds to it. The data
 * given is not changed.
 *
 * @param data - plain experiment data, before {@link parseExperiment}
 * @param setting - such as `training.epochs=5`
 * @returns a changed copy
 * @throws {@link ExperimentError} where the setting has no `=`, its value is not YAML, its path leads through a plain value, or a key of it is no position
 * of a list
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
  if (split < 1 || keys.some((key) => key === '')) {
    throw new ExperimentError(
      `Cannot read the setting ${show(setting)} as it must look like key=value, for example training.epochs=5`,
    );
  }
  if (keys.length > DEEPEST) {
    throw new ExperimentError(
      `Cannot read the setting ${show(setting)} as its key must have at most ${DEEPEST} parts: it has ${keys.length}`,
    );
  }
  const value = yamlOf(setting, setting.slice(split + 1));
  const copy = structuredClone(data);
  let parent = copy as Record<string, unknown>;
  for (const [depth, key] of keys.entries()) {
    checkKey(parent, keys.slice(0, depth), key, setting);
    if (depth === keys.length - 1) {
      parent[key] = value;
      break;
    }
    if (!Object.hasOwn(parent, key)) parent[key] = keys[depth + 1] === '0' ? [] : {};
    if (typeof parent[key] !== 'object' || parent[key] === null) {
      throw new ExperimentError(
        `Cannot set ${show(setting)} as ${keys.slice(0, depth + 1).join('.')} is a plain value: ${show(parent[key])}`,
      );
    }
    parent = parent[key] as Record<string, unknown>;
  }
  return copy;
}

function yamlOf(setting: string, text: string): unknown {
  try {
    return parseYaml(text);
  } catch (cause) {
    throw new ExperimentError(
      `Cannot read the value of the setting ${show(setting)} as it must be YAML: ${(cause as Error).message}`,
      { cause },
    );
  }
}

/** Of a list a key must be a position, or the one after the last. */
function checkKey(parent: object, path: readonly string[], key: string, setting: string): void {
  const place = path.join('.') || 'the whole';
  if (!Array.isArray(parent)) {
    if (key !== '__proto__') return;
    const names = Object.keys(parent);
    throw new ExperimentError(
      `Cannot set ${show(setting)} as ${[...path, key].join('.')} is not an option: ${names.length > 0 ? `${place} has ${names.join(', ')}` : `${place} is empty`}`,
    );
  }
  const { length } = parent;
  if (/^(0|[1-9]\d{0,9})$/.test(key) && Number(key) <= length) return;
  const positions = length > 1 ? `0 to ${length - 1}, or ` : length === 1 ? '0, or ' : '';
  throw new ExperimentError(
    `Cannot set ${show(setting)} as ${place} is a list of ${length}, whose positions are ${positions}${length} to add to it: current value is ${show(key)}`,
  );
}
