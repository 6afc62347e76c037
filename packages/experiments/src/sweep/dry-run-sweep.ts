import { hashOf } from '@mer/options';
import { type DryRun, dryRun } from '../run/dry-run.js';
import type { Experiment } from '../schema/experiment.js';
import type { Sweep } from './open-sweep.js';

/** What a sweep would do, as {@link dryRunSweep} finds out. */
export interface SweepDryRun {
  /** Name of the sweep. */
  name: string;
  /** Every cell: its plan, or why it could not run. */
  cells: { name: string; set: string[]; plan?: DryRun; error?: string }[];
  /** Folds of all cells together. */
  folds: number;
  /** Estimated for one worker: seconds to prepare, each kind of pictures once, and in all. */
  seconds: { prepare: number; total: number };
  /** Bytes: prepared images on disk, each kind once, and the most that a worker held. */
  memory: { prepared: number; worker: number };
}

/** Options of {@link dryRunSweep}. */
export interface DryRunSweepOptions {
  /** Called before each cell. */
  onCell?: (index: number, of: number, name: string) => void;
  /** Ends the work before the next cell by throwing the signal's reason. */
  signal?: AbortSignal | undefined;
}

/**
 * Plans a sweep as a whole, without writing anything: {@link dryRun} of every cell, and their sums, in which pictures that several cells share count once.
 *
 * @param sweep - as opened by {@link openSweep}
 * @returns what each cell would do, or what keeps it from running
 *
 * @example
 * ```ts no-run
 * import { dryRunSweep, openSweep } from '@mer/experiments';
 *
 * const sweep = await openSweep('first-steps', { grid: ['training.batchSize=8,16'] });
 * const { cells, seconds } = await dryRunSweep(sweep!);
 * console.log(cells.length, seconds.total);
 * ```
 */
export async function dryRunSweep(
  { name, cells, own }: Sweep,
  { onCell = () => {}, signal }: DryRunSweepOptions = {},
): Promise<SweepDryRun> {
  const planned: SweepDryRun['cells'] = [];
  const pictures = new Map<string, DryRun>();
  for (const [i, { name: cell, set, experiment }] of cells.entries()) {
    signal?.throwIfAborted();
    onCell(i + 1, cells.length, cell);
    try {
      const plan = await dryRun(experiment, { own });
      pictures.set(picturesOf(experiment), plan);
      planned.push({ name: cell, set, plan });
    } catch (error) {
      planned.push({ name: cell, set, error: (error as Error).message });
    }
  }
  const plans = planned.flatMap(({ plan }) => plan ?? []);
  const once = [...pictures.values()];
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  const prepare = sum(once.map(({ seconds }) => seconds.prepare));
  const folds = plans.map((plan) => plan.folds * plan.seeds.length);
  return {
    name,
    cells: planned,
    folds: sum(folds),
    seconds: { prepare, total: prepare + sum(plans.map((plan, i) => plan.seconds.fold * folds[i]!)) },
    memory: {
      prepared: sum(once.map(({ memory }) => memory.prepared)),
      worker: Math.max(0, ...plans.map(({ memory }) => memory.worker)),
    },
  };
}

/** What the prepared pictures of an experiment depend on. */
function picturesOf({ data, preprocessing, inputs, targets, training, backend }: Experiment): string {
  const { clips, test } = training.augmentation;
  return hashOf([data, preprocessing, inputs, targets, clips, test, backend]);
}
