import { backendNames } from '@mer/backends';
import {
  choice,
  either,
  flag,
  group,
  integer,
  list,
  type NamedForms,
  named,
  number,
  type OptionEntries,
  option,
  optionsSchema,
  type Part,
  size,
  text,
} from '@mer/options';
import { jsonSchemaOf } from '@mer/options/json-schema';
import { faceDetectors, trackFacesOptions } from '@mer/representations';
import { clipAugmentationOption, imageAugmentationOption, trainingOptions } from '@mer/training';
import * as v from 'valibot';
import { experimentParts } from '../parts/part-kinds.js';
import { sweepOption } from '../sweep/sweep-option.js';
import type { ExperimentSettings } from './experiment.js';
import { publishedOption } from './published.js';

/** Options of a model that follow from the data and the seeds. */
export const DERIVED_OPTIONS: readonly string[] = ['classes', 'seed', 'inputShape'];

/** What a run may be called: a name of a folder on every system. */
export const RUN_NAME = /^[a-zA-Z0-9][a-zA-Z0-9._-]{0,99}$/;

const PROBABILITY = { above: 0, below: 1 } as const;

const without = (entries: OptionEntries, names: readonly string[]): OptionEntries =>
  Object.fromEntries(Object.entries(entries).filter(([name]) => !names.includes(name)));

const formsOf = <P extends Part>(parts: readonly P[], entriesOf: (part: P) => OptionEntries): NamedForms =>
  Object.fromEntries(parts.map((part) => [part.name, entriesOf(part)]));

/** A step by its name, or `{ step, options }`, with the options of each. */
function stepSchema(steps: readonly Part[]) {
  const names = steps.map(({ name }) => name);
  const oneOf = `one of ${names.join(', ')}`;
  const object = `an object with a step, ${oneOf}`;
  const forms = steps.map(({ name, title, options }) =>
    v.pipe(
      optionsSchema({
        step: v.literal(name, oneOf),
        options: group('Options of the step.', options, { optional: true }),
      }),
      v.description(title),
    ),
  );
  const variant = option('Its name and options.', v.variant('step', forms as never, object) as never, object, {});
  return either('A step: its name, or `{ step, options }`.', [choice('Its name.', names, {}), variant], {});
}

function inputEntries(step: ReturnType<typeof stepSchema>): OptionEntries {
  return {
    steps: list(
      'From the clip (or the image, of data sets of images) to what the network takes: preprocessing, one representation, resize, normalize and so on. Without a representation the input is the frames themselves, [T, H, W, C].',
      step,
      { default: [] },
    ),
    windows: group(
      'The representation is made of each of so many windows between onset and offset: the input is [windows, H, W, C], as recurrent networks need.',
      {
        count: integer('Windows of a clip.', { min: 2, default: 4 }),
        overlap: number('Share of a window that the next one sees too.', { min: 0, max: 0.9, default: 0.5 }),
      },
      { optional: true },
    ),
    flow: group(
      'Says that the input holds a flow field: a mirrored or turned image has its vectors mirrored or turned too.',
      {
        u: integer('Channel of the horizontal flow.', { min: 0 }),
        v: integer('Channel of the vertical flow.', { min: 0 }),
        zero: number('The value that means no flow, as it stands in the finished input.', { default: 0 }),
      },
      { optional: true },
    ),
  };
}

const weights = either(
  'Weights to begin with (.safetensors, .pth, .pt): a path or URL, or `weights:<name>` of a file that `mer weights` keeps; of the whole network, or of one backbone for parts of it. A head of another number of classes keeps its own start.',
  [
    text('Path, URL or `weights:<name>`.', {}),
    group(
      'Of a backbone.',
      {
        file: text('Path, URL or `weights:<name>`.', {}),
        into: list(
          'Prefixes of the parts that each take all weights of the file, such as `temporal.` and `motion.`.',
          text('A prefix; empty for the whole network.', { pattern: /^/, expected: 'a text' }),
          { min: 1 },
        ),
      },
      { optional: false },
    ),
  ],
  { optional: true },
);

const start = group(
  'What the paper starts from. It begins nothing: `weights` or `stages` do, and a run without them says so in every table.',
  {
    paper: text('What that is, in a few words, such as `ImageNet weights of ResNet-18`.', {}),
    weights: text('Name of such a file among those of `mer weights`.', { optional: true }),
  },
  { optional: true },
);

const dataEntries = {
  root: text('Folder of the release; `--data` overrides it. Relative to the working directory.', { optional: true }),
  frames: group('How the frames of a clip are read.', {
    size: size('Side, or [height, width], to which frames are resized as they are read.', { optional: true }),
    color: flag('`true`: three channels, `false`: one. Default: as stored.', { optional: true }),
    from: choice('First frame that is read; `onset` by default.', ['onset', 'first'], { optional: true }),
    to: choice('Last frame that is read; `offset` by default.', ['offset', 'apex', 'last'], { optional: true }),
  }),
  landmarks: either(
    'Landmarks for steps that need them, such as `align`: a folder of files, or what finds them.',
    [
      text(
        'Folder of files, `<subject>/<clip>.json`, .pts, .txt or .csv, with 68 points in pixels of the first frame as it is read (`mer landmarks` writes such; files of OpenFace, dlib and MediaPipe are read too). Relative to the working directory.',
        {},
      ),
      group(
        'Found when a clip is first needed, in every frame as it is read, and kept.',
        {
          detector: choice('What finds faces; each is an optional package.', [...faceDetectors], {
            default: 'face-mesh',
          }),
          folder: text('Where the files are kept. Relative to the working directory.', {}),
          several: trackFacesOptions.several,
          gap: trackFacesOptions.gap,
          missing: trackFacesOptions.missing,
          turned: trackFacesOptions.turned,
        },
        { optional: false },
      ),
    ],
    { optional: true },
  ),
};

function trainingEntries(parts: readonly Part[] | undefined) {
  return {
    ...trainingOptions(parts),
    augmentation: group('Changes of training samples.', {
      clips: clipAugmentationOption(parts),
      images: imageAugmentationOption(parts),
      test: choice(
        'What is tested: the clip as annotated, or the mean probability over the views of `phases`.',
        ['clean', 'mean'],
        { default: 'clean' },
      ),
    }),
    validationFraction: number(
      'Share of the training subjects held out by `epochChoice: validation`; at least one subject.',
      { above: 0, below: 1, default: 0.2 },
    ),
  };
}

function entriesOf(parts: readonly Part[] | undefined) {
  const { models, steps, datasets, protocols } = experimentParts(parts);
  const step = stepSchema(steps);
  const input = group('An input.', inputEntries(step), { optional: false });
  const data = formsOf(datasets, ({ options }) => ({
    ...dataEntries,
    options: group('Options of the data set.', options),
  }));
  return {
    $schema: text('For editors; ignored.', { optional: true }),
    extends: text(
      'Another experiment file, relative to this one, or the name of a recipe, whose settings hold where this one says nothing: objects are merged, lists and plain values replaced; of a step, a model or anything else with another `name`, the whole.',
      { optional: true },
    ),
    use: list(
      'Modules of your own parts, which this file then names like ours: paths relative to this file (./my-parts.mjs) or installed packages (@lab/parts). Their code is run.',
      text('A path or a package.', {}),
      { default: [], different: true },
    ),
    name: text('Names the run: `runs/<name>`.', {
      pattern: RUN_NAME,
      expected: 'letters, digits, dots, dashes and underscores, 100 at most, as it names the folder of the run',
    }),
    description: text('What it is.', { optional: true }),
    data: named('The data set.', data, {}),
    preprocessing: list(
      'Steps on every clip before those of its inputs: alignment, frame sampling, resizing and so on.',
      step,
      { default: [] },
    ),
    inputs: list('One entry for each input of the model.', input, { min: 1, default: [{}] }),
    targets: list('Images that the loss compares outputs with, made like inputs: the dynamic image of `fdp`.', input, {
      default: [],
    }),
    model: named(
      'The network.',
      formsOf(models, ({ options, presets }) => ({
        ...(Object.keys(presets).length > 0 && {
          preset: choice('Options that belong together; those given hold instead.', Object.keys(presets), {
            optional: true,
          }),
        }),
        options: group('Options of the network.', without(options, DERIVED_OPTIONS), { optional: true }),
        weights,
        start,
      })),
      {},
    ),
    training: group('How the network is trained.', trainingEntries(parts), { optional: false }),
    stages: list(
      'Trainings before this one, each of which hands its weights on: on another data set, or on the same with other settings (`freeze`). Subjects that a fold tests, or chooses its epoch on, are left out of every stage.',
      group(
        'A stage.',
        {
          name: text('Names the stage.', {
            pattern: RUN_NAME,
            expected: 'letters, digits, dots, dashes and underscores',
          }),
          data: named('The data set; that of the experiment by default.', data, { optional: true }),
          preprocessing: list('As of the experiment, and so are inputs and targets, where they are not given.', step, {
            optional: true,
          }),
          inputs: list('One entry for each input of the model.', input, { min: 1, optional: true }),
          targets: list('Images that the loss compares outputs with.', input, { optional: true }),
          subjects: choice(
            'Who is the same person here and in the data of the experiment: subjects of one name in the same data set, or in one that says that it has the same people (`data-set`), or in any (`name`).',
            ['data-set', 'name'],
            { default: 'data-set' },
          ),
          head: choice(
            "Whether the classifier's last layer is handed on: where the next classes are the same (`auto`), or never (`new`).",
            ['auto', 'new'],
            { default: 'auto' },
          ),
          training: group(
            'How it is trained; nothing is tested.',
            without(trainingEntries(parts), ['oracle']) as Omit<ReturnType<typeof trainingEntries>, 'oracle'>,
            { optional: false },
          ),
        },
        { optional: false },
      ),
      { min: 1, optional: true },
    ),
    threshold: either(
      'Of samples with any number of labels: the probability (sigmoid) above which a label is predicted, for all or one for each; 0.5 where it is not given.',
      [
        number('For all.', PROBABILITY),
        list('For each, in the order of the classes.', number('Of a label.', PROBABILITY), { min: 1 }),
      ],
      { optional: true },
    ),
    protocol: named(
      'How samples are split into training and test.',
      formsOf(protocols, ({ options }) => options),
      { default: { name: 'leave-one-subject-out' } },
    ),
    seeds: list('Each seed runs every fold.', integer('A seed.', { min: 0, max: Number.MAX_SAFE_INTEGER }), {
      min: 1,
      different: true,
      default: [0],
    }),
    backend: choice('`auto`: the fastest that works here.', ['auto', ...backendNames], { default: 'auto' }),
    published: publishedOption(models),
    sweep: sweepOption,
  };
}

/**
 * The schema of an experiment file (valibot), composed of what each part says of its options; see {@link ExperimentSettings} for the value it gives and
 * {@link parseExperiment} for the way to use it.
 *
 * @param parts - anybody's own parts, which the file may name
 *
 * @example
 * ```ts
 * import { experimentSchema } from '@mer/experiments';
 *
 * console.log(Object.keys(experimentSchema().entries).includes('protocol')); // true
 * ```
 */
export function experimentSchema(
  parts?: readonly Part[],
): v.GenericSchema<unknown, ExperimentSettings> & { readonly entries: OptionEntries } {
  const known = schemas.get(parts ?? NONE);
  if (known) return known;
  const made = optionsSchema(entriesOf(parts)) as never as ReturnType<typeof experimentSchema>;
  schemas.set(parts ?? NONE, made);
  return made;
}

/** Schemas by the list of own parts: a schema holds the options of every part, and files are read one after the other. */
const schemas = new WeakMap<readonly Part[], ReturnType<typeof experimentSchema>>();
const NONE: readonly Part[] = [];

/**
 * Gives the JSON Schema (draft 2020-12) of experiment files, for editors that complete and check YAML and JSON. It asks for no key, since a file may
 * extend one that has the rest; what is missing is found by {@link parseExperiment}.
 *
 * @param parts - anybody's own parts, which files may name
 * @returns the same document as `@mer/experiments/experiment.schema.json`
 *
 * @example
 * ```ts
 * import { experimentJsonSchema } from '@mer/experiments';
 *
 * console.log(experimentJsonSchema().title); // 'mer experiment'
 * ```
 */
export function experimentJsonSchema(parts?: readonly Part[]): Record<string, unknown> {
  return { title: 'mer experiment', ...(loosened(jsonSchemaOf(experimentSchema(parts))) as Record<string, unknown>) };
}

/** Nothing must be there, and what tells forms apart need not: it may stand in the file that this one extends. */
function loosened(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(loosened);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([key, part]) => key !== 'required' || !Array.isArray(part));
  return Object.fromEntries(entries.map(([key, part]) => [key === 'oneOf' ? 'anyOf' : key, loosened(part)]));
}
