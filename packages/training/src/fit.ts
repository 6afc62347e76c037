import { checkOptions, type Part } from '@mer/options';
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { type Batch, plainBatch } from './batch.js';
import { indicatorsOf, type SampleLabel } from './label-kind.js';
import type { MemoryStrategy } from './memory-strategy.js';
import { type Update, updateWith } from './optimizers/update-with.js';
import { named, partsFor } from './parts-for.js';
import type { ReadLogitsOptions } from './predicted-label.js';
import type { PreparedData } from './prepared-data.js';
import { randomStream } from './random.js';
import { epochRows } from './sampling.js';
import { shareWith } from './schedules/share-with.js';
import { DEFAULT_LOSSES, optionsOfTraining, type TrainingOptions, type TrainingSettings } from './settings.js';
import { type Recompute, type StepOptions, stepWith } from './step-with.js';
import type { TrainingParts } from './training-parts.js';

/** What one epoch gave: means over its samples. */
export interface EpochRecord {
  /** 1 for the first. */
  epoch: number;
  /** Training loss as it was made small (dropout, augmentation and weights on), each batch as it was before its step. */
  loss: number;
  /**
   * Share of training samples that were right before their batch's step, of any number of labels those with all of them right; of mixed samples the
   * larger part counts.
   */
  accuracy: number;
  /** Learning rate of the epoch. */
  learningRate: number;
  /** Cross-entropy on the validation samples after the epoch; of any number of labels the mean over labels of the binary one. */
  validationLoss?: number;
  /** Share of validation samples right after the epoch. */
  validationAccuracy?: number;
  /** Cross-entropy on the held-out samples after the epoch; only with `oracle`, and not for choosing anything. */
  testLoss?: number;
  /** Share of held-out samples right after the epoch; only with `oracle`, and not for choosing anything. */
  testAccuracy?: number;
}

/** Options of {@link fit}: how to train, flat, with defaults, and on what. */
export interface FitOptions extends TrainingOptions {
  /** Samples to train on: indices into the data; all by default. */
  train?: readonly number[];
  /** Samples of the held-out training subjects; needed by `epochChoice: 'validation'`. */
  validation?: readonly number[];
  /** Held-out samples; only looked at by `oracle`, whose result stands apart. */
  test?: readonly number[];
  /** Learning rate of the optimizer, where only its name is given. */
  learningRate?: number;
  /** Of samples with any number of labels: the probability above which one counts as predicted, in accuracies. Default 0.5. */
  threshold?: ReadLogitsOptions['threshold'];
  /** What every random draw depends on, such as `[seed, fold]`; `[0]` by default. */
  key?: readonly (string | number)[];
  /** How a step holds less memory, as {@link planMemory} chose it; by `memory` and `microBatch` where it is not given, `auto` being `fused`. */
  strategy?: MemoryStrategy | undefined;
  /** Anybody's own optimizers, losses, schedules and augmentations, which the options may name. */
  parts?: readonly Part[] | undefined;
  /** Called after each epoch. */
  onEpoch?: (record: EpochRecord) => void;
  /** Ends the training after the batch in flight by throwing the signal's reason. */
  signal?: AbortSignal | undefined;
}

/** What {@link fit} gives back; the model itself holds the weights of the chosen epoch. */
export interface FitResult {
  /** The epoch whose weights the model has now. */
  epoch: number;
  /** One record for each epoch trained. */
  history: EpochRecord[];
  /**
   * With `oracle`: the first epoch with the fewest errors on the held-out samples (samples, or labels of any number), and their logits. Not a result: it was chosen on what it is
   * scored on.
   */
  oracle?: { epoch: number; logits: number[][] };
}

/**
 * Trains a classifier in place, on the training samples alone.
 *
 * The loss of a batch is {@link batchLoss}: `cross-entropy` where none is named, and `binary-cross-entropy` for data of the label kind `multiple`. Class weights are counted over the training samples. A last batch that is not full is
 * used as it is, but a single sample joins the batch before it: it has no batch statistics.
 * Everything random is drawn from streams that depend on `key` alone.
 *
 * @param model - gives logits `[batch, classes]`, first where it has several outputs; its weights change
 * @param data - prepared tensors; only the rows of the samples named are read
 * @param options - how to train, on which samples, random key, callbacks
 * @returns the history and the chosen epoch
 * @throws TypeError or RangeError where an option is wrong, there is nothing to train on, or validation is asked for without validation samples
 * @throws Error where the loss stops being a finite number
 *
 * @example
 * ```ts
 * import { createModel } from '@mer/models';
 * import { fit } from '@mer/training';
 *
 * const model = createModel('ststnet', { classes: 2, seed: 1 });
 * const data = { classes: ['a', 'b'], labels: [0, 1], inputs: [{ shape: [28, 28, 3], values: new Float32Array(2 * 28 * 28 * 3).fill(0.5) }] };
 * const { history } = await fit(model, data, { epochs: 2, batchSize: 2, optimizer: 'adam', learningRate: 1e-3 });
 * console.log(history.length); // 2
 * model.dispose();
 * ```
 */
export async function fit(model: LayersModel, data: PreparedData, options: FitOptions): Promise<FitResult> {
  const {
    train = data.labels.map((_, i) => i),
    validation = [],
    test = [],
    key = [0],
    parts,
    onEpoch,
    signal,
  } = options;
  const { labelKind = 'single' } = data;
  const given = { ...options, loss: options.loss ?? DEFAULT_LOSSES[labelKind] };
  const registry = await partsFor(given);
  const settings = settingsOf(given, registry);
  // nothing else can be wrong together
  const plain =
    settings.loss.name === DEFAULT_LOSSES.single &&
    labelKind === 'single' &&
    !settings.earlyStopping &&
    !settings.until;
  if (!plain || settings.augmentation.images.length > 0) {
    const { faultsOf, labelKindFault } = await import('./settings-faults.js');
    const fault = faultsOf(settings, registry)[0] ?? labelKindFault(settings, labelKind, registry);
    if (fault) throw new RangeError(`Cannot train as ${fault.path.join('.')} ${fault.text}`);
  }
  checkLabels(data);
  const strategy = options.strategy ?? strategyOf(settings);
  if (train.length === 0) throw new RangeError('Cannot train as there must be at least one training sample');
  const choosing = settings.epochChoice === 'validation';
  if (choosing && validation.length === 0) {
    throw new RangeError('Cannot choose the epoch by validation as there must be at least one validation sample');
  }
  const batchOf = await batchMaker(data, settings, { parts, key });
  const [loss, schedule] = [named(registry.losses, settings.loss), named(registry.schedules, settings.schedule)];
  const recompute = strategy.name === 'recomputing' ? (await import('./recomputing.js')).recomputing : undefined;
  const { shares, thaw } =
    (settings.freeze ?? settings.groups) ? (await import('./layer-groups.js')).groupLayers(model, settings) : {};
  const variables = model.trainableWeights.map((weight) => weight.read() as tf.Variable);
  const step: Step = {
    model,
    data,
    settings,
    lossOf: (outputs, targets, context) => tf.tidy(() => loss.loss(outputs, targets, settings.loss, context)),
    strategy,
    weights: await weightsOf(data, train, settings.classWeights),
    cuts:
      labelKind === 'multiple'
        ? (await import('./predicted-label.js')).logitThresholds(options.threshold, data.classes.length)
        : [],
    update: updateWith(
      named(registry.optimizers, settings.optimizer),
      variables,
      settings.optimizer,
      settings.clipNorm,
      shares,
    ),
    batchOf,
    recompute,
  };
  const average =
    settings.ema === undefined ? undefined : (await import('./ema.js')).averageWeights(model, settings.ema);
  const shuffling = randomStream([...key, 'shuffle']);
  const history: EpochRecord[] = [];
  const last = settings.until ?? settings.epochs;
  const best = { epoch: last, loss: Number.POSITIVE_INFINITY, weights: [] as tf.Tensor[] };
  let oracle = undefined as { epoch: number; logits: number[][]; errors: number } | undefined;
  const { threshold } = options;
  const scored = async (samples: readonly number[]) => {
    const { scoreSamples } = await import('./score-samples.js');
    return scoreSamples(model, data, samples, { batchSize: settings.batchSize, threshold });
  };
  const look = async (record: EpochRecord) => {
    const { epoch } = record;
    if (choosing) {
      const { loss, accuracy } = await scored(validation);
      Object.assign(record, { validationLoss: loss, validationAccuracy: accuracy });
      if (loss < best.loss) {
        tf.dispose(best.weights);
        Object.assign(best, { epoch, loss, weights: model.getWeights().map((weight) => tf.clone(weight)) });
      }
    }
    if (settings.oracle && test.length > 0) {
      const { loss, accuracy, errors, logits } = await scored(test);
      Object.assign(record, { testLoss: loss, testAccuracy: accuracy });
      if (!oracle || errors < oracle.errors) oracle = { epoch, logits, errors };
    }
  };
  let stepsLeft = settings.steps ?? Number.POSITIVE_INFINITY;
  try {
    for (let epoch = 1; epoch <= last; epoch++) {
      const learningRate =
        settings.optimizer.learningRate * shareWith(schedule, settings.schedule, epoch, settings.epochs);
      const rows = epochRows(data, train, settings, shuffling);
      const chosen = batches(rows, settings.batchSize).slice(0, stepsLeft);
      stepsLeft -= chosen.length;
      const seen = chosen.reduce((count, batch) => count + batch.length, 0);
      const training = epoch === 1 || !settings.evalAfterFirstEpoch;
      const sums: tf.Tensor1D[] = [];
      try {
        for (const batch of chosen) {
          signal?.throwIfAborted();
          sums.push(trainBatch({ ...step, training }, batch, learningRate));
          average?.update();
        }
        const total = tf.tidy(() => tf.sum(tf.stack(sums), 0));
        sums.push(total as tf.Tensor1D);
        const [loss, correct] = await total.data();
        history.push({ epoch, loss: loss! / seen, accuracy: correct! / seen, learningRate });
      } finally {
        tf.dispose(sums);
      }
      const record = history.at(-1)!;
      if (!Number.isFinite(record.loss)) {
        throw new Error(
          `Cannot go on training as the loss of epoch ${epoch} is ${record.loss}: lower the learning rate of the optimizer`,
        );
      }
      await (average ? average.use(() => look(record)) : look(record));
      onEpoch?.(record);
      if (settings.earlyStopping && epoch - best.epoch >= settings.earlyStopping.patience) break;
      if (stepsLeft === 0) {
        if (!choosing) best.epoch = epoch;
        break;
      }
      await tf.nextFrame();
    }
    if (best.weights.length > 0) model.setWeights(best.weights);
    else average?.settle();
  } finally {
    tf.dispose(best.weights);
    average?.dispose();
    step.update.dispose();
    thaw?.();
  }
  return {
    epoch: best.epoch,
    history,
    ...(oracle && { oracle: { epoch: oracle.epoch, logits: oracle.logits } }),
  };
}

/** A weight for each class; all 1 where none are asked for. */
async function weightsOf(
  { labels, classes, labelKind }: PreparedData,
  train: readonly number[],
  kind: TrainingSettings['classWeights'],
): Promise<Float32Array> {
  if (kind === 'none') return new Float32Array(classes.length).fill(1);
  const { classWeights } = await import('./losses/class-weights.js');
  const chosen = train.map((index) => labels[index]!);
  return classWeights(chosen, classes.length, kind, labelKind);
}

/** What makes a batch of some rows. */
async function batchMaker(
  data: PreparedData,
  { augmentation: { images } }: TrainingSettings,
  { parts, key }: Pick<FitOptions, 'parts'> & { key: readonly (string | number)[] },
): Promise<(rows: readonly number[]) => Batch> {
  if (images.length === 0) return (rows) => plainBatch(data, rows);
  const { augmentedBatch } = await import('./augment/augmented-batch.js');
  const stream = randomStream([...key, 'augment']);
  return (rows) => augmentedBatch(data, rows, { images, stream, parts });
}

/** The settings of options, checked one by one and together. */
function settingsOf(options: FitOptions, registry: TrainingParts): TrainingSettings {
  const {
    train: _train,
    validation: _validation,
    test: _test,
    key: _key,
    strategy: _strategy,
    onEpoch: _onEpoch,
    signal: _signal,
    parts: _parts,
    threshold: _threshold,
    learningRate,
    ...given
  } = options;
  const entries = optionsOfTraining(registry);
  const settings: TrainingSettings = checkOptions('train', entries, given);
  if (learningRate !== undefined) {
    settings.optimizer = checkOptions(
      'train',
      { optimizer: entries.optimizer },
      {
        optimizer: { ...settings.optimizer, learningRate },
      },
    ).optimizer;
  }
  return settings;
}

function strategyOf({ memory, microBatch }: TrainingSettings): MemoryStrategy {
  if (memory === 'recomputing') return { name: memory, stretches: 16, parts: 1, microBatch };
  return { name: memory === 'auto' ? 'fused' : memory, microBatch };
}

/** Rows in batches; a single row left at the end joins the batch before it, as one sample has no batch statistics. */
function batches(rows: readonly number[], size: number): number[][] {
  const found: number[][] = [];
  for (let start = 0; start < rows.length; start += size) found.push(rows.slice(start, start + size));
  if (size > 1 && found.length > 1 && found.at(-1)!.length === 1)
    found.splice(-2, 2, [...found.at(-2)!, ...found.at(-1)!]);
  return found;
}

interface Step {
  model: LayersModel;
  training?: boolean;
  data: PreparedData;
  settings: TrainingSettings;
  lossOf: StepOptions['lossOf'];
  strategy: MemoryStrategy;
  weights: Float32Array;
  /** Of any number of labels: the logit of each above which it counts as predicted. */
  cuts: readonly number[];
  update: Update;
  batchOf: (rows: readonly number[]) => Batch;
  recompute: Recompute | undefined;
}

/** Trains on some rows; gives the sum of their losses and how many were right, on the device. */
function trainBatch(step: Step, rows: readonly number[], learningRate: number): tf.Tensor1D {
  const { model, data, settings, lossOf, strategy, recompute, weights, cuts, update, training = true } = step;
  const { inputs, targets, classes, labels } = step.batchOf(rows);
  return tf.tidy(() => {
    const tensors = inputs.map(({ values, shape }) => tf.tensor(values, [rows.length, ...shape], 'float32'));
    const compared = {
      classes: tf.tensor2d(classes, [rows.length, data.classes.length]),
      images: targets.map(({ values, shape }) => tf.tensor(values, [rows.length, ...shape], 'float32')),
    };
    update.begin(learningRate);
    const { loss, logits } = stepWith(model, tensors, compared, {
      lossOf,
      weights: settings.classWeights === 'none' ? undefined : tf.tensor1d(weights),
      strategy,
      recompute,
      from: data.from,
      training,
      onGradient: (variable, gradient) => update.take(variable, gradient),
    });
    update.end();
    const right =
      data.labelKind === 'multiple' ? allRight(logits, labels, cuts) : largestRight(logits, labels as number[]);
    return tf.stack([tf.mul(loss, rows.length), tf.sum(tf.cast(right, 'float32'))]) as tf.Tensor1D;
  });
}

/** Which samples have their class predicted. */
function largestRight(logits: tf.Tensor2D, labels: readonly number[]): tf.Tensor {
  return tf.equal(tf.argMax(logits, 1), tf.tensor1d([...labels], 'int32'));
}

/** Which samples have every label predicted, and no other. */
function allRight(logits: tf.Tensor2D, labels: readonly SampleLabel[], cuts: readonly number[]): tf.Tensor {
  const truth = tf.tensor2d(indicatorsOf(labels, cuts.length), [labels.length, cuts.length]);
  const wrong = tf.abs(tf.sub(tf.cast(tf.greater(logits, tf.tensor1d([...cuts])), 'float32'), truth));
  return tf.equal(tf.sum(wrong, 1), 0);
}

/** What labels must be. */
function checkLabels({ labels, classes, labelKind = 'single' }: PreparedData): void {
  const isClass = (value: unknown) =>
    Number.isInteger(value) && (value as number) >= 0 && (value as number) < classes.length;
  const isLabel = (label: SampleLabel) =>
    labelKind === 'multiple' ? Array.isArray(label) && label.every(isClass) : isClass(label);
  const wrong = labels.findIndex((label) => !isLabel(label));
  if (wrong < 0) return;
  const one = `an index of one of the ${classes.length} classes`;
  throw new RangeError(
    `Cannot train as labels.${wrong} must be ${labelKind === 'multiple' ? `a list, each ${one}` : one}: current value is ${JSON.stringify(labels[wrong])}`,
  );
}
