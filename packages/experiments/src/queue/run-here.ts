import { useBackend } from '@mer/backends';
import { type Dataset, fingerprint } from '@mer/datasets';
import { hashOf } from '@mer/options';
import type { OwnParts } from '../parts/own-modules.js';
import { openExperimentData, prepareData, shareable } from '../prepare/prepare.js';
import type { RunEvent } from '../run/events.js';
import { finalFolds, type PlannedFold, planFolds } from '../run/plan.js';
import { headsOf, openStages, type PlannedStage, planStages, type StageUnit } from '../run/stages.js';

import type { Experiment } from '../schema/experiment.js';
import { ExperimentError } from '../schema/experiment-error.js';
import { openStore } from '../store/store.js';

/** What is known of the trainings of one seed on a machine, before any image is made. */
export interface RunHere {
  /** Identity of the samples, of the stage's where one is asked for. */
  fingerprint: string;
  /** The folds of the seed, and the training on all samples. */
  folds: PlannedFold[];
  /** The trainings of each stage. */
  units: StageUnit[];
  /** Of each stage the classes that its head knows. */
  heads: ReturnType<typeof headsOf>;
  /** What is trained: the experiment, or the stage by itself. */
  experiment: Experiment;
}

/** Which trainings: those of a seed, of a stage or of the folds. */
export interface Asked {
  seed: number;
  stage?: string | undefined;
}

interface Opened {
  dataset: Dataset;
  stages: Awaited<ReturnType<typeof openStages>>;
}

let opened: { key: string; content: Promise<Opened> } | undefined;

/** The data of a run; the last one asked for is kept open. */
function open(experiment: Experiment, own: OwnParts): Promise<Opened> {
  const key = hashOf([
    experiment.data,
    experiment.stages,
    experiment.preprocessing,
    experiment.inputs,
    own.modules.map(({ hash }) => hash),
  ]);
  if (opened?.key === key) return opened.content;
  const content = (async () => ({
    dataset: await openExperimentData(experiment, own),
    stages: await openStages(experiment, own),
  }))();
  opened = { key, content };
  content.catch(() => {
    if (opened?.content === content) opened = undefined;
  });
  return content;
}

/** Looks what a run is on this machine, in the process that will train it. */
export async function lookAtRun(experiment: Experiment, own: OwnParts, asked: Asked): Promise<RunHere> {
  await useBackend(experiment.backend);
  const { folds, stages, target } = await planHere(experiment, own, asked);
  return {
    fingerprint: await fingerprint(target.dataset),
    folds,
    units: stages.flatMap(({ units }) => units),
    heads: headsOf(stages),
    experiment: target.experiment,
  };
}

/** Makes the pictures of a run, those that neither the cache nor the store has, unless another machine is at it: then it waits for them. */
export async function prepareHere(
  experiment: Experiment,
  own: OwnParts,
  {
    cache,
    store,
    processes,
    onEvent,
    ...asked
  }: Asked & { cache: string; store: string; processes: number; onEvent: (event: RunEvent) => void },
): Promise<ReturnType<typeof shareable>> {
  const { name } = await useBackend(experiment.backend);
  const { target } = await planHere(experiment, own, asked);
  const prepared = await prepareData(target.dataset, target.experiment, {
    cache,
    store: await openStore(store, { create: false }),
    own,
    onProgress: (done, total) => onEvent({ type: 'prepare', done, total }),
    processes: { count: processes, backend: name, onCrash: () => {} },
  });
  prepared.close();
  return shareable(prepared);
}

async function planHere(
  experiment: Experiment,
  own: OwnParts,
  { seed, stage }: Asked,
): Promise<{ folds: PlannedFold[]; stages: PlannedStage[]; target: Pick<PlannedStage, 'dataset' | 'experiment'> }> {
  const { dataset, stages: all } = await open(experiment, own);
  const one = { ...experiment, seeds: [seed] };
  const folds = [...planFolds(one, dataset.samples, own.parts), ...finalFolds(one, dataset)];
  const stages = planStages(one, { samples: dataset.samples, folds, opened: all, own });
  const target = stage === undefined ? { dataset, experiment } : stages.find(({ name }) => name === stage);
  if (!target) throw new ExperimentError(`Cannot train stage ${stage} as the experiment has none of that name`);
  return { folds, stages, target };
}
