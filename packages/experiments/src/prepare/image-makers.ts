import type { Dataset } from '@mer/datasets';
import type { Part } from '@mer/options';
import { type ImageMakers, imageMaker, sourceMaker, makeSteps as stepsOf } from '@mer/predictor';
import type { AnyStep } from '@mer/representations';
import { trainingParts } from '@mer/training';
import type { Experiment, ExperimentInput, ExperimentStep } from '../schema/experiment.js';
import { ExperimentError } from '../schema/experiment-error.js';

/** Makers of every input and target; throws an `ExperimentError` where one does not fit the data set. */
export function imageMakers(experiment: Experiment, kind: Dataset['kind'], parts?: readonly Part[]): ImageMakers {
  const { data, preprocessing } = experiment;
  const place = { kind, dataset: data.name };
  const shared = makeSteps(preprocessing, 'preprocessing', parts);
  const prepare = ofExperiment(() => sourceMaker(shared, { at: 'preprocessing', ...place }));
  if (experiment.training.augmentation.clips.length > 0 && kind === 'images') {
    throw new ExperimentError(
      `Cannot use the experiment as training.augmentation.clips must be empty: ${data.name} is a data set of images`,
    );
  }
  const makersOf = (inputs: readonly ExperimentInput[], name: string) =>
    inputs.map((input, i) => {
      const at = `${name}.${i}`;
      const steps = makeSteps(input.steps, `${at}.steps`, parts);
      checkAugmentation(steps, { at, images: experiment.training.augmentation.images, flow: input.flow, parts });
      return ofExperiment(() => imageMaker(steps, { windows: input.windows, at, ...place }));
    });
  return {
    prepare,
    images: [...makersOf(experiment.inputs, 'inputs'), ...makersOf(experiment.targets, 'targets')],
  };
}

/** Throws where an augmentation would make nonsense of an input. */
function checkAugmentation(
  steps: readonly AnyStep[],
  {
    at,
    images,
    flow,
    parts,
  }: {
    at: string;
    images: Experiment['training']['augmentation']['images'];
    flow: ExperimentInput['flow'];
    parts: readonly Part[] | undefined;
  },
): void {
  const { imageAugmentations } = trainingParts(parts);
  const drawn = images.flatMap(({ name }) => imageAugmentations.find((part) => part.name === name && part.draw) ?? []);
  const histogram = steps.find(({ traits }) => traits.histogram);
  if (drawn[0] && histogram) {
    throw new ExperimentError(
      `Cannot use augmentation ${drawn[0].name} as ${at} must be a picture: ${histogram.name} gives histograms; use augmentation.clips`,
    );
  }
  const turning = drawn.find(({ turns }) => turns);
  const directed = steps.find(({ traits }) => traits.directed);
  if (turning && directed && !flow) {
    throw new ExperimentError(
      `Cannot use augmentation ${turning.name} as ${directed.name} holds directions, which would not turn with the picture: ` +
        `say which channels are the flow (${at}.flow: { u, v, zero }), or, where colors stand for directions, use mirror in training.augmentation.clips`,
    );
  }
}

/** Steps of an experiment file. */
export function makeSteps(given: readonly ExperimentStep[], at: string, parts?: readonly Part[]): AnyStep[] {
  return ofExperiment(() => stepsOf(given, at, parts));
}

/** What is wrong with steps is wrong with the experiment. */
function ofExperiment<T>(work: () => T): T {
  try {
    return work();
  } catch (cause) {
    throw new ExperimentError((cause as Error).message, { cause });
  }
}
