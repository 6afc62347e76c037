// One recipe in a process of its own, started by ../nightly.mjs with one argument, JSON: { file, root, landmarks?, cache, backend?, plan? }.
// Without a plan it makes the images of the samples and plans the memory of a training step, as a run does. With it, it trains three whole batches, tests
// the samples of the first fold, and tells what that took. One line of JSON; `error` where it failed.

import { reserveMemory, useBackend } from '@mer/backends';
import {
  fitSettings,
  freeMemory,
  makeModel,
  noRoomText,
  openExperimentData,
  planFolds,
  planRunMemory,
  prepareData,
  readExperiment,
} from '@mer/experiments';
import { predictLogits, throughFrozen, fit as trainModel } from '@mer/training';

const STEPS = 3;

/** What is known of the process, also where the recipe fails. */
const known = {};

async function work({ file, root, landmarks, cache, backend: asked, plan }) {
  const set = [
    'seeds=[0]',
    ...(root === undefined ? [] : [`data.root=${JSON.stringify(root)}`]),
    ...(landmarks === undefined ? [] : [`data.landmarks.folder=${JSON.stringify(landmarks)}`]),
    ...(asked === undefined ? [] : [`backend=${asked}`]),
  ];
  const experiment = await readExperiment(file, { set });
  const { name, device } = await useBackend(experiment.backend);
  known.backend = `${name} (${device})`;
  const dataset = await openExperimentData(experiment);
  const data = await prepareData(dataset, experiment, { cache });
  if (!plan) return { plan: await planOf({ ...experiment, backend: name }, dataset) };
  const [fold] = planFolds(experiment, data.samples);
  const { training } = experiment;
  const groups = data.views.train.length;
  // an epoch takes each sample once for each group of views
  const count = Math.max(1, Math.floor((STEPS * training.batchSize) / groups));
  const settings = {
    ...fitSettings(training),
    epochs: 1,
    epochChoice: 'last',
    earlyStopping: undefined,
    oracle: false,
  };
  reserveMemory(plan.step.blocks);
  const model = makeModel(experiment, data, 0);
  const train = Array.from({ length: count }, (_, i) => fold.train[i % fold.train.length]);
  const samples = [...new Set([...train, ...fold.test])];
  const passing = performance.now();
  const seen = await throughFrozen(model, data, settings, { samples });
  const frozen = seen === data ? undefined : (performance.now() - passing) / 1000 / samples.length;
  const begun = performance.now();
  const before = process.cpuUsage();
  await trainModel(model, seen, {
    train,
    ...settings,
    strategy: plan.strategy,
    key: ['nightly'],
  });
  const seconds = (performance.now() - begun) / 1000;
  const { user, system } = process.cpuUsage(before);
  const steps = Math.ceil((count * groups) / training.batchSize);
  const logits = await predictLogits(model, seen, fold.test, { batchSize: plan.testBatch });
  if (!logits.flat().every(Number.isFinite)) throw new Error('Cannot use the network as its logits are not finite');
  return {
    steps,
    // what a sample takes, once, before the steps
    ...(frozen !== undefined && { frozen }),
    secondsPerStep: seconds / steps,
    processorSecondsPerStep: (user + system) / 1e6 / steps,
    tested: logits.length,
  };
}

/** How a step at the recipe's batch size keeps to the memory there is. */
async function planOf(experiment, dataset) {
  const train = STEPS * experiment.training.batchSize;
  const planned = await planRunMemory(experiment, { dataset, train, room: freeMemory() });
  if (!planned.fits) throw new Error(noRoomText(experiment, planned, 1));
  return planned.memory;
}

let result;
try {
  result = await work(JSON.parse(process.argv[2]));
} catch (error) {
  result = { error: error.message };
}
const line = JSON.stringify({ ...known, ...result, memory: process.resourceUsage().maxRSS * 1024 });
process.stdout.write(`${line}\n`, () => process.exit(result.error === undefined ? 0 : 1));
