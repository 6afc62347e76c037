import { show } from '@mer/options';
import type { Dataset } from './dataset.js';

const functions = { clips: 'readClip', images: 'readImage' } as const;

/**
 * Throws unless what a definition opened is a data set: it protects those who use a data set that somebody else wrote.
 *
 * @throws TypeError that says what is wrong with it.
 */
export function checkOpened(task: string, opened: Dataset, samples: Dataset['kind']): void {
  const fail = (what: string, value: unknown): never => {
    throw new TypeError(`Cannot ${task} as ${what}: current value is ${show(value)}`);
  };
  if (typeof opened !== 'object' || opened === null) fail('its open must give a data set', opened);
  if (opened.kind !== samples) fail(`what its open gives must have the kind ${samples}`, opened.kind);
  if (typeof opened.name !== 'string' || opened.name === '') fail('what its open gives must have a name', opened.name);
  if (typeof opened.settings !== 'object' || opened.settings === null) {
    fail('what its open gives must have settings, an object', opened.settings);
  }
  for (const key of ['classes', 'samples', 'notes'] as const) {
    if (!Array.isArray(opened[key])) fail(`what its open gives must have a list of ${key}`, opened[key]);
  }
  for (const key of ['sources', 'readSource', functions[samples]] as const) {
    const value = (opened as unknown as Record<string, unknown>)[key];
    if (typeof value !== 'function') fail(`what its open gives must have the function ${key}`, value);
  }
  const seen = new Set<string>();
  for (const [index, sample] of opened.samples.entries()) {
    const at = `samples.${index}`;
    for (const key of ['id', 'dataset', 'subject', 'clip'] as const) {
      if (typeof sample[key] !== 'string' || sample[key] === '') fail(`${at}.${key} must be a text`, sample[key]);
    }
    const { label } = sample;
    const isIndex = (value: unknown) =>
      Number.isInteger(value) && (value as number) >= 0 && (value as number) < opened.classes.length;
    if (opened.labelKind !== 'multiple') {
      if (!isIndex(label)) fail(`${at}.label must be an index into its ${opened.classes.length} classes`, label);
    } else if (!Array.isArray(label) || !label.every((one, i) => isIndex(one) && (i === 0 || one > label[i - 1]))) {
      fail(`${at}.label must be a list of indices into its ${opened.classes.length} classes, ascending`, label);
    }
    if (seen.has(sample.id)) fail(`${at}.id must be of one sample`, sample.id);
    seen.add(sample.id);
  }
}
