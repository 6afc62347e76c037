import { createModel, type ModelOptions } from '@mer/models';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { PreparedData } from '../prepared-data.js';
import { ExperimentError } from './parse.js';
import type { Experiment } from './schema.js';

/** Options that follow from the experiment and may not be set by hand. */
const reserved = ['classes', 'seed', 'inputShape'];

/**
 * Makes the model of an experiment for some prepared data.
 *
 * The number of classes and the shape of the images come from the data, the seed from the fold; everything else from `model.options`.
 *
 * @param experiment - its `model`
 * @param data - classes and input shapes
 * @param seed - for initial weights and dropout
 * @returns a model that the caller disposes of
 * @throws {@link ExperimentError} where the options are not the model's, or its inputs do not fit the data
 *
 * @example
 * ```ts
 * import { makeModel, readExperiment } from '@mer/training';
 *
 * const experiment = await readExperiment('recipes/ststnet-megc2019.yaml');
 * const data = { classes: ['a', 'b', 'c'], labels: [], inputs: [{ shape: [28, 28, 3], values: new Float32Array(0) }] };
 * const model = makeModel(experiment, data, 1);
 * console.log(model.name); // 'ststnet'
 * model.dispose();
 * ```
 */
export function makeModel({ model }: Pick<Experiment, 'model'>, data: PreparedData, seed: number): LayersModel {
  const shapes = data.inputs.map(({ shape }) => shape);
  const created = create(model, {
    classes: data.classes.length,
    seed,
    ...(new Set(shapes.map(String)).size === 1 && { inputShape: shapes[0] }),
  });
  const expected = created.inputs.map(({ shape }) => shape.slice(1));
  const fits =
    expected.length === shapes.length &&
    expected.every((shape, i) => shape.every((side, axis) => side === null || side === shapes[i]![axis]));
  if (!fits) {
    created.dispose();
    throw new ExperimentError(
      `Cannot use model ${model.name} as its inputs must be ${list(expected)}: the experiment's are ${list(shapes)}; change inputs or model.options`,
    );
  }
  return created;
}

/**
 * Checks the model options of an experiment before any work, by making the model once.
 *
 * @throws {@link ExperimentError} that names the option
 */
export function checkModel({ model }: Pick<Experiment, 'model'>, classes: number): void {
  for (const key of reserved) {
    if (key in model.options) {
      throw new ExperimentError(
        `Cannot use model.options.${key} as it follows from the data and the seeds of the experiment: leave it out`,
      );
    }
  }
  create(model, { classes, seed: 0 }).dispose();
}

function create({ name, options }: Experiment['model'], given: Record<string, unknown>): LayersModel {
  try {
    return createModel(name, { ...options, ...given } as unknown as ModelOptions<typeof name>);
  } catch (cause) {
    throw new ExperimentError(`Cannot use model.options: ${(cause as Error).message}`, { cause });
  }
}

function list(shapes: readonly (readonly (number | null)[])[]): string {
  return shapes.map((shape) => `[${shape.join(', ')}]`).join(' and ');
}
