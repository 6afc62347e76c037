import { backendNames } from '@mer/backends';
import { datasets } from '@mer/datasets';
import { models } from '@mer/models';
import { representations } from '@mer/representations';
import { z } from 'zod';

const names = <Name extends string>(registry: Readonly<Record<Name, unknown>>) =>
  z.enum(Object.keys(registry) as [Name, ...Name[]]);

const options = z.record(z.string(), z.unknown()).default({});
const positive = z.number().positive();
const fraction = z.number().gt(0).lt(1);

const dataSchema = z.strictObject({
  name: names(datasets).describe('The data set, a name from the registry of @mer/datasets.'),
  root: z
    .string()
    .optional()
    .describe('Folder of the release; `--data` overrides it. Relative to the working directory.'),
  options: options.describe('Options of the data set.'),
});

const inputSchema = z.strictObject({
  representation: z
    .strictObject({
      name: names(representations).describe('A name from the registry of @mer/representations.'),
      options: options.describe('Options of the representation.'),
    })
    .optional()
    .describe('How a clip becomes one image. Left out for a data set of images.'),
  size: z
    .union([z.int().positive(), z.tuple([z.int().positive(), z.int().positive()])])
    .optional()
    .describe(
      'Side, or [height, width], to which the image is resized (bilinear, half-pixel centres). Default: as it is.',
    ),
  channels: z
    .enum(['rgb', 'bgr', 'grey'])
    .default('rgb')
    .describe('Order of the channels; `grey` is the mean of the three.'),
  scale: z
    .number()
    .default(1)
    .describe(
      'Each value (0..255 for data sets of images, 0..1 for scaled representations of clips) is multiplied by this.',
    ),
  offset: z.number().default(0).describe('Added after the scale.'),
});

const optimizerSchema = z.discriminatedUnion('name', [
  z.strictObject({
    name: z.literal('adam'),
    learningRate: positive,
    beta1: z.number().min(0).lt(1).default(0.9),
    beta2: z.number().min(0).lt(1).default(0.999),
    epsilon: positive.default(1e-8),
  }),
  z.strictObject({
    name: z.literal('sgd'),
    learningRate: positive,
    momentum: z.number().min(0).lt(1).default(0),
    nesterov: z.boolean().default(false),
  }),
]);

const trainingSchema = z.strictObject({
  epochs: z.int().positive(),
  batchSize: z.int().positive(),
  shuffle: z.boolean().default(true).describe('A new order of the training samples each epoch.'),
  optimizer: optimizerSchema,
  classWeights: z
    .enum(['none', 'balanced'])
    .default('none')
    .describe('`balanced`: each class weighs n / (classes x n_class), from the training part of the fold alone.'),
  epochChoice: z
    .enum(['last', 'validation'])
    .default('last')
    .describe(
      '`last`: a fixed budget. `validation`: the epoch with the lowest loss on subjects held out of the training part.',
    ),
  validationFraction: fraction
    .default(0.2)
    .describe('Share of the training subjects held out by `epochChoice: validation`; at least one subject.'),
});

const protocolSchema = z.discriminatedUnion('name', [
  z.strictObject({ name: z.literal('leave-one-subject-out') }),
  z.strictObject({ name: z.literal('leave-one-dataset-out') }),
  z.strictObject({ name: z.literal('group-k-fold'), folds: z.int().min(2) }),
  z.strictObject({ name: z.literal('hold-out'), fraction }),
]);

const publishedSchema = z.strictObject({
  source: z.string().describe('Where the numbers stand.'),
  caveat: z.string().optional().describe('What a reader must know before comparing.'),
  uf1: z.number().optional(),
  uar: z.number().optional(),
  accuracy: z.number().optional(),
});

/**
 * The schema of an experiment file (zod); see {@link Experiment} for the value it gives and {@link parseExperiment} for the way to use it.
 *
 * @example
 * ```ts
 * import { experimentSchema } from '@mer/training';
 *
 * console.log(Object.keys(experimentSchema.shape).includes('protocol')); // true
 * ```
 */
export const experimentSchema = z.strictObject({
  $schema: z.string().optional().describe('For editors; ignored.'),
  name: z
    .string()
    .regex(
      /^[a-z0-9][a-z0-9._-]*$/i,
      'must be letters, digits, dots, dashes and underscores: it names the folder of the run',
    )
    .describe('Names the run: `runs/<name>`.'),
  description: z.string().optional(),
  data: dataSchema,
  inputs: z
    .array(inputSchema)
    .min(1)
    .default([{ channels: 'rgb', scale: 1, offset: 0 }])
    .describe('One entry for each input of the model.'),
  model: z.strictObject({
    name: names(models).describe('A name from the registry of @mer/models.'),
    options: options.describe('Options of the model; the number of classes and the seed are set by the experiment.'),
  }),
  training: trainingSchema,
  protocol: protocolSchema.default({ name: 'leave-one-subject-out' }),
  seeds: z.array(z.int().min(0)).min(1).default([0]).describe('Each seed runs every fold.'),
  backend: z
    .enum(['auto', ...backendNames])
    .default('auto')
    .describe('`auto`: the fastest that works here.'),
  published: z.array(publishedSchema).default([]).describe('Published results to stand beside ours.'),
});

/** An experiment as plain data, every default filled in. */
export type Experiment = z.infer<typeof experimentSchema>;

/** How the images of one model input are made: an entry of `inputs` in an {@link Experiment}. */
export type ExperimentInput = Experiment['inputs'][number];

/** An optimiser with its settings: `training.optimizer` of an {@link Experiment}. */
export type OptimizerSettings = TrainingSettings['optimizer'];

/** How one fold is trained: `training` of an {@link Experiment}. */
export type TrainingSettings = Experiment['training'];

/**
 * Gives the JSON Schema (draft 2020-12) of experiment files, for editors that complete and check YAML and JSON.
 *
 * @returns the same document as `@mer/training/experiment.schema.json`
 *
 * @example
 * ```ts
 * import { experimentJsonSchema } from '@mer/training';
 *
 * console.log(experimentJsonSchema().title); // 'mer experiment'
 * ```
 */
export function experimentJsonSchema(): Record<string, unknown> {
  return { title: 'mer experiment', ...z.toJSONSchema(experimentSchema, { io: 'input' }) };
}
