import {
  choice,
  either,
  flag,
  group,
  integer,
  list,
  type NamedForms,
  type NamedOptions,
  named,
  nameOrOptions,
  number,
  type OptionsOf,
  type Part,
  type Resolved,
  type ResolvedNamed,
  text,
} from '@mer/options';
import type { imageAugmentations } from './augment/image-augmentations.js';
import type { losses } from './losses/losses.js';
import { MEMORY_STRATEGIES } from './memory-strategy.js';
import type { optimizers } from './optimizers/optimizers.js';
import type { schedules } from './schedules/schedules.js';
import type { TrainingParts } from './training-parts.js';

/** The options of parts by their names. */
export type FormsOf<Parts extends readonly Part[]> = { readonly [P in Parts[number] as P['name']]: P['options'] };

export const formsOf = (parts: readonly Part[]): NamedForms =>
  Object.fromEntries(parts.map(({ name, options }) => [name, options]));

/** Name and settings of a part beside ours. */
export interface OtherSettings {
  readonly name: string & {};
  // biome-ignore lint/suspicious/noExplicitAny: whatever its options are
  readonly [option: string]: any;
}

/** An optimizer by its name, with its settings. */
export type OptimizerSettings =
  | ResolvedNamed<FormsOf<typeof optimizers>>
  | (OtherSettings & { readonly learningRate: number });
/** How the learning rate changes. */
export type ScheduleSettings = ResolvedNamed<FormsOf<typeof schedules>> | (OtherSettings & { readonly warmup: number });
/** What training makes small. */
export type LossSettings = ResolvedNamed<FormsOf<typeof losses>> | OtherSettings;
/** A change of finished images. */
export type ImageAugmentation = NamedOptions<FormsOf<typeof imageAugmentations>> | OtherSettings;

const share = { above: 0, below: 1 } as const;

/** The option that lists changes of finished images. */
export function imagesOption(augmentations: TrainingParts['imageAugmentations']) {
  const forms = formsOf(augmentations) as FormsOf<typeof imageAugmentations>;
  return list(
    'Changes drawn anew for each training sample and epoch, the same for all inputs of a sample.',
    named('A change.', forms, {}),
    { default: [] },
  );
}

const layers = list(
  'Layers.',
  text('A name in the state dict or its start (`layer1`), `(backbone)`, `(head)`, or `(body)`: all but the head.', {}),
  { min: 1 },
);

/** The options of training with some parts. */
export function optionsOfTraining(registry: TrainingParts) {
  return {
    epochs: integer('How often training sees every sample.', { min: 1 }),
    steps: integer('Steps after which training ends, maybe within an epoch; `epochs` is then the most.', {
      min: 1,
      optional: true,
    }),
    evalAfterFirstEpoch: flag(
      'From the second epoch on it trains as it is tested, with fixed statistics and nothing dropped (released code of FDP and MOL).',
      { optional: true },
    ),
    batchSize: integer('Samples of a batch.', { min: 1, default: 32 }),
    memory: choice(
      'How a training step holds less memory; the numbers are the same but for rounding. `auto`: the fastest way that has room, found before the work.',
      ['auto', ...MEMORY_STRATEGIES],
      { default: 'auto' },
    ),
    microBatch: integer(
      'Samples that run at a time, their gradients added up to those of a batch. Exact for networks without batch norm (`memory: auto` chooses it where need be); others have the statistics of a micro-batch.',
      { min: 1, optional: true },
    ),
    shuffle: flag('A new order of the training samples each epoch.', { default: true }),
    sampling: choice(
      '`all`: each sample once an epoch. `balanced`: as many draws, each of a random class and a random sample of it; samples that have no label are a class of their own.',
      ['all', 'balanced'],
      { default: 'all' },
    ),
    optimizer: nameOrOptions('What moves the weights.', formsOf(registry.optimizers) as FormsOf<typeof optimizers>, {
      default: 'adam',
    }),
    schedule: nameOrOptions(
      'How the learning rate changes.',
      formsOf(registry.schedules) as FormsOf<typeof schedules>,
      { default: 'constant' },
    ),
    freeze: either(
      'Layers that training leaves as they are, running statistics too (`requires_grad_(False)`, `eval()`); with `{ layers, statistics: moving }` only weights.',
      [
        layers,
        group(
          'Layers, and how they run.',
          {
            layers,
            statistics: choice('`fixed`: as in evaluation; `moving`: as in training.', ['fixed', 'moving'], {
              default: 'fixed',
            }),
          },
          { optional: false },
        ),
      ],
      { optional: true },
    ),
    groups: list(
      'Layers with a learning rate of their own, which the schedule changes too.',
      group(
        'A group.',
        { layers, learningRate: number('Learning rate of these layers.', { above: 0 }) },
        { optional: false },
      ),
      { optional: true },
    ),
    clipNorm: number('Largest L2 norm of all gradients together.', {
      above: 0,
      optional: true,
    }),
    loss: nameOrOptions('What training makes small.', formsOf(registry.losses) as FormsOf<typeof losses>, {
      default: 'cross-entropy',
    }),
    classWeights: either(
      '`balanced`: each class weighs n / (classes x n_class), from the training part of the fold alone. Where samples have any number of labels, having one weighs (n - n_label) / n_label times as much as not having it.',
      [
        choice('By a name.', ['none', 'balanced'], {}),
        group(
          'By the effective number of samples.',
          {
            effectiveNumber: number(
              'Beta of Cui et al. 2019: weights (1 - beta) / (1 - beta^n_class), scaled to a mean of 1; of any number of labels the ratio of the two sides.',
              {
                ...share,
              },
            ),
          },
          { optional: false },
        ),
      ],
      { default: 'none' },
    ),
    augmentation: group('Changes of training samples.', { images: imagesOption(registry.imageAugmentations) }),
    ema: number('Decay of an exponential moving average of the weights, which is then what is tested.', {
      ...share,
      optional: true,
    }),
    epochChoice: choice(
      '`last`: a fixed budget. `validation`: the epoch with the lowest loss on subjects held out of the training part.',
      ['last', 'validation'],
      { default: 'last' },
    ),
    earlyStopping: group(
      'Ends training early; only with `epochChoice: validation`.',
      { patience: integer('Epochs without a lower validation loss before the end.', { min: 1 }) },
      { optional: true },
    ),
    until: integer('Last epoch; schedules count all `epochs`.', { min: 1, optional: true }),
    oracle: flag('Also records the epoch that was best on the test subject, marked as not comparable.', {
      default: false,
    }),
  };
}

/** How a network is trained, every default filled in. */
export type TrainingSettings = Omit<
  Resolved<ReturnType<typeof optionsOfTraining>>,
  'optimizer' | 'schedule' | 'loss' | 'augmentation'
> & {
  optimizer: OptimizerSettings;
  schedule: ScheduleSettings;
  loss: LossSettings;
  augmentation: { images: readonly ImageAugmentation[] };
};

/** How a network is trained, as a caller says it. */
export type TrainingOptions = Omit<
  OptionsOf<ReturnType<typeof optionsOfTraining>>,
  'optimizer' | 'schedule' | 'loss' | 'augmentation'
> & {
  optimizer?: OptionsOf<ReturnType<typeof optionsOfTraining>>['optimizer'] | OtherSettings | (string & {});
  schedule?: OptionsOf<ReturnType<typeof optionsOfTraining>>['schedule'] | OtherSettings | (string & {});
  loss?: OptionsOf<ReturnType<typeof optionsOfTraining>>['loss'] | OtherSettings | (string & {});
  augmentation?: { images?: readonly ImageAugmentation[] };
};

/** What is made small where no loss is named. */
export const DEFAULT_LOSSES = { single: 'cross-entropy', multiple: 'binary-cross-entropy' } as const;
