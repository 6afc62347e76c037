import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { TrainingSettings } from './experiment/schema.js';
import { createOptimizer } from './optimizer.js';
import { predictLogits } from './predict.js';
import { type PreparedData, takeBatch } from './prepared-data.js';
import { randomOrder, randomStream } from './random.js';

/** What one epoch gave: means over its samples. */
export interface EpochRecord {
  /** 1 for the first. */
  epoch: number;
  /** Training loss, dropout on, each batch as it was before its step. */
  loss: number;
  /** Training accuracy, likewise. */
  accuracy: number;
  /** Cross-entropy of the validation subjects, dropout off; only with `epochChoice: validation`. */
  validationLoss?: number;
  /** Accuracy of the validation subjects, likewise. */
  validationAccuracy?: number;
}

/** Options of {@link fit}. */
export interface FitOptions {
  /** Samples to train on: indices into the data. */
  train: readonly number[];
  /** Samples of the held-out training subjects; needed by `epochChoice: validation`. */
  validation?: readonly number[];
  /** How to train; `training` of an experiment. */
  settings: TrainingSettings;
  /** What the random order of the samples depends on, such as `[seed, fold]`. */
  key: readonly (string | number)[];
  /** Called after each epoch. */
  onEpoch?: (record: EpochRecord) => void;
  /** Ends the training after the batch in flight by throwing the signal's reason. */
  signal?: AbortSignal;
}

/** What {@link fit} gives back; the model itself holds the weights of the chosen epoch. */
export interface FitResult {
  /** The epoch whose weights the model has now. */
  epoch: number;
  /** One record for each epoch trained. */
  history: EpochRecord[];
}

/**
 * Trains a classifier in place, on the training samples alone.
 *
 * Loss of a batch: the sum over samples of w_y (-log softmax(logits)_y) divided by the sum of w_y, with w = 1 or, for
 * `classWeights: balanced`, w_c = n / (classes n_c) counted over the training samples. A last batch that is not full is used as it is.
 *
 * @param model - gives logits `[batch, classes]`; its weights change
 * @param data - prepared tensors; only the rows named by `train` and `validation` are read
 * @param options - samples, settings, random key, callbacks
 * @returns the history and the chosen epoch
 * @throws RangeError where there is nothing to train on, or validation is asked for without validation samples
 * @throws Error where the loss stops being a finite number
 *
 * @example
 * ```ts
 * import { createModel } from '@mer/models';
 * import { fit, parseExperiment } from '@mer/training';
 *
 * const { training } = parseExperiment({
 *   name: 'two-samples',
 *   data: { name: 'synthetic' },
 *   model: { name: 'ststnet' },
 *   training: { epochs: 2, batchSize: 2, optimizer: { name: 'adam', learningRate: 1e-3 } },
 * });
 * const model = createModel('ststnet', { classes: 2, seed: 1 });
 * const data = { classes: ['a', 'b'], labels: [0, 1], inputs: [{ shape: [28, 28, 3], values: new Float32Array(2 * 28 * 28 * 3).fill(0.5) }] };
 * const { history } = await fit(model, data, { train: [0, 1], settings: training, key: [0] });
 * console.log(history.length); // 2
 * model.dispose();
 * ```
 */
export async function fit(model: LayersModel, data: PreparedData, options: FitOptions): Promise<FitResult> {
  const { train, validation = [], settings, key, onEpoch, signal } = options;
  if (train.length === 0) throw new RangeError('Cannot train as there must be at least one training sample');
  const choosing = settings.epochChoice === 'validation';
  if (choosing && validation.length === 0) {
    throw new RangeError('Cannot choose the epoch by validation as there must be at least one validation sample');
  }
  const optimizer = createOptimizer(settings.optimizer);
  const variables = model.trainableWeights.map((weight) => weight.read() as tf.Variable);
  const weights = classWeights(data, train, settings.classWeights);
  const stream = randomStream([...key, 'shuffle']);
  const history: EpochRecord[] = [];
  const best = { epoch: settings.epochs, loss: Number.POSITIVE_INFINITY, weights: [] as tf.Tensor[] };
  try {
    for (let epoch = 1; epoch <= settings.epochs; epoch++) {
      const order = settings.shuffle ? randomOrder(train.length, stream).map((i) => train[i]!) : train;
      let loss = 0;
      let correct = 0;
      for (let start = 0; start < order.length; start += settings.batchSize) {
        signal?.throwIfAborted();
        const batch = order.slice(start, start + settings.batchSize);
        const step = trainBatch(model, data, batch, { optimizer, variables, weights });
        loss += step.loss * batch.length;
        correct += step.correct;
      }
      const record: EpochRecord = { epoch, loss: loss / order.length, accuracy: correct / order.length };
      if (!Number.isFinite(record.loss)) {
        throw new Error(
          `Cannot go on training as the loss of epoch ${epoch} is ${record.loss}: lower training.optimizer.learningRate`,
        );
      }
      if (choosing) {
        Object.assign(record, await validate(model, data, validation, settings.batchSize));
        if (record.validationLoss! < best.loss) {
          tf.dispose(best.weights);
          Object.assign(best, {
            epoch,
            loss: record.validationLoss!,
            weights: model.getWeights().map((weight) => tf.clone(weight)),
          });
        }
      }
      history.push(record);
      onEpoch?.(record);
      await tf.nextFrame();
    }
    if (best.weights.length > 0) model.setWeights(best.weights);
  } finally {
    tf.dispose(best.weights);
    optimizer.dispose();
  }
  return { epoch: best.epoch, history };
}

interface Step {
  optimizer: tf.Optimizer;
  variables: tf.Variable[];
  weights: Float32Array;
}

function trainBatch(
  model: LayersModel,
  data: PreparedData,
  batch: readonly number[],
  { optimizer, variables, weights }: Step,
) {
  return tf.tidy(() => {
    const inputs = takeBatch(data, batch);
    const labels = batch.map((index) => data.labels[index]!);
    const classes = data.classes.length;
    const targets = new Float32Array(batch.length * classes);
    for (const [row, label] of labels.entries()) targets[row * classes + label] = weights[label]!;
    const total = labels.reduce((sum, label) => sum + weights[label]!, 0);
    let logits!: tf.Tensor;
    const { value, grads } = tf.variableGrads(() => {
      logits = tf.keep(model.apply(inputs.length === 1 ? inputs[0]! : inputs, { training: true }) as tf.Tensor);
      const likelihood = tf.sum(tf.mul(tf.tensor2d(targets, [batch.length, classes]), tf.logSoftmax(logits)));
      return tf.div(likelihood, -total) as tf.Scalar;
    }, variables);
    optimizer.applyGradients(grads);
    const predicted = tf.argMax(logits, 1).dataSync();
    logits.dispose();
    return { loss: value.dataSync()[0]!, correct: labels.filter((label, row) => label === predicted[row]).length };
  });
}

async function validate(model: LayersModel, data: PreparedData, samples: readonly number[], batchSize: number) {
  const logits = await predictLogits(model, data, samples, { batchSize });
  let loss = 0;
  let correct = 0;
  for (const [row, index] of samples.entries()) {
    const values = logits[row]!;
    const label = data.labels[index]!;
    const highest = Math.max(...values);
    loss += highest + Math.log(values.reduce((sum, value) => sum + Math.exp(value - highest), 0)) - values[label]!;
    if (values.indexOf(highest) === label) correct += 1;
  }
  return { validationLoss: loss / samples.length, validationAccuracy: correct / samples.length };
}

function classWeights(
  data: PreparedData,
  train: readonly number[],
  kind: TrainingSettings['classWeights'],
): Float32Array {
  const weights = new Float32Array(data.classes.length).fill(1);
  if (kind === 'none') return weights;
  const counts = new Array<number>(data.classes.length).fill(0);
  for (const index of train) counts[data.labels[index]!]! += 1;
  return weights.map((_, label) => (counts[label] ? train.length / (data.classes.length * counts[label]) : 0));
}
