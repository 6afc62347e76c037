import { stableJson } from '@mer/options';
import { fnv1a, MULBERRY32_STEP, mixBits, mulberry32 } from '@mer/options/random';
import { ExperimentError } from '../schema/experiment-error.js';
import { MOST_CELLS } from './sweep-option.js';

/** Settings and what each is changed to. */
export type Changes = Readonly<Record<string, unknown>>;

/** What a random search draws a setting from. */
export type Drawn =
  | readonly unknown[]
  | { readonly from: number; readonly to: number; readonly scale?: 'linear' | 'log'; readonly whole?: boolean };

/** `sweep` of an experiment file. */
export interface SweepSettings {
  /** Settings and the values that each takes, in a list or by names. */
  readonly grid?: Readonly<Record<string, readonly unknown[] | Readonly<Record<string, unknown>>>> | undefined;
  /** Axes of named changes. */
  readonly variants?: Readonly<Record<string, Readonly<Record<string, Changes>>>> | undefined;
  /** Named changes, each made alone. */
  readonly ablations?: Readonly<Record<string, Changes>> | undefined;
  /** Settings drawn at random. */
  readonly random?:
    | { readonly draws: number; readonly seed: number; readonly settings: Readonly<Record<string, Drawn>> }
    | undefined;
  /** By what of the validation subjects a cell is chosen for each fold. */
  readonly choose?: 'validation-accuracy' | 'validation-loss' | undefined;
}

/** One run of a sweep: what it is called and what it changes. */
export interface SweepCell {
  /** Names its folder and its run. */
  name: string;
  /** Settings over the experiment, each `key=value`, as `--set` takes them. */
  set: string[];
}

/** One value of an axis. */
interface AxisValue {
  name: string;
  changes: Changes;
}

/**
 * Lists the cells of a sweep: every combination of a value of each axis, the last axis the fastest.
 *
 * @param sweep - as an experiment file has it
 * @returns cells with names that differ, in a fixed order
 * @throws {@link ExperimentError} where a value needs a name, two axes change one setting, or there are more than 10,000 cells
 *
 * @example
 * ```ts
 * import { sweepCells } from '@mer/experiments';
 *
 * const cells = sweepCells({ grid: { 'model.name': ['ststnet', 'small-cnn'], 'training.batchSize': [8, 16] } });
 * console.log(cells.map(({ name }) => name).join(' ')); // ststnet_batchSize-8 ststnet_batchSize-16 small-cnn_batchSize-8 small-cnn_batchSize-16
 * console.log(cells[0]!.set); // [ 'model.name="ststnet"', 'training.batchSize=8' ]
 * ```
 */
export function sweepCells(sweep: SweepSettings): SweepCell[] {
  const axes = axesOf(sweep);
  if (axes.length === 0) {
    throw new ExperimentError('Cannot sweep as there must be grid, variants, ablations or random: all are absent');
  }
  const count = axes.reduce((product, { values }) => product * values.length, 1);
  if (count > MOST_CELLS) {
    throw new ExperimentError(`Cannot sweep as there must be at most ${MOST_CELLS} cells: the axes make ${count}`);
  }
  checkApart(axes);
  const combinations = axes.reduce<readonly (readonly AxisValue[])[]>(
    (above, { values }) => above.flatMap((chosen) => values.map((value) => [...chosen, value])),
    [[]],
  );
  const names = new Set<string>();
  return combinations.map((chosen) => {
    const parts = chosen.map((value) => value.name).filter((part) => part !== BASE);
    const name = shortened(parts.join('_') || BASE);
    if (names.has(name)) {
      throw new ExperimentError(
        `Cannot sweep as each cell must have a name of its own: two would be called ${name}; give the values names`,
      );
    }
    names.add(name);
    const changes = chosen.flatMap((value) => Object.entries(value.changes));
    return { name, set: changes.map(([key, value]) => `${key}=${JSON.stringify(value)}`) };
  });
}

/** What the experiment as it stands is called among its ablations. */
const BASE = 'base';

function axesOf({ grid = {}, variants = {}, ablations, random }: SweepSettings): { values: AxisValue[] }[] {
  return [
    ...Object.entries(grid).map(([key, values]) => ({ values: gridValues(key, values) })),
    ...Object.values(variants).map((named) => ({ values: namedValues(named) })),
    ...(ablations ? [{ values: [{ name: BASE, changes: {} }, ...namedValues(ablations)] }] : []),
    ...(random ? [{ values: randomValues(random) }] : []),
  ];
}

const namedValues = (named: Readonly<Record<string, Changes>>): AxisValue[] =>
  Object.entries(named).map(([name, changes]) => ({ name, changes }));

function gridValues(key: string, values: readonly unknown[] | Readonly<Record<string, unknown>>): AxisValue[] {
  if (!Array.isArray(values)) {
    return Object.entries(values).map(([name, value]) => ({ name, changes: { [key]: settingValue(key, value) } }));
  }
  return values.map((value: unknown) => {
    if (typeof value === 'object' && value !== null) {
      throw new ExperimentError(
        `Cannot sweep as a value of ${key} that is a list or an object must have a name: write { <name>: ${stableJson(value).slice(0, 60)} } instead of a list`,
      );
    }
    return { name: plainName(key, value), changes: { [key]: settingValue(key, value) } };
  });
}

/** One seed is a list of one, as experiments have it. */
const settingValue = (key: string, value: unknown) => (key === 'seeds' && typeof value === 'number' ? [value] : value);

/** A text says enough alone; a number, true and false need the name of the setting. */
function plainName(key: string, value: unknown): string {
  const last = key === 'seeds' ? 'seed' : key.split('.').at(-1)!;
  const text = String(value).replaceAll(/[^a-zA-Z0-9.+-]+/g, '-');
  return (typeof value === 'string' ? text : `${last}-${text}`).replace(/^[^a-zA-Z0-9]+/, '') || last;
}

/** Longest name of a folder. */
const LONGEST = 100;

function shortened(name: string): string {
  if (name.length <= LONGEST) return name;
  const hash = mixBits(fnv1a(name)).toString(36);
  return `${name.slice(0, LONGEST - hash.length - 1)}~${hash}`.replace('~', '_');
}

function randomValues({ draws, seed, settings }: NonNullable<SweepSettings['random']>): AxisValue[] {
  const digits = String(draws).length;
  return Array.from({ length: draws }, (_, i) => ({
    name: `draw-${String(i + 1).padStart(digits, '0')}`,
    // each number follows from seed, setting and draw alone, so that more draws, or another setting, change none of them
    changes: Object.fromEntries(
      Object.entries(settings).map(([key, from]) => {
        const state = mixBits(fnv1a(JSON.stringify([seed, key, i]))) + MULBERRY32_STEP;
        return [key, settingValue(key, drawnFrom(from, mulberry32(state | 0) / 2 ** 32))];
      }),
    ),
  }));
}

const isList = (from: Drawn): from is readonly unknown[] => Array.isArray(from);

function drawnFrom(from: Drawn, random: number): unknown {
  if (isList(from)) return from[Math.floor(random * from.length)];
  const { scale = 'linear', whole = false } = from;
  const [low, high] = whole ? [Math.ceil(from.from), Math.floor(from.to) + 1] : [from.from, from.to];
  const value = scale === 'log' ? low * (high / low) ** random : low + (high - low) * random;
  // four digits tell enough, and are readable in a table
  return whole ? Math.min(Math.floor(value), high - 1) : Number(value.toPrecision(4));
}

/** Throws where two axes change one setting, of which the second would hide the first. */
function checkApart(axes: readonly { values: readonly AxisValue[] }[]): void {
  const keys = axes.map(({ values }) => new Set(values.flatMap(({ changes }) => Object.keys(changes))));
  for (const [i, first] of keys.entries()) {
    for (const second of keys.slice(i + 1)) {
      const both = [...first].find((key) => second.has(key));
      if (both === undefined) continue;
      throw new ExperimentError(`Cannot sweep as each axis must change other settings: two of them change ${both}`);
    }
  }
}
