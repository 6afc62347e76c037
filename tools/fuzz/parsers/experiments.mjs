// Experiment files, settings of the command line, and everything that comes back out of the folder of a run, read by @mer/experiments.
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  compareRuns,
  openSweep,
  readExperiment,
  readRun,
  readRuns,
  readStatus,
  runExperiment,
  summarizeRun,
  summaryText,
} from '@mer/experiments';
import { parse, stringify } from 'yaml';
import { jsonText, mutateJson, mutateText } from '../mutate.mjs';

const dist = (...files) => files.map((file) => `packages/experiments/dist/${file}.js`);
const tiny = {
  name: 'tiny',
  data: { name: 'synthetic', options: { subjects: 3, clipsPerSubject: 3, size: 16 } },
  inputs: [{ steps: [{ step: 'dynamic-image' }, { step: 'resize', options: { size: 16 } }] }],
  model: { name: 'small-cnn' },
  training: { epochs: 1, batchSize: 4 },
  backend: 'cpu',
};

/** A run to begin with, made once: its files by path. */
export async function seedRun(work) {
  const dir = join(work, 'run');
  await rm(dir, { recursive: true, force: true });
  await mkdir(work, { recursive: true });
  const file = join(work, 'tiny.yaml');
  await writeFile(file, stringify(tiny));
  await runExperiment(await readExperiment(file), { out: dir, workers: 1 });
  const files = {};
  for (const path of await readdir(dir, { recursive: true })) {
    if (path.endsWith('.json')) files[path.replaceAll('\\', '/')] = await readFile(join(dir, path), 'utf8');
  }
  await writeFile(join(work, 'run.json'), JSON.stringify(files));
}

let recipes;
async function anyRecipe(random) {
  recipes ??= await Promise.all(
    (await readdir('packages/experiments/recipes'))
      .filter((name) => name.endsWith('.yaml'))
      .map((name) => readFile(join('packages/experiments/recipes', name), 'utf8')),
  );
  return random.chance(0.3) ? stringify(tiny) : random.pick(recipes);
}

const keys = [
  'training.epochs',
  'training.epochs',
  'training.batchSize',
  'seeds',
  'data.options.subjects',
  'data.options.noise',
  'name',
  'training.epochs',
  'training.batchSize',
  'seeds',
  'seeds.0',
  'inputs.0.steps.0',
  'inputs.0.size',
  'inputs.99999999.size',
  'data.options.subjects',
  'model.name',
  'model.options.classes',
  'name',
  '__proto__.x',
  'constructor.prototype',
  'a.b.c',
  'protocol',
  'published.0.score',
  'backend',
  '',
];
const values = [
  '5',
  '2',
  '3',
  '[0, 1]',
  '-1',
  '1e9',
  '[0, 1]',
  '{ a: 1 }',
  'null',
  'true',
  'adam',
  '&a [*a]',
  '*x',
  '{',
  '"',
  '!!js/function x',
  '.inf',
  '.nan',
  '99999999999999999999',
  '- a',
  '[[[[[]]]]]',
  "'",
  '%',
  '@',
  'x: y: z',
];

const sweep = {
  grid: {
    'training.shuffle': [true, false],
    seeds: [0, 1],
    model: { small: { name: 'small-cnn' }, two: { name: 'ststnet' } },
  },
  variants: { long: { one: { 'training.epochs': 1 }, two: { 'training.epochs': 2, 'training.batchSize': 3 } } },
  ablations: { even: { 'training.classWeights': 'balanced' } },
  random: {
    draws: 3,
    seed: 1,
    settings: {
      'training.optimizer.learningRate': { from: 1e-5, to: 0.1, scale: 'log' },
      'data.options.size': { from: 16, to: 20, whole: true },
    },
  },
};
const sweepFile = {
  format: 1,
  name: 'tiny',
  description: 'two of them',
  choose: 'validation-accuracy',
  cells: [
    { name: 'one', set: ['training.batchSize=2', 'model={"name":"small-cnn"}'] },
    { name: 'two', set: [] },
    { name: 'three', set: ['seeds=[1]'] },
  ],
};

/** Where a process of the fuzzer writes its files. */
const place = (work) => join(work, `process-${process.pid}`);

let seed;
let plain;
export const parsers = (work) => [
  {
    name: 'yaml',
    files: dist('schema/read', 'schema/parse', 'schema/schema'),
    header: /must be YAML or JSON|must hold an object/,
    async make(random) {
      const text = await anyRecipe(random);
      if (random.chance(0.25)) return mutateText(random, text);
      const data = mutateJson(random, parse(text));
      try {
        return random.chance(0.5) ? stringify(data) : jsonText(random, data);
      } catch {
        return jsonText(random, data);
      }
    },
    async run(text) {
      const path = join(place(work), 'experiment.yaml');
      await mkdir(place(work), { recursive: true });
      await writeFile(path, text);
      await readExperiment(path);
    },
  },
  {
    name: 'set',
    files: dist('schema/set-value'),
    header: /must look like key=value/,
    make: (random) =>
      Array.from({ length: random.few() }, () => {
        const key = random.chance(0.3)
          ? `${random.pick(keys)}.${random.one(
              () => random.word(),
              () => String(random.number(0)),
            )}`
          : random.pick(keys);
        const value = random.one(
          () => random.pick(values),
          () => random.word(),
          () => String(random.number()),
          () => '['.repeat(random.below(3000)),
        );
        return random.chance(0.95) ? `${key}=${value}` : key;
      }),
    async run(set) {
      const path = join(place(work), 'tiny.yaml');
      await mkdir(place(work), { recursive: true });
      await writeFile(path, stringify(tiny));
      await readExperiment(path, { set });
    },
  },
  {
    name: 'run-folder',
    files: dist('run/read-run', 'summaries/read-summary', 'summaries/summary', 'summaries/summary-text'),
    header: /not of format 1|must be JSON|is not JSON/,
    async make(random) {
      seed ??= JSON.parse(await readFile(join(work, 'run.json'), 'utf8'));
      const files = { ...seed };
      for (let n = random.few(); n > 0; n--) {
        const path = random.chance(0.4) ? 'run.json' : random.pick(Object.keys(files));
        let data;
        try {
          data = JSON.parse(files[path]);
        } catch {
          continue;
        }
        files[path] = jsonText(random, mutateJson(random, data));
      }
      return { files };
    },
    async run({ files }) {
      const dir = join(place(work), 'run');
      await rm(dir, { recursive: true, force: true });
      for (const [path, text] of Object.entries(files)) {
        await mkdir(join(dir, path, '..'), { recursive: true });
        await writeFile(join(dir, path), text);
      }
      const run = await readRun(dir);
      summaryText(summarizeRun(run));
      compareRuns(run, (plain ??= await readRun(join(work, 'run'))));
    },
  },
  {
    name: 'sweep',
    files: dist('sweep/open-sweep', 'sweep/cells', 'sweep/grid-setting', 'sweep/sweep-option'),
    header: /must be YAML or JSON|must hold an object|must look like/,
    make: (random) => {
      const axes = Object.keys(sweep).filter(() => random.chance(0.5));
      const some = Object.fromEntries(axes.map((axis) => [axis, sweep[axis]]));
      const changed = random.chance(0.6) ? mutateJson(random, some) : some;
      const choose = random.chance(0.2) ? { choose: random.pick(['validation-loss', 'validation-accuracy', '']) } : {};
      const training = { ...tiny.training, ...(random.chance(0.5) && { epochChoice: 'validation' }) };
      const whole = { ...tiny, training, sweep: typeof changed === 'object' ? { ...changed, ...choose } : changed };
      const text = random.chance(0.8) ? JSON.stringify(whole) : jsonText(random, whole);
      const grid = Array.from({ length: random.chance(0.3) ? random.few() : 0 }, () => {
        const list = Array.from({ length: random.few() }, () => random.pick(values)).join(',');
        return random.chance(0.9) ? `${random.pick(keys)}=${list}` : list;
      });
      return { text, grid };
    },
    async run({ text, grid }) {
      const path = join(place(work), 'sweep.yaml');
      await mkdir(place(work), { recursive: true });
      await writeFile(path, text);
      await openSweep(path, { grid });
    },
  },
  {
    name: 'sweep-file',
    files: dist('sweep/sweep-file', 'sweep/status', 'tables/read-runs'),
    header: /must be JSON|is not JSON/,
    make: async (random) => {
      seed ??= JSON.parse(await readFile(join(work, 'run.json'), 'utf8'));
      const damaged = random.chance(0.2)
        ? jsonText(random, mutateJson(random, JSON.parse(seed['run.json'])))
        : undefined;
      return {
        file: random.chance(0.1)
          ? mutateText(random, JSON.stringify(sweepFile))
          : jsonText(random, mutateJson(random, sweepFile)),
        manifest: damaged ?? seed['run.json'],
      };
    },
    async run({ file, manifest }) {
      const dir = join(place(work), 'sweep');
      await rm(dir, { recursive: true, force: true });
      for (const [path, text] of Object.entries({ ...seed, 'run.json': manifest })) {
        await mkdir(join(dir, 'one', path, '..'), { recursive: true });
        await writeFile(join(dir, 'one', path), text);
      }
      await writeFile(join(dir, 'sweep.json'), file);
      await readStatus(dir);
      await readRuns([dir]);
    },
  },
];
