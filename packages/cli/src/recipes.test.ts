import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { useBackend } from '@mer/backends';
import { type ClassScheme, findDataset } from '@mer/datasets';
import { type Experiment, type ExperimentInput, openSweep, readExperiment, runExperiment } from '@mer/experiments';
import { writeSafetensors } from '@mer/io';
import { countParameters, createModel, exportWeights, findModel } from '@mer/models';
import { checkOptions } from '@mer/options';
import { type AnyStep, createStep, type ImageShape } from '@mer/representations';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const recipes = fileURLToPath(new URL('../../experiments/recipes', import.meta.url));
const files = readdirSync(recipes, { recursive: true })
  .map((path) => String(path).replaceAll('\\', '/'))
  .filter((path) => path.endsWith('.yaml'))
  .sort();
/** Recipes of papers at full size; the quickstart, the first steps, those of any number of labels and that of spotted apexes are no paper's. */
const papers = files.filter(
  (file) => !/^(small\/|sweeps\/|quickstart|first-steps|units-|labels-|baseline-|apexes-)/.test(file),
);
const severalLabels = files.filter((file) => /^(units|labels)-/.test(file));
const small = files.filter((file) => file.startsWith('small/'));
const sweeps = files.filter((file) => file.startsWith('sweeps/'));
const read = (file: string, set: string[] = []) => readExperiment(join(recipes, file), { set });

/** The class scheme that a recipe names; undefined for a data set that has none. */
function schemeOf({ name, options }: Experiment['data']): ClassScheme | undefined {
  const { schemes = {} } = findDataset(name).traits;
  return schemes[(options['classes'] as string | undefined) ?? Object.keys(schemes)[0]!];
}

const dataOptions = ({ name, options }: Experiment['data']) =>
  checkOptions(`open ${name}`, findDataset(name).options, options) as Record<string, unknown>;

function classCount({ data }: Experiment): number {
  const scheme = schemeOf(data);
  return (scheme ? Object.keys(scheme.classes) : (dataOptions(data)['classes'] as readonly string[])).length;
}

const sides = (size: number | readonly [number, number]): readonly [number, number] =>
  typeof size === 'number' ? [size, size] : size;

/** The shape that an input (or one window of it) has before the model, from the size of the frames. */
function inputShape({ data, preprocessing, model }: Experiment, input: ExperimentInput): number[] {
  if (data.name === 'megc2019-flow') return [28, 28, 3];
  const { size, color = true } = data.frames;
  const [height, width] = sides(size!);
  let shape: ImageShape = [height, width, color ? 3 : 1];
  let frames = 0;
  const made = [...preprocessing, ...input.steps].map((step) => createStep(step));
  for (const step of made) {
    shape = step.outputShape(shape);
    if (step.name === 'sample' || step.name === 'long-term-flow') frames = (step.options as { frames: number }).frames;
  }
  // a network that always takes several images, not only in a variant
  if (input.windows && findModel(model.name).inputs[0]!.shape.length === 4) return [input.windows.count, ...shape];
  return made.some(isRepresentation) ? [...shape] : [frames, ...shape];
}

const isRepresentation = ({ takes, gives }: AnyStep) => takes === 'clip' && gives === 'image';

const representationOf = ({ steps }: ExperimentInput) => steps.map((step) => createStep(step)).find(isRepresentation);

/** Makes the network with the recipe's options in its small variant: names and values of options are checked as for the full one. */
function smallNetwork({ model }: Experiment, classes: number) {
  return createModel(model.name, { ...model.options, preset: 'small', classes });
}

beforeAll(() => useBackend('wasm'));

/** Networks whose papers start from weights of something else. */
const STARTS: Readonly<Record<string, string>> = {
  afn: 'resnet18-imagenet',
  dianet: 'resnet18-imagenet',
  fmanet: 'resnet18-imagenet',
  slstt: 'slstt-imagenet',
  'skd-tstsan': 'skd-tstsan-macro',
  vgg19: 'vgg19-imagenet',
  resnet50: 'resnet50-imagenet',
  densenet121: 'densenet121-imagenet',
  'efficientnet-b0': 'efficientnet-b0-imagenet',
  'vit-b16': 'vit-b16-imagenet',
};

describe('every recipe', () => {
  it.each(files)('%s parses, is named after its file and says something of its own', async (file) => {
    const { name, description } = await read(file);
    expect(name).toBe(`${file.startsWith('small/') ? 'small-' : ''}${basename(file, '.yaml')}`);
    expect(description?.length).toBeGreaterThan(40);
    expect(await readFile(join(recipes, file), 'utf8')).toMatch(new RegExp(`^name: ${name}$`, 'm'));
  });

  it('has a description of its own', async () => {
    const all = await Promise.all(files.map(async (file) => (await read(file)).description));
    expect(new Set(all).size).toBe(files.length);
  });
});

describe('every recipe of a paper', () => {
  it.each(papers)(
    '%s says what it is and what it starts from, runs three seeds, and quotes scores from 0 to 1 with their source',
    async (file) => {
      const { description, seeds, published, protocol, training, model, stages } = await read(file);
      expect(model.start?.weights).toBe(STARTS[model.name]);
      expect(model.weights ?? stages).toBeUndefined();
      expect(description).toMatch(/^.+ \(.*20\d\d, arXiv \d{4}\.\d{5}\) on /);
      if (file !== 'ststnet-megc2019.yaml') expect(seeds).toEqual([0, 1, 2]);
      expect(protocol.name).toBe('leave-one-subject-out');
      expect(training.epochChoice).toBe('last');
      for (const { source, caveat, ...scores } of published) {
        expect(source).not.toBe('');
        expect(caveat ?? '').not.toBe('');
        expect(Object.keys(scores).length).toBeGreaterThan(0);
        for (const score of Object.values(scores)) {
          expect(score).toBeGreaterThan(0);
          expect(score).toBeLessThan(1);
        }
      }
    },
  );

  it.each(papers)('%s takes options and classes that the data set has, and states its n', async (file) => {
    const { data, description } = await read(file);
    const { part } = dataOptions(data);
    const scheme = schemeOf(data);
    const stated = /(\d) classes, n = ([\d or]+)/.exec(description!);
    expect(Number(stated?.[1])).toBe(Object.keys(scheme!.classes).length);
    const releases = scheme!.expected!.filter(({ release }) => part === undefined || release === part);
    const n = [...new Set(releases.map((release) => release.n))];
    expect(stated?.[2]?.match(/\d+/g)?.map(Number)).toEqual(n);
  });

  it.each(papers)('%s feeds its network what it takes', async (file) => {
    const experiment = await read(file);
    const { data, model, inputs, targets, training, preprocessing } = experiment;
    const entry = findModel(model.name);
    const shapes = inputs.map((input) => inputShape(experiment, input));
    const { inputShape: small } = (entry.presets[model.preset ?? ''] ?? {}) as { inputShape?: readonly number[] };
    if (data.name === 'megc2019-flow') {
      // images of one size, that of some networks alone
      createModel(model.name, { ...model.options, preset: 'small', inputShape: shapes[0] }).dispose();
    } else expect(shapes).toEqual(entry.inputs.map(({ shape }) => [...(small ?? shape)]));
    for (const representation of inputs.flatMap((input) => representationOf(input) ?? [])) {
      expect(entry.inputs.flatMap((input) => input.representations)).toContain(representation.name);
    }
    const network = smallNetwork(experiment, classCount(experiment));
    expect(network.inputNames).toHaveLength(inputs.length);
    for (const [i, { windows }] of inputs.entries()) {
      if (windows) expect(network.inputs[i]!.shape.slice(0, 2)).toEqual([null, windows.count]);
    }
    const compared: Record<string, number[][]> = {
      fdp: [[64, 64, 1]],
      // of a clip of frames, whose number the step changes
      mol: [
        [8, 128, 128, 2],
        [8, 68, 1, 2],
      ],
    };
    const shapesOfTargets = targets.map((target) => inputShape(experiment, target));
    expect(shapesOfTargets).toEqual(compared[training.loss.name] ?? []);
    if (targets.length > 0) expect(network.outputs).toHaveLength(3);
    network.dispose();
    for (const step of preprocessing) expect(createStep(step).takes).not.toBe('image');
  });

  it.each(papers)('%s estimates the apex where its data set may lack it', async (file) => {
    const { data, inputs, preprocessing, training } = await read(file);
    const needsApex =
      inputs.some((input) => representationOf(input)?.traits.needsApex) ||
      preprocessing.some((step) => createStep(step).traits.needsApex) ||
      training.augmentation.clips.length > 0;
    const spots = preprocessing.some((step) => createStep(step).traits.marksApex);
    expect(spots).toBe(data.name !== 'megc2019-flow' && needsApex);
  });

  it.each(papers)('%s: every --set of its comments works', async (file) => {
    const text = await readFile(join(recipes, file), 'utf8');
    const comments = text
      .split('\n')
      .filter((line) => /^# (?!yaml-)/.test(line))
      .map((line) => line.slice(1).trim())
      .join(' ');
    for (const [, quoted, bare] of comments.matchAll(/--set (?:'([^']*)'|(\S+))/g)) {
      const setting = quoted ?? bare!.replace(/[.,;:)]+$/, '');
      const changed = await read(file, [setting]);
      expect(changed, setting).not.toEqual(await read(file));
      smallNetwork(changed, classCount(changed)).dispose();
      for (const { steps } of changed.inputs) for (const step of steps) createStep(step);
      dataOptions(changed.data);
    }
  });

  it('are there for each paper and data set', () => {
    const papersOf = (prefix: string) => papers.filter((file) => file.startsWith(prefix)).length;
    expect(
      Object.fromEntries(
        [
          'afn',
          'fmanet',
          'cof',
          'phase-aware',
          'dianet',
          'mesti-meganet',
          'tsfmicro',
          'fdp',
          'mmnet',
          'learnet',
          'skd-tstsan',
          'slstt',
          'causalnet',
          'mol',
          'ststnet',
          'featref',
          'ahmsa-net',
          'dual-branch',
          'off-apexnet',
          'rcn-a',
          'htnet',
        ].map((prefix) => [prefix, papersOf(`${prefix}-`)]),
      ),
    ).toEqual({
      afn: 4,
      fmanet: 4,
      cof: 4,
      'phase-aware': 12,
      dianet: 3,
      'mesti-meganet': 3,
      tsfmicro: 6,
      fdp: 4,
      mmnet: 5,
      learnet: 4,
      'skd-tstsan': 4,
      slstt: 4,
      causalnet: 1,
      mol: 5,
      ststnet: 2,
      featref: 5,
      'ahmsa-net': 3,
      'dual-branch': 2,
      'off-apexnet': 2,
      'rcn-a': 2,
      htnet: 2,
    });
  });
});

describe('every sweep of a paper', () => {
  it.each(sweeps)('%s says how many cells it has, each with a network that takes its input', async (file) => {
    const { cells, description } = (await openSweep(join(recipes, file)))!;
    expect(Number(/^Sweep of (\d+) cells: .* \(.*20\d\d, arXiv \d{4}\.\d{5}\)/.exec(description!)?.[1])).toBe(
      cells.length,
    );
    for (const { name, experiment } of cells) {
      const { model, inputs, preprocessing, training } = experiment;
      const shapes = inputs.map((input) => inputShape(experiment, input));
      expect(shapes, name).toEqual(findModel(model.name).inputs.map(({ shape }) => [...shape]));
      const asksApex = inputs.some((input) => representationOf(input)?.traits.needsApex);
      if (asksApex || training.augmentation.clips.length > 0) {
        expect(
          preprocessing.some((step) => createStep(step).traits.marksApex),
          name,
        ).toBe(true);
      }
      expect(experiment.seeds).toEqual([0, 1, 2]);
    }
  });
});

describe('every recipe of any number of labels', () => {
  it('is there for action units and for emotions', () => expect(severalLabels).toHaveLength(2));

  it.each(severalLabels)('%s names labels that its data set has, and trains on generated faces', async (file) => {
    const { data, training, threshold } = await read(file);
    const { traits } = findDataset(data.name);
    expect(traits.labelKind!(dataOptions(data))).toBe('multiple');
    expect([training.loss.name, threshold]).toEqual(['binary-cross-entropy', 0.5]);
    const made = await read(file, [
      'data={ name: synthetic, options: { labels: action-units, subjects: 2, clipsPerSubject: 3, frames: 8, size: 32 } }',
      'inputs.0.steps.0.options.size=32',
      'model.preset=small',
      'training.epochs=1',
      'seeds=[0]',
      'protocol={ name: stratified-group-k-fold, folds: 2 }',
      'backend=wasm',
    ]);
    const out = await mkdtemp(join(tmpdir(), 'mer-labels-'));
    try {
      const { labelKind, perSeed } = await runExperiment(made, { out: join(out, 'run'), workers: 1 });
      expect([labelKind, perSeed[0]!.scores[0]!.n]).toEqual(['multiple', 6]);
      expect(perSeed[0]!.scores[0]!.hammingLoss).toBeLessThanOrEqual(1);
    } finally {
      await rm(out, { recursive: true, force: true });
    }
  });

  it.each(severalLabels)('%s: every --set of its comments works', async (file) => {
    const text = await readFile(join(recipes, file), 'utf8');
    const settings = [...text.matchAll(/--set (\S+?)[.,;]?(?= |$)/gm)].map(([, setting]) => setting!);
    expect(settings.length).toBeGreaterThan(0);
    for (const setting of settings) {
      const changed = await read(file, [setting]);
      expect(changed, setting).not.toEqual(await read(file));
      dataOptions(changed.data);
    }
  });
});

describe('every small recipe', () => {
  let root = '';
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'mer-recipes-'));
  });
  afterAll(() => rm(root, { recursive: true, force: true }));

  /** ImageNet weights as a user names them, here random ones of a small backbone: by recipe, backbone and parts that take them. */
  const backbones: Readonly<Record<string, { name: string; into?: string[] }>> = {
    'small/afn.yaml': { name: 'resnet18', into: ['temporal.', 'motion.'] },
    'small/dianet.yaml': { name: 'resnet18', into: ['rise.', 'fall.'] },
    'small/fmanet.yaml': { name: 'resnet18', into: ['', 'stem1.', 'stem2.'] },
    'small/cof-resnet50.yaml': { name: 'resnet50' },
  };

  async function weightsSetting(file: string): Promise<string[]> {
    const backbone = backbones[file];
    if (!backbone) return [];
    const path = join(root, `${basename(file, '.yaml')}.safetensors`);
    const model = createModel(backbone.name, { preset: 'small', classes: 1000 });
    await writeSafetensors(path, (await exportWeights(model)) as never);
    model.dispose();
    return [`model.weights=${JSON.stringify(backbone.into ? { file: path, into: backbone.into } : path)}`];
  }

  // one fold here, both in `npm run nightly:recipes`
  const shard = process.env['MER_EVERY_FOLD'] ? undefined : { index: 1, of: 2 };
  it.each(small)('%s trains', { timeout: 180_000 }, async (file) => {
    const experiment = await read(file, [
      'data.options={ subjects: 2, clipsPerSubject: 3, frames: 10 }',
      'training.epochs=1',
      'protocol={ name: stratified-group-k-fold, folds: 2 }',
      ...(await weightsSetting(file)),
    ]);
    expect(experiment.data.name).toBe('synthetic');
    expect(experiment.published).toEqual([]);
    const base = await read(`${/^extends: (.*)$/m.exec(await readFile(join(recipes, file), 'utf8'))![1]}.yaml`);
    expect(experiment.model.name).toBe(base.model.name);
    const summary = await runExperiment(experiment, { out: join(root, experiment.name), workers: 1, shard });
    expect(summary.perSeed[0]!.scores[0]!.n).toBe(shard ? 3 : 6);
  });

  it.each(small)('%s has under half a million parameters', async (file) => {
    const experiment = await read(file);
    const { model, inputs } = experiment;
    const options = {
      ...model.options,
      ...(model.preset !== undefined && { preset: model.preset }),
      classes: classCount(experiment),
      inputShape: inputShape(experiment, inputs[0]!),
    };
    const network = createModel(model.name, options);
    expect(countParameters(network).trainable).toBeLessThan(500_000);
    network.dispose();
  });

  it('is there for every network and way of training that a paper has', () => {
    expect(small).toHaveLength(28);
  });
});

describe('docs/recipes.md', () => {
  const page = fileURLToPath(new URL('../../../docs/recipes.md', import.meta.url));

  it('shows settings that recipes take', async () => {
    const text = await readFile(page, 'utf8');
    const spans = [...text.matchAll(/`(--set [^`]+)`|^npx mer run (\S+) (.*--set .*)$/gm)];
    expect(spans.length).toBeGreaterThan(12);
    for (const [, span, recipe = 'mmnet-casme2-5', rest] of spans) {
      const settings = [...(span ?? rest!).matchAll(/--set (?:'([^']*)'|(\S+))/g)].map(
        ([, quoted, bare]) => quoted ?? bare!,
      );
      const changed = await readExperiment(recipe, { set: settings });
      if (!settings.includes('training.oracle=true'))
        expect(changed, settings.join()).not.toEqual(await readExperiment(recipe));
    }
  });

  it('has the table that tools/recipes-table.mjs writes', () => {
    const tool = fileURLToPath(new URL('../../../tools/recipes-table.mjs', import.meta.url));
    const { status, stderr } = spawnSync(process.execPath, [tool, '--check'], { encoding: 'utf8' });
    expect(stderr).toBe('');
    expect(status).toBe(0);
  });
});
