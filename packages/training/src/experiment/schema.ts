import { backendNames } from '@mer/backends';
import { datasets } from '@mer/datasets';
import { models } from '@mer/models';
import { representations, steps } from '@mer/representations';
import { z } from 'zod';
import { MEMORY_STRATEGIES } from '../memory-strategy.js';

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
  frames: z
    .strictObject({
      size: z
        .union([z.int().positive(), z.tuple([z.int().positive(), z.int().positive()])])
        .optional()
        .describe('Side, or [height, width], to which frames are resized as they are read.'),
      color: z.boolean().optional().describe('`true`: three channels, `false`: one. Default: as stored.'),
      from: z.enum(['onset', 'first']).optional(),
      to: z.enum(['offset', 'apex', 'last']).optional(),
    })
    .default({})
    .describe('How the frames of a clip are read.'),
  landmarks: z
    .string()
    .optional()
    .describe(
      'Folder of landmark files for the step `align`: `<subject>/<clip>.json`, .pts, .txt or .csv with 68 points in pixels of the first frame as it is read. Relative to the working directory.',
    ),
});

const stepSchema = z
  .union([names(steps), z.strictObject({ step: names(steps), options: options.describe('Options of the step.') })])
  .describe('A step of @mer/representations: its name, or `{ step, options }`.');

const triple = z.array(z.number()).min(1).max(4);

const inputSchema = z.strictObject({
  preprocessing: z
    .array(stepSchema)
    .default([])
    .describe('Steps on the clip for this input alone, after `preprocessing` of the experiment.'),
  representation: z
    .strictObject({
      name: names(representations).describe('A name from the registry of @mer/representations.'),
      options: options.describe('Options of the representation.'),
    })
    .optional()
    .describe(
      'How a clip becomes one image. Left out for a data set of images; left out for clips, the input is the frames themselves, [T, H, W, C].',
    ),
  windows: z
    .strictObject({
      count: z.int().min(2).default(4).describe('Windows of a clip.'),
      overlap: z.number().min(0).max(0.9).default(0.5).describe('Share of a window that the next one sees too.'),
    })
    .optional()
    .describe(
      'The representation is made of each of so many windows between onset and offset: the input is [windows, H, W, C], as recurrent networks need.',
    ),
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
  normalize: z
    .union([
      z.literal('imagenet'),
      z.strictObject({
        mean: triple,
        std: z.array(positive).min(1).max(4),
      }),
    ])
    .optional()
    .describe(
      'Per channel (value - mean) / std, after scale and offset; `imagenet`: (0.485, 0.456, 0.406) and (0.229, 0.224, 0.225).',
    ),
  flow: z
    .strictObject({
      u: z.int().min(0).describe('Channel of the horizontal flow.'),
      v: z.int().min(0).describe('Channel of the vertical flow.'),
      zero: z.number().default(0).describe('The value that means no flow, as it stands in the finished input.'),
    })
    .optional()
    .describe(
      'Says that the input holds a flow field: a mirrored or rotated image has its vectors mirrored or rotated too.',
    ),
});

const decay = z
  .number()
  .min(0)
  .default(0)
  .describe('Weight decay: added to the gradient as in PyTorch (`adam`, `sgd`).');

const adamSettings = {
  learningRate: positive,
  beta1: z.number().min(0).lt(1).default(0.9),
  beta2: z.number().min(0).lt(1).default(0.999),
  epsilon: positive.default(1e-8),
};

const optimizerSchema = z.discriminatedUnion('name', [
  z.strictObject({ name: z.literal('adam'), ...adamSettings, weightDecay: decay }),
  z.strictObject({
    name: z.literal('adamw'),
    ...adamSettings,
    weightDecay: z.number().min(0).default(0.01).describe('Decoupled weight decay: taken off the weight.'),
  }),
  z.strictObject({
    name: z.literal('sgd'),
    learningRate: positive,
    momentum: z.number().min(0).lt(1).default(0),
    nesterov: z.boolean().default(false),
    weightDecay: decay,
  }),
]);

const scheduleSchema = z.discriminatedUnion('name', [
  z.strictObject({ name: z.literal('constant'), warmup: z.int().min(0).default(0) }),
  z.strictObject({
    name: z.literal('step'),
    every: z.int().positive().describe('Epochs between two steps.'),
    factor: positive.describe('What each step multiplies the rate by.'),
    warmup: z.int().min(0).default(0),
  }),
  z.strictObject({
    name: z.literal('exponential'),
    factor: positive.describe('What each epoch multiplies the rate by.'),
    until: z.int().positive().optional().describe('Epoch after which the rate stays.'),
    warmup: z.int().min(0).default(0),
  }),
  z.strictObject({
    name: z.literal('cosine'),
    minimum: z.number().min(0).default(0).describe('Share of the rate that is left at the end.'),
    warmup: z.int().min(0).default(0).describe('Epochs over which the rate rises linearly from a share of itself.'),
  }),
]);

const smoothing = z
  .number()
  .min(0)
  .lt(1)
  .default(0)
  .describe('Share of each target that is spread evenly over the classes.');

const lossSchema = z.discriminatedUnion('name', [
  z.strictObject({ name: z.literal('cross-entropy'), labelSmoothing: smoothing }),
  z.strictObject({
    name: z.literal('focal'),
    gamma: z.number().min(0).default(2).describe('Exponent of (1 - p): 0 is cross-entropy.'),
    labelSmoothing: smoothing,
  }),
  z.strictObject({
    name: z.literal('fdp'),
    image: z.number().min(0).default(100).describe("Weight of the dynamic image's squared error."),
    rank: z.number().min(0).default(0.1).describe('Weight of the ranking loss.'),
  }),
]);

const probability = z.number().min(0).max(1);

const imageAugmentationSchema = z.discriminatedUnion('name', [
  z.strictObject({
    name: z.literal('flip'),
    probability: probability.default(0.5),
  }),
  z.strictObject({ name: z.literal('rotate'), degrees: z.number().positive().max(180) }),
  z.strictObject({
    name: z.literal('shift'),
    fraction: z.number().positive().max(1).describe('Largest shift, as a share of the side.'),
  }),
  z.strictObject({ name: z.literal('zoom'), fraction: z.number().positive().lt(1) }),
  z.strictObject({
    name: z.literal('crop'),
    padding: z.int().positive().describe('Pixels added on every side before a crop of the old size.'),
  }),
  z.strictObject({
    name: z.literal('erase'),
    probability: probability.default(0.5),
    area: z.tuple([fraction, fraction]).default([0.02, 0.2]).describe('Smallest and largest share of the area.'),
  }),
  z.strictObject({
    name: z.literal('mixup'),
    alpha: positive.default(0.2).describe('The share of the first of two samples is drawn from Beta(alpha, alpha).'),
  }),
]);

const clipAugmentationSchema = z.discriminatedUnion('name', [
  z.strictObject({ name: z.literal('phases') }),
  z.strictObject({ name: z.literal('mirror') }),
  z.strictObject({
    name: z.literal('jitter'),
    copies: z.int().positive().max(32).default(4).describe('How many draws are prepared beside the annotated one.'),
    onset: fraction
      .default(0.05)
      .describe('Onset moves to a later frame, by at most this share of the span from onset to apex.'),
    apex: fraction
      .default(0.05)
      .describe('Apex moves to an earlier frame, by at most this share of the span from onset to apex.'),
    offset: z
      .number()
      .min(0)
      .lt(1)
      .default(0)
      .describe('Offset moves to an earlier frame, by at most this share of the span from apex to offset.'),
  }),
  z.strictObject({
    name: z.literal('strongest-pair'),
    share: fraction
      .default(0.0375)
      .describe('Candidates lie within this share of the span from onset to apex, counted from either.'),
  }),
]);

const augmentationSchema = z.strictObject({
  clips: z
    .array(clipAugmentationSchema)
    .default([])
    .describe('Further views of a training clip, made before its representation and prepared once.'),
  images: z
    .array(imageAugmentationSchema)
    .default([])
    .describe('Changes drawn anew for each training sample and epoch, the same for all inputs of a sample.'),
  test: z
    .enum(['clean', 'mean'])
    .default('clean')
    .describe('What is tested: the clip as annotated, or the mean probability over the views of `phases`.'),
});

const trainingSchema = z
  .strictObject({
    epochs: z.int().positive(),
    batchSize: z.int().positive(),
    memory: z
      .enum(['auto', ...MEMORY_STRATEGIES])
      .default('auto')
      .describe(
        'How a training step holds less memory; the numbers are the same but for rounding. `auto`: the fastest way that has room, found before the work.',
      ),
    microBatch: z
      .int()
      .positive()
      .optional()
      .describe(
        'Samples that run at a time, their gradients added up to those of a batch. Exact for networks without batch norm (and chosen by `memory: auto` where need be); of others the batch statistics are those of a micro-batch.',
      ),
    shuffle: z.boolean().default(true).describe('A new order of the training samples each epoch.'),
    sampling: z
      .enum(['all', 'balanced'])
      .default('all')
      .describe(
        '`all`: each sample once an epoch. `balanced`: as many draws, each of a random class and a random sample of it.',
      ),
    optimizer: optimizerSchema,
    schedule: scheduleSchema.default({ name: 'constant', warmup: 0 }).describe('How the learning rate changes.'),
    clipNorm: positive.optional().describe('Largest L2 norm of all gradients together; larger ones are scaled down.'),
    loss: lossSchema.default({ name: 'cross-entropy', labelSmoothing: 0 }),
    classWeights: z
      .union([
        z.enum(['none', 'balanced']),
        z.strictObject({
          effectiveNumber: fraction.describe(
            'Beta of Cui et al. 2019: weights (1 - beta) / (1 - beta^n_class), scaled to a mean of 1.',
          ),
        }),
      ])
      .default('none')
      .describe('`balanced`: each class weighs n / (classes x n_class), from the training part of the fold alone.'),
    augmentation: augmentationSchema.default({ clips: [], images: [], test: 'clean' }),
    ema: fraction
      .optional()
      .describe('Decay of an exponential moving average of the weights, which is then what is tested.'),
    epochChoice: z
      .enum(['last', 'validation'])
      .default('last')
      .describe(
        '`last`: a fixed budget. `validation`: the epoch with the lowest loss on subjects held out of the training part.',
      ),
    validationFraction: fraction
      .default(0.2)
      .describe('Share of the training subjects held out by `epochChoice: validation`; at least one subject.'),
    earlyStopping: z
      .strictObject({ patience: z.int().positive().describe('Epochs without a lower validation loss before the end.') })
      .optional()
      .describe('Only with `epochChoice: validation`.'),
    oracle: z
      .boolean()
      .default(false)
      .describe(
        'Also records the epoch that was best on the test subject, beside the real choice and marked as not comparable.',
      ),
  })
  .superRefine((training, context) => {
    if (training.earlyStopping && training.epochChoice !== 'validation') {
      context.addIssue({
        code: 'custom',
        path: ['earlyStopping'],
        message: 'needs epochChoice: validation, as it must not look at the test subject',
      });
    }
    if (training.augmentation.test === 'mean' && !training.augmentation.clips.some(({ name }) => name === 'phases')) {
      context.addIssue({
        code: 'custom',
        path: ['augmentation', 'test'],
        message: '`mean` needs phases among augmentation.clips',
      });
    }
    if (training.loss.name === 'fdp' && training.augmentation.images.some(({ name }) => name === 'mixup')) {
      context.addIssue({
        code: 'custom',
        path: ['loss'],
        message: 'fdp has no meaning for mixed samples: leave mixup out',
      });
    }
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
  extends: z
    .string()
    .optional()
    .describe(
      'Another experiment file, relative to this one, whose settings hold where this one says nothing: objects are merged, lists and plain values replaced; of a step, a model or anything else with another `name`, the whole.',
    ),
  name: z
    .string()
    .regex(
      /^[a-z0-9][a-z0-9._-]*$/i,
      'must be letters, digits, dots, dashes and underscores: it names the folder of the run',
    )
    .describe('Names the run: `runs/<name>`.'),
  description: z.string().optional(),
  data: dataSchema,
  preprocessing: z
    .array(stepSchema)
    .default([])
    .describe('Steps on every clip before its representations: alignment, frame sampling, resizing and so on.'),
  inputs: z
    .array(inputSchema)
    .min(1)
    .default([{ preprocessing: [], channels: 'rgb', scale: 1, offset: 0 }])
    .describe('One entry for each input of the model.'),
  targets: z
    .array(inputSchema)
    .default([])
    .describe('Images that the loss compares outputs with, made like inputs: the dynamic image of `fdp`.'),
  model: z.strictObject({
    name: names(models).describe('A name from the registry of @mer/models.'),
    options: options.describe('Options of the model; the number of classes and the seed are set by the experiment.'),
    weights: z
      .union([
        z.string(),
        z.strictObject({
          file: z.string(),
          into: z
            .array(z.string())
            .min(1)
            .describe(
              'Prefixes of the parts that each take all weights of the file, such as `temporal.` and `motion.`.',
            ),
        }),
      ])
      .optional()
      .describe(
        'Path or URL of weights to begin with (.safetensors, .pth, .pt): of the whole network, or of one backbone for parts of it. A head of another number of classes keeps its own start.',
      ),
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

/** How the learning rate changes: `training.schedule` of an {@link Experiment}. */
export type ScheduleSettings = TrainingSettings['schedule'];

/** What training makes small: `training.loss` of an {@link Experiment}. */
export type LossSettings = TrainingSettings['loss'];

/** A change of finished images: an entry of `training.augmentation.images` in an {@link Experiment}. */
export type ImageAugmentation = TrainingSettings['augmentation']['images'][number];

/** A further view of a clip: an entry of `training.augmentation.clips` in an {@link Experiment}. */
export type ClipAugmentation = TrainingSettings['augmentation']['clips'][number];

/**
 * Gives the JSON Schema (draft 2020-12) of experiment files, for editors that complete and check YAML and JSON. It asks for no key but the `name` that
 * tells one kind of settings from another, since a file may extend one that has the rest; what is missing is found by {@link parseExperiment}.
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
  const schema = z.toJSONSchema(experimentSchema, {
    io: 'input',
    override: ({ jsonSchema }) => {
      const { name } = (jsonSchema.properties ?? {}) as { name?: { const?: unknown } };
      delete jsonSchema.required;
      if (name?.const !== undefined) jsonSchema.required = ['name'];
    },
  });
  return { title: 'mer experiment', ...schema };
}
