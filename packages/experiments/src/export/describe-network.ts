import { findDataset } from '@mer/datasets';
import { type ModelFile, type ModelStep, QUALITY } from '@mer/predictor';
import type { AnyStep } from '@mer/representations';
import type { LabelKind } from '@mer/training';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { OwnModule, OwnParts } from '../parts/own-modules.js';
import { makeSteps } from '../prepare/image-makers.js';
import type { RunData } from '../run/run-data.js';
import type { Expected } from '../run/run-store.js';
import type { Experiment } from '../schema/experiment.js';
import { ExperimentError } from '../schema/experiment-error.js';

/** What is known of a network that is to be exported. */
export interface ExportedNetwork {
  experiment: Experiment;
  classes: readonly string[];
  labelKind?: LabelKind | undefined;
  /** Shape of each input. */
  shapes: readonly (readonly number[])[];
  /** What it was trained on; none where nobody says. */
  data?: RunData | undefined;
  expected: Expected;
  /** Modules of own parts that it was made with. */
  modules: readonly OwnModule[];
}

/** What stands in `model.json` beside the weights, the license, versions and the date. */
export type Described = Omit<ModelFile, 'weights' | 'encoding' | 'license' | 'versions' | 'created'>;

/**
 * Describes a network so that it can be made, and fed, without its experiment: every option of every step spelled out, with what the data set says of frame rates, faces and
 * marks.
 */
export function describeNetwork(
  { experiment, classes, labelKind, shapes, data, expected, modules }: ExportedNetwork,
  model: LayersModel,
  { parts }: OwnParts,
): Described {
  const { name, description, model: network, threshold, training } = experiment;
  const { samples, traits } = findDataset(experiment.data.name, { parts });
  if (samples === 'recordings') {
    throw new ExperimentError(
      `Cannot export ${name} as its data set must be of clips or images: ${experiment.data.name} is of recordings`,
    );
  }
  const { size, color, from, to } = experiment.data.frames;
  const made = (list: Experiment['preprocessing'], at: string) => makeSteps(list, at, parts);
  const preprocessing = made(experiment.preprocessing, 'preprocessing');
  const inputs = experiment.inputs.map((input, i) => made(input.steps, `inputs.${i}.steps`));
  const madeBy = samples === 'images' && traits.madeBy ? made(traits.madeBy, 'madeBy') : undefined;
  const steps = [...(madeBy ?? []), ...preprocessing, ...inputs.flat()];
  const { clips, test } = training.augmentation;
  const alike = new Set(shapes.map(String)).size === 1;
  const used = new Set([network.name, ...steps.map((step) => step.name), ...clips.map((view) => view.name)]);
  const rates = new Set(
    data?.sets?.flatMap(({ frameRates }) => frameRates) ?? (traits.fps === undefined ? [] : [traits.fps]),
  );
  return {
    format: 1,
    name,
    ...(description !== undefined && { description }),
    model: {
      name: network.name,
      options: {
        ...(network.preset !== undefined && { preset: network.preset }),
        ...network.options,
        classes: classes.length,
        ...(alike && { inputShape: shapes[0] }),
      },
    },
    classes: [...classes],
    ...(labelKind === 'multiple' && { labelKind, threshold: threshold ?? 0.5 }),
    samples,
    ...(madeBy && { madeBy: madeBy.map(plainStep) }),
    frames: {
      ...(size !== undefined && { size }),
      ...(color !== undefined && { color }),
      ...(from !== undefined && { from }),
      ...(to !== undefined && { to }),
    },
    preprocessing: preprocessing.map(plainStep),
    inputs: experiment.inputs.map(({ windows }, i) => ({
      name: model.inputNames[i] ?? `input-${i}`,
      steps: inputs[i]!.map(plainStep),
      ...(windows && { windows }),
      shape: [...shapes[i]!],
    })),
    ...(test === 'mean' && clips.length > 0 && { views: clips as Described['views'] & {} }),
    frameRates: [...rates].sort((a, b) => a - b),
    marks: marksOf(steps, { clips: samples === 'clips' || madeBy !== undefined, toApex: to === 'apex' }),
    face: faceOf(steps, { clips: samples === 'clips' || madeBy !== undefined, size }),
    quality: QUALITY,
    data: data?.sets
      ? data.sets.map((set) => ({ name: set.name, samples: set.samples, subjects: set.subjects }))
      : [{ name: experiment.data.name, samples: data?.used ?? null, subjects: null }],
    expected,
    parts: modules.flatMap(({ hash, parts: own }) =>
      own.filter((part) => used.has(part.name)).map(({ kind, name: partName }) => ({ kind, name: partName, hash })),
    ),
  };
}

const plainStep = (step: AnyStep): ModelStep => step.toJSON() as ModelStep;

/** The marks of a clip that steps look at. */
function marksOf(
  steps: readonly AnyStep[],
  { clips, toApex }: { clips: boolean; toApex: boolean },
): ModelFile['marks'] {
  if (!clips) return [];
  const spotted = steps.findIndex(({ traits }) => traits.marksApex);
  const wanted = steps.findIndex(({ traits }) => traits.needsApex);
  const apex = toApex || (wanted >= 0 && (spotted < 0 || wanted < spotted));
  return apex ? ['onset', 'apex', 'offset'] : ['onset', 'offset'];
}

/** How faces lie in what it was trained on. */
function faceOf(
  steps: readonly AnyStep[],
  { clips, size = 224 }: { clips: boolean; size?: Experiment['data']['frames']['size'] },
): ModelFile['face'] {
  if (steps.some(({ traits }) => traits.needsLandmarks)) return { by: 'steps' };
  return clips ? { by: 'cut', size: typeof size === 'number' ? size : Math.max(...size) } : null;
}
