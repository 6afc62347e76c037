import { mkdir, rm } from 'node:fs/promises';
import { experimentHash, type Prediction, writeFold, writeJson } from '../src/run/run-store.js';
import { parseExperiment } from '../src/schema/parse.js';

/** What a run for tests should be like. */
export interface MadeRunOptions {
  name?: string;
  seeds?: number[];
  /** Names of folds that are not done. */
  undone?: string[];
  /** Whether every fold carries an oracle, which is always right. */
  oracle?: boolean;
  /** Every prediction that is wrong becomes right for subjects named here. */
  right?: string[];
  classes?: string[];
  backend?: string;
  changes?: Record<string, unknown>;
  /** Whether samples have any number of the two labels: a prediction that is wrong misses one, or says one too many. */
  severalLabels?: boolean;
}

const folds = ['x/s0', 'x/s1', 'x/s2', 'y/s0', 'y/s1'];

/** Six samples of one subject, of which as many are wrong as its name's number plus the seed tells. */
export function predictionsFor(dataset: string, subject: string, seed = 0, right = false): Prediction[] {
  const wrong = right ? 0 : Number(subject.slice(1)) + seed + 1;
  return Array.from({ length: 6 }, (_, i) => {
    const truth = i % 2;
    const predicted = i < wrong ? 1 - truth : truth;
    const margin = 0.5 + i + seed;
    const logits = predicted === 0 ? [margin, -margin] : [-margin, margin];
    return { id: `${dataset}/${subject}/c${i}`, dataset, subject, clip: `c${i}`, truth, predicted, logits };
  });
}

/** The same samples with any number of two labels. */
function withLabels(predictions: readonly Prediction[]): Prediction[] {
  return predictions.map(({ truth, predicted, ...rest }, i) => {
    const labels = [[], [0], [1], [0, 1]][i % 4]!;
    const said = truth === predicted ? labels : labels.includes(0) ? labels.slice(1) : [0, ...labels];
    return { ...rest, truth: labels, predicted: said, logits: [0, 1].map((c) => (said.includes(c) ? 1 + i : -1 - i)) };
  });
}

/** Writes a run of two data sets, five subjects and two classes. */
export async function writeMadeRun(
  dir: string,
  {
    name = 'made',
    seeds = [0],
    undone = [],
    oracle = false,
    right = [],
    classes = ['neg', 'pos'],
    backend = 'cpu',
    changes = {},
    severalLabels = false,
  }: MadeRunOptions = {},
): Promise<void> {
  const experiment = parseExperiment({
    name,
    data: { name: 'synthetic', ...(severalLabels && { options: { labels: 'action-units' } }) },
    model: { name: 'small-cnn' },
    training: { epochs: 3, batchSize: 8, optimizer: { name: 'adam', learningRate: 1e-3 }, oracle },
    seeds,
    ...changes,
  });
  await rm(dir, { recursive: true, force: true });
  await mkdir(dir, { recursive: true });
  const planned = seeds.flatMap((seed) => folds.map((fold) => ({ seed, name: fold })));
  for (const { seed, name: fold } of planned) {
    if (undone.includes(fold)) continue;
    const [dataset, subject] = fold.split('/') as [string, string];
    const labeled = severalLabels ? withLabels : (list: Prediction[]) => list;
    const predictions = labeled(predictionsFor(dataset, subject, seed, right.includes(fold)));
    await writeFold(dir, {
      predictions: {
        fold,
        seed,
        epochChoice: experiment.training.epochChoice,
        epoch: 3,
        trained: 24,
        validationSubjects: [],
        ...(severalLabels && fold === 'x/s1' && { untrained: [1] }),
        predictions,
        ...(oracle && { oracle: { epoch: 2, predictions: labeled(predictionsFor(dataset, subject, seed, true)) } }),
      },
      history: [1, 2, 3].map((epoch) => ({ epoch, loss: 1 / epoch, accuracy: epoch / 4, learningRate: 1e-3 })),
      seconds: 1.5,
      weights: { 'head/kernel': { dtype: 'float32', shape: [1], data: new Float32Array([seed]) } },
    });
  }
  await writeJson(`${dir}/run.json`, {
    format: 1,
    experiment,
    hash: experimentHash(experiment, 'f', backend),
    fingerprint: 'f',
    backend: { name: backend, device: 'a processor' },
    versions: { mer: '0.0.0', node: 'v20.19.0', tfjs: '4.22.0' },
    hardware: { cpu: 'a processor', cores: 2, platform: 'linux x64' },
    classes,
    ...(severalLabels && { labelKind: 'multiple' }),
    folds: planned,
    created: '2026-01-01T00:00:00.000Z',
  });
}
