import type { RunStage } from '../run/run-store.js';
import type { Experiment } from '../schema/experiment.js';

/** Where a run began, in words. */
export interface RunStart {
  /** `from random weights, not from ImageNet weights of ResNet-18 as the paper does`. */
  text: string;
  /** True where the paper starts from something and the run does not. */
  lacks: boolean;
}

/**
 * Where a run began: random weights, a file, stages. Undefined where nobody says anything of it.
 *
 * @param experiment - its `model.weights`, `model.start` and `stages`
 * @param stages - as the manifest describes them
 */
export function startOf(
  { model, stages: settings = [] }: Pick<Experiment, 'model' | 'stages'>,
  stages: readonly RunStage[] = [],
): RunStart | undefined {
  const { weights, start } = model;
  if (weights === undefined && start === undefined && stages.length === 0) return undefined;
  const file = typeof weights === 'object' ? weights.file : weights;
  // a stage on the data of the experiment itself is another way of training, no start
  const others = settings.some(({ data }) => data !== undefined);
  const lacks = start !== undefined && file === undefined && !others;
  const from = file === undefined ? 'random weights' : file.split(/[\\/]|^weights:/).at(-1)!;
  const trained = stages.map((stage) => `, then ${stageText(stage)}`).join('');
  const paper =
    start === undefined ? '' : lacks ? `, not from ${start.paper} as the paper does` : `; the paper: ${start.paper}`;
  return { text: `start: ${from}${trained}${paper}`, lacks };
}

/** A stage in a few words, with what keeps test subjects out of it. */
export function stageText({ name, dataset, samples, subjects, shared }: RunStage): string {
  const out =
    shared === 0
      ? 'none of whom is in the data of the experiment'
      : `of whom ${shared} ${shared === 1 ? 'is' : 'are'} in the data of the experiment, and left out where a fold tests them`;
  return `stage ${name} (${dataset}: ${samples} samples of ${subjects} subjects, ${out})`;
}
