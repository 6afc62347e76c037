import { stringify } from 'yaml';

type Settings = Record<string, unknown>;

const isObject = (value: unknown): value is Settings =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const renamedParts: Readonly<Record<string, string>> = {
  'u-v-strain': 'uv-strain',
  grey: 'gray',
  casMe2: 'cas-me2',
  casMe3: 'cas-me3',
  folder: 'clip-folder',
  'group-k-fold': 'stratified-group-k-fold',
  'hold-out': 'subject-hold-out',
};

const renamedOptions: Readonly<Record<string, string>> = { grey: 'gray', colour: 'color', deviation: 'std' };

/**
 * What an experiment says in a form of earlier versions, each with what to write instead; nothing where it says nothing so.
 *
 * @param data - what a YAML or JSON file holds
 */
export function oldForms(data: unknown): string[] {
  if (!isObject(data)) return [];
  const lines: string[] = [];
  const { data: dataset, model, protocol } = data;
  for (const [at, value] of Object.entries({ data: dataset, protocol })) {
    const name = isObject(value) ? value['name'] : undefined;
    if (typeof name === 'string' && Object.hasOwn(renamedParts, name)) {
      lines.push(`${at}.name: ${name} is now ${renamedParts[name]}`);
    }
  }
  if (isObject(dataset) && isObject(dataset['frames']) && 'colour' in dataset['frames']) {
    lines.push('data.frames.colour is now data.frames.color');
  }
  if (isObject(model) && isObject(model['options']) && 'size' in model['options']) {
    lines.push(`model.options.size is now model.preset: write preset: ${String(model['options']['size'])} beside name`);
  }
  for (const key of ['inputs', 'targets']) {
    const list = data[key];
    if (!Array.isArray(list)) continue;
    for (const [i, input] of list.entries()) {
      if (isObject(input) && oldKeys.some((old) => old in input)) {
        const text = stringify(newInput(input), { collectionStyle: 'any', lineWidth: 100 }).trimEnd();
        lines.push(`${key}.${i} is now one list of steps; write\n${text.replaceAll(/^/gm, '      ')}`);
      }
    }
  }
  return lines;
}

const oldKeys = ['preprocessing', 'representation', 'size', 'channels', 'scale', 'offset', 'normalize'];

/** An input of earlier versions as a list of steps. */
function newInput(input: Settings): Settings {
  const { preprocessing = [], representation, size, channels, scale = 1, offset = 0, normalize, ...rest } = input;
  const steps: unknown[] = Array.isArray(preprocessing) ? preprocessing.map(newStep) : [];
  if (isObject(representation)) {
    const { name, options } = representation;
    steps.push(newStep(options === undefined ? name : { step: name, options }));
  }
  if (channels === 'bgr') steps.push('reverse-channels');
  if (channels === 'grey' || channels === 'gray') steps.push('gray');
  if (size !== undefined) steps.push({ step: 'resize', options: { size } });
  if (typeof scale === 'number' && typeof offset === 'number' && (scale !== 1 || offset !== 0)) {
    // value * scale + offset, less a mean and over a deviation
    steps.push({ step: 'normalize', options: { mean: -offset / scale + 0, std: 1 / scale } });
  }
  if (normalize !== undefined) {
    steps.push({ step: 'normalize', options: normalize === 'imagenet' ? { preset: 'imagenet' } : normalize });
  }
  return { ...(steps.length > 0 && { steps }), ...rest };
}

function newStep(step: unknown): unknown {
  if (typeof step === 'string') return renamedParts[step] ?? step;
  if (!isObject(step)) return step;
  const name = newStep(step['step']);
  const { options } = step;
  if (!isObject(options)) return { ...step, step: name };
  const renamed = Object.entries(options).map(([key, value]) => [renamedOptions[key] ?? key, value]);
  return { step: name, options: Object.fromEntries(renamed) };
}
