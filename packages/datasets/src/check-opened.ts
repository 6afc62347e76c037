import { show } from '@mer/options';
import type { AnyDataset, Recording } from './recordings/recording.js';

const functions = { clips: 'readClip', images: 'readImage', recordings: 'openRecording' } as const;

/**
 * Throws unless what a definition opened is a data set: it protects those who use a data set that somebody else wrote.
 *
 * @throws TypeError that says what is wrong with it.
 */
export function checkOpened(task: string, opened: AnyDataset, samples: AnyDataset['kind']): void {
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
    const { label } = sample as { label?: unknown };
    const isIndex = (value: unknown) =>
      Number.isInteger(value) && (value as number) >= 0 && (value as number) < opened.classes.length;
    if (opened.kind === 'recordings') checkRecording(sample as Recording, at, fail);
    else if (opened.labelKind !== 'multiple') {
      if (!isIndex(label)) fail(`${at}.label must be an index into its ${opened.classes.length} classes`, label);
    } else if (!Array.isArray(label) || !label.every((one, i) => isIndex(one) && (i === 0 || one > label[i - 1]))) {
      fail(`${at}.label must be a list of indices into its ${opened.classes.length} classes, ascending`, label);
    }
    if (seen.has(sample.id)) fail(`${at}.id must be of one sample`, sample.id);
    seen.add(sample.id);
  }
}

/** Throws unless the frames of a recording and its expressions are some. */
function checkRecording(
  { count, fps, first, expressions }: Recording,
  at: string,
  fail: (what: string, value: unknown) => never,
): void {
  if (!Number.isSafeInteger(count) || count < 1) fail(`${at}.count must be a number of frames`, count);
  if (!Number.isSafeInteger(first)) fail(`${at}.first must be the number of its frame 0`, first);
  if (!(fps > 0)) fail(`${at}.fps must be a positive number`, fps);
  if (expressions === null) return;
  if (!Array.isArray(expressions)) fail(`${at}.expressions must be a list, or null`, expressions);
  for (const [i, { kind, onset, apex, offset }] of expressions.entries()) {
    const one = `${at}.expressions.${i}`;
    if (kind !== 'micro' && kind !== 'macro') fail(`${one}.kind must be micro or macro`, kind);
    const numbers = [onset, apex ?? onset, offset];
    if (
      !numbers.every(Number.isSafeInteger) ||
      onset < 0 ||
      offset >= count ||
      numbers[1]! < onset ||
      numbers[1]! > offset
    ) {
      fail(`${one} must lie in its ${count} frames, 0 <= onset <= apex <= offset`, `${onset}, ${apex}, ${offset}`);
    }
  }
}
