import type { OwnParts } from '../parts/own-modules.js';
import type { Experiment } from '../schema/experiment.js';
import { ExperimentError } from '../schema/experiment-error.js';
import { type OpenExperimentOptions, openSettings } from '../schema/read.js';
import { setValue } from '../schema/set-value.js';
import { type SweepCell, type SweepSettings, sweepCells } from './cells.js';
import { CHOSEN } from './chosen-folder.js';
import { withGridSetting } from './grid-setting.js';

/** Options of {@link openSweep}. */
export interface OpenSweepOptions extends OpenExperimentOptions {
  /** Further axes, each `setting=value,value`, as `mer run --grid` takes them. */
  grid?: readonly string[];
}

/** A sweep, ready to run: every cell a complete experiment. */
export interface Sweep {
  /** Name of the experiment that the cells change. */
  name: string;
  /** What it is. */
  description?: string | undefined;
  /** Its cells, in the order in which they run. */
  cells: (SweepCell & { /** The experiment of the cell. */ experiment: Experiment })[];
  /** By what of the validation subjects a cell is chosen for each fold. */
  choose?: SweepSettings['choose'];
  /** The parts that the experiments may name. */
  own: OwnParts;
}

/**
 * Reads an experiment file as a sweep: its `sweep`, and axes beside it. Modules that it names under `use` are loaded, which runs their code.
 *
 * @param path - the file, or the name of a recipe
 * @param options - settings of every cell, axes, further modules
 * @returns the sweep, each cell checked; undefined where neither file nor options make one
 * @throws {@link ExperimentError} that names the cell and the offending keys
 *
 * @example
 * ```ts
 * import { openSweep } from '@mer/experiments';
 *
 * const sweep = await openSweep('first-steps', { grid: ['training.epochs=1,2', 'seeds=0,1,2'] });
 * console.log(sweep?.cells.map(({ name }) => name).slice(0, 2)); // [ 'epochs-1_seed-0', 'epochs-1_seed-1' ]
 * ```
 */
export async function openSweep(
  path: string,
  { set = [], use = [], grid = [], onNote }: OpenSweepOptions = {},
): Promise<Sweep | undefined> {
  const { settings, own, parse } = await openSettings(path, { set, use, onNote });
  const data = set.reduce<unknown>(setValue, settings) as { sweep?: unknown };
  if (data.sweep === undefined && grid.length === 0) return undefined;
  const base = parse(data, { source: path, set });
  const sweep = grid.reduce(withGridSetting, base.sweep ?? {});
  const { sweep: _, ...plain } = data;
  const cells = sweepCells(sweep).map((cell) => {
    const source = `cell ${cell.name} of the sweep ${path}`;
    const changes = [...cell.set, `name=${JSON.stringify(cell.name)}`];
    const changed = changes.reduce<unknown>((before, setting) => changedBy(before, setting, source), plain);
    return { ...cell, experiment: parse(changed, { source, set: [...set, ...cell.set] }) };
  });
  const { choose } = sweep;
  if (choose) checkChoice(cells, path);
  return { name: base.name, description: base.description, cells, ...(choose && { choose }), own };
}

function changedBy(data: unknown, setting: string, source: string): unknown {
  try {
    return setValue(data, setting);
  } catch (cause) {
    if (!(cause instanceof ExperimentError)) throw cause;
    throw new ExperimentError(`${cause.message}, in ${source}`, { cause });
  }
}

/** Cells are chosen by validation subjects, which must be there; the run of those chosen has a folder of its own. */
function checkChoice(cells: Sweep['cells'], path: string): void {
  if (cells.some(({ name }) => name === CHOSEN)) {
    throw new ExperimentError(`Cannot choose a cell in ${path} as none may be called ${CHOSEN}: give it another name`);
  }
  const without = cells.find(({ experiment }) => experiment.training.epochChoice !== 'validation');
  if (!without) return;
  throw new ExperimentError(
    `Cannot choose a cell in ${path} as training.epochChoice must be validation, so that subjects of the training part are held out to choose by: in ${without.name} it is ${without.experiment.training.epochChoice}`,
  );
}
