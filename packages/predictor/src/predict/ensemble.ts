import { hasMaps } from '@mer/models';
import { copyRows, ONE_VIEW, type PreparedData, predictLogits, probabilitiesOf } from '@mer/training';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { type HeatMap, heatMapsOf } from './heat-maps.js';

/** A network and the sets of weights whose mean probability counts. */
export interface Ensemble {
  /** How many sets. */
  readonly members: number;
  /** Makes the network for inputs of these shapes. */
  create(shapes: readonly (readonly number[])[]): LayersModel;
  /** Puts a set of weights into it. */
  put(model: LayersModel, member: number): Promise<void>;
  /** What a reader should know of the weights, once they were put. */
  notes?(): readonly string[];
}

/** What a network says of one sample. */
export interface NetworkAnswer {
  /** Mean probability of each class. */
  probabilities: number[];
  /** Standard deviation of each over the sets of weights; 0 for one. */
  std: number[];
  /** What the network saw: for each input its name and image. */
  inputs: { name: string; shape: number[]; values: Float32Array }[];
  /** For each input where the most probable class is seen, `[height, width]`, from 0 to 1: the mean over the sets of weights. */
  heatMaps?: ({ name: string } & HeatMap)[];
}

/** Options of {@link EnsembleRunner.run}. */
export interface RunEnsembleOptions {
  heatMaps?: boolean | undefined;
  /** The class whose evidence heat maps show; the most probable one by default. */
  explain?: number | undefined;
  onProgress?: ((done: number, total: number) => void) | undefined;
  onNote?: ((text: string) => void) | undefined;
  signal?: AbortSignal | undefined;
}

/** Runs an ensemble, one batch after the other. */
export interface EnsembleRunner {
  /** What it says of samples, each prepared by itself. */
  run(samples: readonly PreparedData[], options?: RunEnsembleOptions): Promise<NetworkAnswer[]>;
  /** Makes the network before anything is asked. */
  prepare(shapes: readonly (readonly number[])[]): Promise<LayersModel>;
  dispose(): void;
}

/** Runs an ensemble: one network, into which the sets of weights are put in turn. */
export function ensembleRunner(ensemble: Ensemble, name: string): EnsembleRunner {
  let made: { model: LayersModel; key: string } | undefined;
  let holds = -1;
  let turn: Promise<unknown> = Promise.resolve();
  const forget = () => {
    made?.model.dispose();
    made = undefined;
    holds = -1;
  };
  const modelFor = (shapes: readonly (readonly number[])[]): LayersModel => {
    const key = shapes.map(String).join(';');
    if (made?.key !== key) {
      forget();
      made = { model: ensemble.create(shapes), key };
    }
    return made.model;
  };
  const put = async (model: LayersModel, member: number) => {
    if (holds === member) return;
    holds = -1;
    await ensemble.put(model, member);
    holds = member;
  };
  const runSame = async (
    samples: readonly PreparedData[],
    { heatMaps = false, explain, onProgress, onNote, signal }: RunEnsembleOptions,
  ): Promise<NetworkAnswer[]> => {
    const data = joined(samples);
    const rows = samples.map((_, i) => i);
    const { classes, labelKind } = data;
    const model = modelFor(data.inputs.map(({ shape }) => shape));
    const members: number[][][] = [];
    for (let member = 0; member < ensemble.members; member++) {
      signal?.throwIfAborted();
      await put(model, member);
      const logits = await predictLogits(model, data, rows);
      members.push(logits.map((one) => probabilitiesOf(one, { labelKind })));
      onProgress?.(member + 1, ensemble.members);
    }
    for (const note of ensemble.notes?.() ?? []) onNote?.(note);
    const probabilities = rows.map((n) => classes.map((_, c) => mean(members.map((member) => member[n]![c]!))));
    const { count, test } = data.views ?? ONE_VIEW;
    const shown = rows.map((n) => n * count + test[0]!);
    const explained = heatMaps && hasMaps(model);
    if (heatMaps && !explained) onNote?.(`no heat maps: ${name} has no layer that keeps the places of its input`);
    const maps: HeatMap[][][] = [];
    if (explained) {
      for (let member = 0; member < ensemble.members; member++) {
        await put(model, member);
        const each: HeatMap[][] = [];
        for (const n of rows) {
          signal?.throwIfAborted();
          const classIndex = explain ?? probabilities[n]!.indexOf(Math.max(...probabilities[n]!));
          each.push(await heatMapsOf(model, data, { row: shown[n]!, classIndex }));
        }
        maps.push(each);
      }
    }
    const { inputNames } = model;
    return rows.map((n) => ({
      probabilities: probabilities[n]!,
      std: classes.map((_, c) => stdOf(members.map((member) => member[n]![c]!))),
      inputs: data.inputs.map((input, i) => ({
        name: inputNames[i]!,
        shape: [...input.shape],
        values: copyRows(input, [shown[n]!]),
      })),
      ...(explained && {
        heatMaps: maps[0]![n]!.map(({ shape }, i) => ({
          name: inputNames[i] ?? String(i),
          shape,
          values: meanMap(maps.map((member) => member[n]![i]!)),
        })),
      }),
    }));
  };
  const run = async (samples: readonly PreparedData[], options: RunEnsembleOptions): Promise<NetworkAnswer[]> => {
    const answers: NetworkAnswer[] = [];
    for (const batch of ofOneShape(samples)) answers.push(...(await runSame(batch, options)));
    return answers;
  };
  /** One after the other: there is one network. */
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const mine = turn.then(work);
    turn = mine.catch(() => {});
    return mine;
  };
  return {
    run: (samples, options = {}) => inTurn(() => run(samples, options)),
    prepare: (shapes) =>
      inTurn(async () => {
        const model = modelFor(shapes);
        await put(model, 0);
        return model;
      }),
    dispose: forget,
  };
}

/** Neighbors whose inputs have one shape, together. */
function ofOneShape(samples: readonly PreparedData[]): PreparedData[][] {
  const batches: { key: string; batch: PreparedData[] }[] = [];
  for (const sample of samples) {
    const key = sample.inputs.map(({ shape }) => String(shape)).join(';');
    const last = batches.at(-1);
    if (last?.key === key) last.batch.push(sample);
    else batches.push({ key, batch: [sample] });
  }
  return batches.map(({ batch }) => batch);
}

/** Samples, each prepared by itself, as the rows of one. */
function joined(samples: readonly PreparedData[]): PreparedData {
  const [first] = samples as readonly [PreparedData, ...PreparedData[]];
  if (samples.length === 1) return first;
  const { count } = first.views ?? ONE_VIEW;
  const rows = Array.from({ length: count }, (_, row) => row);
  return {
    ...first,
    labels: samples.flatMap(({ labels }) => labels),
    inputs: first.inputs.map(({ shape }, i) => {
      const size = shape.reduce((product, side) => product * side, count);
      const values = new Float32Array(size * samples.length);
      for (const [n, { inputs }] of samples.entries()) values.set(copyRows(inputs[i]!, rows), n * size);
      return { shape, values };
    }),
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function stdOf(values: readonly number[]): number {
  const middle = mean(values);
  return Math.sqrt(mean(values.map((value) => (value - middle) ** 2)));
}

function meanMap(maps: readonly HeatMap[]): Float32Array {
  return maps[0]!.values.map((_, p) => mean(maps.map(({ values }) => values[p]!)));
}
