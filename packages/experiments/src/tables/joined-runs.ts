import { stableJson } from '@mer/options';
import type { Run } from '../run/read-run.js';
import { substance } from '../run/run-store.js';

/** The runs that stand in one row of a table: one experiment, on one or several data sets. */
export interface RowRuns {
  /** What the row is called. */
  name: string;
  /** One run for each data set, seeds that were run apart joined. */
  runs: Run[];
}

/**
 * Puts runs into rows: those that differ in nothing but their seeds become one run, those that differ in nothing but their data stand side by side.
 *
 * @param runs - in the order of the rows
 */
export function rowsOfRuns(runs: readonly Run[]): RowRuns[] {
  const joined = joinSeeds(runs);
  const rows = new Map<string, Run[]>();
  for (const run of joined) {
    const { data: _, ...rest } = substance(run.manifest.experiment);
    const base = stableJson([rest, run.manifest.backend.name, run.manifest.parts ?? []]);
    // two runs on one data set that nothing here tells apart, such as two builds of it, stay two rows
    for (let key = base; ; key += '+') {
      const row = rows.get(key) ?? [];
      if (row.some((other) => dataOf(other) === dataOf(run))) continue;
      rows.set(key, [...row, run]);
      break;
    }
  }
  return [...rows.values()].map((row) => ({ name: sharedName(row), runs: row }));
}

/** What tells the data of a run from those of others: the samples that it is scored on. */
export const dataOf = ({ manifest: { experiment, classes, fingerprint } }: Run): string =>
  stableJson([experiment.data.name, classes, fingerprint]);

function joinSeeds(runs: readonly Run[]): Run[] {
  const parts: Run[][] = [];
  for (const run of runs) {
    const seeds = new Set(run.manifest.experiment.seeds);
    const same = parts.find(
      ([first, ...more]) =>
        first!.manifest.hash === run.manifest.hash &&
        [first!, ...more].every((other) => other.manifest.experiment.seeds.every((seed) => !seeds.has(seed))),
    );
    if (same) same.push(run);
    else parts.push([run]);
  }
  return parts.map((part) => (part.length > 1 ? joinedRun(part) : part[0]!));
}

function joinedRun(part: readonly Run[]): Run {
  const { dir, manifest } = part[0]!;
  const seeds = part.flatMap((run) => run.manifest.experiment.seeds);
  const name = commonStart(part.map((run) => run.manifest.experiment.name));
  return {
    dir,
    manifest: {
      ...manifest,
      experiment: { ...manifest.experiment, name: name.replace(/_?seed$/, '') || manifest.experiment.name, seeds },
      folds: part.flatMap((run) => run.manifest.folds),
    },
    folds: part.flatMap((run) => run.folds),
    missing: part.flatMap((run) => run.missing),
  };
}

function sharedName(row: readonly Run[]): string {
  const names = [...new Set(row.map((run) => run.manifest.experiment.name))];
  if (names.length === 1) return names[0]!;
  return commonStart(names) || names.join(' / ');
}

/** What names begin with alike, up to where a word ends; nothing where that says too little. */
function commonStart(names: readonly string[]): string {
  const [first = '', ...others] = names;
  let length = 0;
  while (length < first.length && others.every((name) => name[length] === first[length])) length++;
  const start = first.slice(0, length);
  const whole = others.length === 0 ? first : start.replace(/[^a-zA-Z0-9]+[a-zA-Z0-9]*$/, '');
  return whole.length >= 3 ? whole : '';
}
