import { flatten, substance } from '../run/run-store.js';
import type { Experiment } from '../schema/experiment.js';

/** Settings, by their paths, as a table shows them. */
export type ShownSettings = Readonly<Record<string, string>>;

/**
 * The fewest settings that tell experiments apart, and their values in each. Of settings that tell the same ones apart the plainest is taken: the name of the
 * model before its options, a short path before a long one.
 *
 * @param experiments - of the rows
 * @returns paths in the order in which they help, and the values of each experiment
 */
export function differingSettings(experiments: readonly Experiment[]): { keys: string[]; values: ShownSettings[] } {
  const flat = experiments.map(settingsOf);
  const all = [...new Set(flat.flatMap((settings) => Object.keys(settings)))];
  // which rows a setting tells apart is all that counts: one setting for each way to part them
  const partings = new Map<string, string>();
  for (const key of all.sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1))) {
    const parting = partingOf(flat, [key]);
    if (new Set(parting).size > 1 && !partings.has(parting.join())) partings.set(parting.join(), key);
  }
  const keys = fewest(flat, [...partings.values()].slice(0, MOST));
  return { keys, values: flat.map((settings) => Object.fromEntries(keys.map((key) => [key, settings[key] ?? '']))) };
}

/** Most settings that are tried in all combinations. */
const MOST = 60;

function settingsOf(experiment: Experiment): Record<string, string> {
  const { data: _, ...rest } = substance(experiment);
  return Object.fromEntries(
    Object.entries(flatten(rest)).map(([path, value]) => [
      // a step may stand as its name alone
      path.replace(/((?:^|\.)(?:steps|preprocessing)\.\d+)$/, '$1.step'),
      value?.replace(/^"(.*)"$/, '$1') ?? '',
    ]),
  );
}

const FIRST = ['model.name', 'model.preset'];

function rank(path: string): number {
  const first = FIRST.indexOf(path);
  return first >= 0 ? first : 10 + path.split('.').length + path.length / 1000;
}

/** The number of the first row with the same values, for each row. */
function partingOf(flat: readonly Record<string, string>[], keys: readonly string[]): number[] {
  const seen = new Map<string, number>();
  return flat.map((settings, row) => {
    const values = JSON.stringify(keys.map((key) => settings[key] ?? null));
    if (!seen.has(values)) seen.set(values, row);
    return seen.get(values)!;
  });
}

function fewest(flat: readonly Record<string, string>[], keys: readonly string[]): string[] {
  const apart = (chosen: readonly string[]) => new Set(partingOf(flat, chosen)).size;
  const goal = apart(keys);
  if (goal <= 1) return [];
  for (const size of [1, 2, 3]) {
    const found = combinationsOf(keys, size).find((chosen) => apart(chosen) === goal);
    if (found) return found;
  }
  const chosen: string[] = [];
  while (apart(chosen) < goal) {
    chosen.push(keys.reduce((best, key) => (apart([...chosen, key]) > apart([...chosen, best]) ? key : best)));
  }
  return chosen;
}

/** Choices of so many, those of earlier ones first. */
function combinationsOf(keys: readonly string[], size: number): string[][] {
  if (size === 0) return [[]];
  return keys.flatMap((key, i) => combinationsOf(keys.slice(i + 1), size - 1).map((rest) => [key, ...rest]));
}
