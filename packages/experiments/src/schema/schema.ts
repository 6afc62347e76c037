import { backendNames } from '@mer/backends';
import { datasets } from '@mer/datasets';
import { models } from '@mer/models';
import {
  choice,
  either,
  group,
  integer,
  list,
  named,
  number,
  option,
  optionsSchema,
  type Part,
  type Resolved,
  size,
  text,
} from '@mer/options';
import { jsonSchemaOf } from '@mer/options/json-schema';
import { representations, steps } from '@mer/representations';
import { type TrainingSettings, trainingOptions } from '@mer/training';
import * as v from 'valibot';

const namesOf = <R extends object>(registry: R) => Object.keys(registry) as (keyof R & string)[];

const anyOptions = (about: string) =>
  option(about, v.record(v.string(), v.unknown(), 'an object'), 'an object', { default: {} });

const fraction = { above: 0, below: 1 } as const;

const step = either(
  'A step of @mer/representations: its name, or `{ step, options }`.',
  [
    choice('Its name.', namesOf(steps), {}),
    group(
      'Its name and options.',
      { step: choice('Its name.', namesOf(steps), {}), options: anyOptions('Options of the step.') },
      { optional: false },
    ),
  ],
  {},
);

const triple = (about: string) => list(about, number('A value.', {}), { min: 1, max: 4 });

const inputEntries = {
  preprocessing: list('Steps on the clip for this input alone, after `preprocessing` of the experiment.', step, {
    default: [],
  }),
  representation: group(
    'How a clip becomes one image. Left out for a data set of images; left out for clips, the input is the frames themselves, [T, H, W, C].',
    {
      name: choice('A name from the registry of @mer/representations.', namesOf(representations), {}),
      options: anyOptions('Options of the representation.'),
    },
    { optional: true },
  ),
  windows: group(
    'The representation is made of each of so many windows between onset and offset: the input is [windows, H, W, C], as recurrent networks need.',
    {
      count: integer('Windows of a clip.', { min: 2, default: 4 }),
      overlap: number('Share of a window that the next one sees too.', { min: 0, max: 0.9, default: 0.5 }),
    },
    { optional: true },
  ),
  size: size(
    'Side, or [height, width], to which the image is resized (bilinear, antialiased where it shrinks). Default: as it is.',
    { optional: true },
  ),
  channels: choice('Order of the channels; `grey` is the mean of the three.', ['rgb', 'bgr', 'grey'], {
    default: 'rgb',
  }),
  scale: number(
    'Each value (0..255 for data sets of images, 0..1 for scaled representations of clips) is multiplied by this.',
    { default: 1 },
  ),
  offset: number('Added after the scale.', { default: 0 }),
  normalize: either(
    'Per channel (value - mean) / std, after scale and offset; `imagenet`: (0.485, 0.456, 0.406) and (0.229, 0.224, 0.225).',
    [
      choice('By a name.', ['imagenet'], {}),
      group('By numbers.', { mean: triple('Means.'), std: triple('Standard deviations.') }, { optional: false }),
    ],
    { optional: true },
  ),
  flow: group(
    'Says that the input holds a flow field: a mirrored or rotated image has its vectors mirrored or rotated too.',
    {
      u: integer('Channel of the horizontal flow.', { min: 0 }),
      v: integer('Channel of the vertical flow.', { min: 0 }),
      zero: number('The value that means no flow, as it stands in the finished input.', { default: 0 }),
    },
    { optional: true },
  ),
};

const input = group('An input.', inputEntries, { optional: false });

function entriesOf(parts: readonly Part[] | undefined) {
  return {
    $schema: text('For editors; ignored.', { optional: true }),
    extends: text(
      'Another experiment file, relative to this one, whose settings hold where this one says nothing: objects are merged, lists and plain values replaced; of a step, a model or anything else with another `name`, the whole.',
      { optional: true },
    ),
    name: text('Names the run: `runs/<name>`.', {
      pattern: /^[a-zA-Z0-9][a-zA-Z0-9._-]*$/,
      expected: 'letters, digits, dots, dashes and underscores, as it names the folder of the run',
    }),
    description: text('What it is.', { optional: true }),
    data: group(
      'The data set.',
      {
        name: choice('The data set, a name from the registry of @mer/datasets.', namesOf(datasets), {}),
        root: text('Folder of the release; `--data` overrides it. Relative to the working directory.', {
          optional: true,
        }),
        options: anyOptions('Options of the data set.'),
        frames: group('How the frames of a clip are read.', {
          size: size('Side, or [height, width], to which frames are resized as they are read.', { optional: true }),
          colour: choice('`true`: three channels, `false`: one. Default: as stored.', [true, false], {
            optional: true,
          }),
          from: choice('First frame.', ['onset', 'first'], { optional: true }),
          to: choice('Last frame.', ['offset', 'apex', 'last'], { optional: true }),
        }),
        landmarks: text(
          'Folder of landmark files for the step `align`: `<subject>/<clip>.json`, .pts, .txt or .csv with 68 points in pixels of the first frame as it is read. Relative to the working directory.',
          { optional: true },
        ),
      },
      { optional: false },
    ),
    preprocessing: list(
      'Steps on every clip before its representations: alignment, frame sampling, resizing and so on.',
      step,
      { default: [] },
    ),
    inputs: list('One entry for each input of the model.', input, { min: 1, default: [{}] }),
    targets: list('Images that the loss compares outputs with, made like inputs: the dynamic image of `fdp`.', input, {
      default: [],
    }),
    model: group(
      'The network.',
      {
        name: choice('A name from the registry of @mer/models.', namesOf(models), {}),
        options: anyOptions('Options of the model; the number of classes and the seed are set by the experiment.'),
        weights: either(
          'Path or URL of weights to begin with (.safetensors, .pth, .pt): of the whole network, or of one backbone for parts of it. A head of another number of classes keeps its own start.',
          [
            text('Path or URL.', {}),
            group(
              'Of a backbone.',
              {
                file: text('Path or URL.', {}),
                into: list(
                  'Prefixes of the parts that each take all weights of the file, such as `temporal.` and `motion.`.',
                  text('A prefix.', {}),
                  { min: 1 },
                ),
              },
              { optional: false },
            ),
          ],
          { optional: true },
        ),
      },
      { optional: false },
    ),
    training: group('How the network is trained.', trainingOptions(parts), { optional: false }),
    protocol: named(
      'How samples are split into training and test.',
      {
        'leave-one-subject-out': {},
        'leave-one-dataset-out': {},
        'group-k-fold': { folds: integer('Number of folds.', { min: 2 }) },
        'hold-out': { fraction: number('Share of the subjects that are tested.', fraction) },
      },
      { default: { name: 'leave-one-subject-out' } },
    ),
    seeds: list('Each seed runs every fold.', integer('A seed.', { min: 0 }), { min: 1, default: [0] }),
    backend: choice('`auto`: the fastest that works here.', ['auto', ...backendNames], { default: 'auto' }),
    published: list(
      'Published results to stand beside ours.',
      group(
        'A published result.',
        {
          source: text('Where the numbers stand.', {}),
          caveat: text('What a reader must know before comparing.', { optional: true }),
          uf1: number('UF1.', { optional: true }),
          uar: number('UAR.', { optional: true }),
          accuracy: number('Accuracy.', { optional: true }),
        },
        { optional: false },
      ),
      { default: [] },
    ),
  };
}

/**
 * The schema of an experiment file (valibot); see {@link Experiment} for the value it gives and {@link parseExperiment} for the way to use it.
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
export function experimentSchema(parts?: readonly Part[]) {
  return optionsSchema(entriesOf(parts));
}

/** An experiment as plain data, every default filled in. */
export type Experiment = Omit<Resolved<ReturnType<typeof entriesOf>>, 'training'> & { training: TrainingSettings };

/** How the images of one model input are made: an entry of `inputs` in an {@link Experiment}. */
export type ExperimentInput = Experiment['inputs'][number];

/**
 * Gives the JSON Schema (draft 2020-12) of experiment files, for editors that complete and check YAML and JSON. It asks for no key but the `name` that
 * tells one kind of settings from another, since a file may extend one that has the rest; what is missing is found by {@link parseExperiment}.
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

/** Of what must be there only the `name` that tells one form from another. */
function loosened(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(loosened);
  if (typeof value !== 'object' || value === null) return value;
  const { required: _required, ...rest } = value as { required?: unknown; properties?: { name?: { const?: unknown } } };
  const schema = Object.fromEntries(Object.entries(rest).map(([key, part]) => [key, loosened(part)]));
  return rest.properties?.name?.const === undefined ? schema : { ...schema, required: ['name'] };
}
