// What CI can see of full size in two minutes: the memory plan of a training step of every full-size network, in the first recipe that has it, and one real step of three
// recipes, with the wasm backend. `npm run nightly` trains all of them. After `npm run build`:
//   node tools/check-full-size.mjs [--all: the plan of every recipe]
// `node tools/check-full-size.mjs <recipe>` makes the real step of one.
import { spawn } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { reserveMemory, useBackend } from '@mer/backends';
import { fitSettings, readExperiment } from '@mer/experiments';
import { createModel } from '@mer/models';
import { hashOf } from '@mer/options';
import { memoryPlanText, planMemory, fit as train } from '@mer/training';
import * as tf from '@tensorflow/tfjs-core';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const recipeFile = (recipe) => here(`../packages/experiments/recipes/${recipe}.yaml`);
const CLASSES = ['a', 'b', 'c', 'd', 'e'];
/** Recipes whose step is made for real: two streams with Adam, batch norm at its batch, and a billion bytes of optimizer. */
const REAL = ['cof-vgg19-casme2', 'afn-casme2', 'mmnet-casme2-5'];
/** Longest heap of WebAssembly. */
const LIMIT = 2 ** 32 - 2 ** 26;

tf.enableProdMode();
await useBackend('wasm');

/** A recipe's network, at the size of its paper, and the plan of its training step. */
async function planned(recipe) {
  const experiment = await readExperiment(recipeFile(recipe));
  const { model, training } = experiment;
  const makeModel = () =>
    createModel(model.name, {
      ...(model.preset && { preset: model.preset }),
      ...model.options,
      classes: CLASSES.length,
    });
  const targets = targetsOf(experiment, makeModel);
  const plan = planMemory({
    makeModel,
    settings: training,
    batch: training.batchSize,
    targets,
    fits: ({ heap }) => heap <= LIMIT,
  });
  return { experiment, makeModel, targets, plan };
}

/** Shapes of what a recipe has its network make beside the classes: an output each, or one gray image of the size of an input (FDP). */
function targetsOf({ targets }, makeModel) {
  if (targets.length === 0) return [];
  const model = makeModel();
  const others = model.outputs.slice(1).map(({ shape }) => shape.slice(1));
  const [height, width] = model.inputs[0].shape.slice(-3);
  model.dispose();
  return others.length === targets.length ? others : [[height, width, 1]];
}

/** One real step on made-up images. */
async function realStep(recipe) {
  const { experiment, makeModel, targets, plan } = await planned(recipe);
  const { training } = experiment;
  reserveMemory(plan.step.blocks);
  const model = makeModel();
  const count = training.batchSize;
  const images = (shape) => {
    const values = new Float32Array(count * shape.reduce((size, length) => size * length, 1));
    for (let i = 0; i < values.length; i++) values[i] = Math.sin(i * 12.9898) % 1;
    return { shape, values };
  };
  const data = {
    classes: CLASSES,
    labels: Array.from({ length: count }, (_, i) => i % CLASSES.length),
    inputs: model.inputs.map(({ shape }) => images(shape.slice(1))),
    ...(targets.length > 0 && { targets: targets.map(images) }),
  };
  const settings = { ...fitSettings(training), epochs: 1, epochChoice: 'last', oracle: false };
  const begun = performance.now();
  const { history } = await train(model, data, {
    train: data.labels.map((_, i) => i),
    ...settings,
    strategy: plan.strategy,
    key: ['full-size'],
  });
  const seconds = (performance.now() - begun) / 1000;
  const heap = tf.backend().wasm.HEAPU8.length;
  const text = `${recipe}: a step of ${count} in ${seconds.toFixed(1)} s, ${memoryPlanText(plan)[0]}; heap ${megabytes(heap)}, planned ${megabytes(plan.step.heap)}`;
  console.log(`${text}; loss ${history[0].loss.toFixed(3)}`);
  if (heap > 1.02 * plan.step.heap + 2 ** 25)
    throw new Error(`Cannot trust the plan of ${recipe} as the heap is longer`);
}

const megabytes = (bytes) => `${(bytes / 1e6).toFixed(0)} MB`;

const all = process.argv.includes('--all');
const [one] = process.argv.slice(2).filter((word) => word !== '--all');
if (one !== undefined) await realStep(one);
else {
  const steps = REAL.map(() => undefined);
  const next = async () => {
    for (let i = steps.indexOf(undefined); i >= 0; i = steps.indexOf(undefined)) {
      steps[i] = null;
      const child = spawn(process.execPath, [here('check-full-size.mjs'), REAL[i]], { stdio: 'inherit' });
      steps[i] = await new Promise((resolve) => child.on('close', resolve));
    }
  };
  const working = next();
  // recipes of one network at one batch, of other data sets, have one plan; of another batch or training those are planned with --all
  const plans = new Map();
  const recipes = (await readdir(here('../packages/experiments/recipes'))).filter((file) => file.endsWith('.yaml'));
  for (const recipe of recipes.map((file) => basename(file, '.yaml'))) {
    const experiment = await readExperiment(recipeFile(recipe));
    const { model, training, targets } = experiment;
    const key = hashOf(all ? [model, training, targets] : [model, targets]);
    if (!all && plans.has(key)) continue;
    if (!plans.has(key)) plans.set(key, (await planned(recipe)).plan);
    const plan = plans.get(key);
    const [strategy, bytes] = memoryPlanText(plan);
    console.log(`${recipe}: ${training.batchSize} at a time, ${strategy}; ${bytes}; heap ${megabytes(plan.step.heap)}`);
    await tf.nextFrame();
  }
  await Promise.all([working, next()]);
  if (steps.some((status) => status !== 0)) process.exitCode = 1;
}
