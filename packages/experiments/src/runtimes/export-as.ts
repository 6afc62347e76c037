import { useBackend } from '@mer/backends';
import { createSyntheticDataset, findDataset, readOrOpenClip } from '@mer/datasets';
import { encodeSafetensors, readCheckpoint } from '@mer/io';
import { exportAuthorWeights, findModel } from '@mer/models';
import { disposeSource, exportOnnx, exportTfjsLayers } from '@mer/predictor';
import type { StepData } from '@mer/representations';
import type * as tfl from '@tensorflow/tfjs-layers';
import { shapesOfSample } from '../export/export-network.js';
import { NO_PARTS } from '../parts/own-modules.js';
import { needsLandmarks, type Predictor } from '../predict/predictor.js';
import { makeSteps } from '../prepare/image-makers.js';
import { prepareSource } from '../prepare/prepare.js';
import { makeModel } from '../run/model.js';
import { putWeights } from '../run/put-weights.js';
import { packageVersion } from '../run/version.js';
import type { Experiment } from '../schema/experiment.js';
import { ExperimentError } from '../schema/experiment-error.js';

/** What a network can be exported as for programs other than these: an ONNX file, weights with the names of its authors' code, the layers format of tfjs. */
export const RUNTIMES = ['onnx', 'authors', 'tfjs-layers'] as const;

/** What a network can be exported as. */
export type Runtime = (typeof RUNTIMES)[number];

/** Options of {@link exportAs}. */
export interface ExportAsOptions {
  /** Number of samples that an ONNX file takes at once; any by default. */
  batch?: number | undefined;
  /** A state dict of the authors' network (a file), for what theirs has and this one does without. */
  rest?: string | undefined;
  /** Shapes of the inputs; where they are not given they are found out from the steps of the experiment. */
  shapes?: readonly (readonly number[])[] | undefined;
  /** Which network of a run it is. */
  member?: { seed: number; fold: string | null } | undefined;
}

/** A network for other programs. */
export interface NetworkFiles {
  /** Content of each file by its name: `<name>.onnx`, `<name>.safetensors`, or `model.json` and `weights.bin`. */
  files: Readonly<Record<string, Uint8Array>>;
  /** What the network takes and gives, and how its pictures are made: for a JSON file beside. */
  description: NetworkDescription;
}

/** What a program must know to use a network: plain data. */
export interface NetworkDescription {
  name: string;
  network: string;
  /** In the order of the outputs' numbers. */
  classes: readonly string[];
  /** `multiple` where a clip has any number of labels; the sigmoid of each logit is then its probability, else the softmax of all. */
  labelKind: 'single' | 'multiple';
  inputs: readonly {
    name: string;
    /** As the file takes it; null where any number goes. */
    shape: readonly (number | null)[];
    axes: string;
    /** Range and meaning of the numbers. */
    values: string | null;
    /** From the clip, or the picture, to what the network takes, every option spelled out. */
    steps: readonly StepData[];
  }[];
  outputs: readonly { name: string; shape: readonly (number | null)[]; values: string | null }[];
  /** Steps on the clip before those of the inputs, how its frames are read, and what makes pictures of clips where the data set has pictures. */
  preprocessing: { frames: unknown; steps: readonly StepData[]; madeBy: readonly StepData[] | null };
  /** Whose weights. */
  weights: { seed: number | null; fold: string | null };
  versions: { mer: string };
}

/**
 * A network with its weights for programs other than these.
 *
 * @param predictor - one network, as opened by {@link openExportable} or {@link openWeights}
 * @param as - for whom
 * @param options - batch, shapes, rest
 * @returns the files, and what a program must know to use them
 * @throws {@link ExperimentError} for an ensemble, and where the shapes of the inputs cannot be told; what {@link exportOnnx}, {@link exportAuthorWeights} and {@link exportTfjsLayers} throw
 *
 * @example
 * ```ts no-run
 * import { exportAs, openWeights, readExperiment } from '@mer/experiments';
 *
 * const ststnet = await openWeights(await readExperiment('ststnet-megc2019'), 'ststnet.safetensors');
 * const { files } = await exportAs(ststnet, 'onnx');
 * console.log(Object.keys(files)); // [ 'ststnet.onnx' ]
 * ```
 */
export async function exportAs(
  predictor: Predictor,
  as: Runtime,
  { batch, rest, shapes, member }: ExportAsOptions = {},
): Promise<NetworkFiles> {
  const { experiment, classes, files, entry, own } = predictor;
  if (files.length !== 1) {
    throw new ExperimentError(
      `Cannot export ${experiment.name} as one network must be meant: there are weights of ${files.length}; give one file`,
    );
  }
  if (batch !== undefined && as !== 'onnx') {
    throw new ExperimentError(
      `Cannot export ${experiment.name} with a fixed batch as it must be as onnx: it is as ${as}`,
    );
  }
  if (rest !== undefined && as !== 'authors') {
    throw new ExperimentError(`Cannot use the rest of ${rest} as it must be for names of authors: it is as ${as}`);
  }
  // values of a graphics card cannot be read at once, as a trace needs them
  await useBackend(as === 'onnx' ? 'wasm' : experiment.backend);
  const inputs = (shapes ?? (await shapesOf(predictor))).map((shape) => ({
    shape: [...shape],
    values: new Float32Array(0),
  }));
  const model = makeModel(experiment, { classes, labels: [], inputs }, 0, own?.parts);
  try {
    await putWeights(model, files[0]!, { entry });
    const description = describe(predictor, model, { as, batch, member });
    return { files: await filesOf(model, { as, batch, rest, description }), description };
  } finally {
    model.dispose();
  }
}

async function filesOf(
  model: tfl.LayersModel,
  {
    as,
    batch,
    rest,
    description,
  }: { as: Runtime; batch: number | undefined; rest: string | undefined; description: NetworkDescription },
): Promise<Record<string, Uint8Array>> {
  const { network: name, classes, labelKind } = description;
  switch (as) {
    case 'onnx': {
      const metadata = {
        classes: JSON.stringify(classes),
        labels: labelKind,
        description: JSON.stringify(description),
      };
      return { [`${name}.onnx`]: exportOnnx(model, { metadata, ...(batch !== undefined && { batch }) }) };
    }
    case 'authors': {
      const given = rest === undefined ? {} : { rest: (await readCheckpoint(rest)).arrays };
      const metadata = { format: 'pt', classes: JSON.stringify(classes) };
      return { [`${name}.safetensors`]: encodeSafetensors(await exportAuthorWeights(model, given), metadata) };
    }
    case 'tfjs-layers':
      return { ...(await exportTfjsLayers(model)) };
  }
}

/** The shapes of the inputs: of pictures the network's own, of clips as the steps give them whatever is recorded, or else as a sample of the data set has them. */
async function shapesOf(predictor: Predictor): Promise<readonly (readonly number[])[]> {
  const { experiment, own = NO_PARTS } = predictor;
  const { data, model } = experiment;
  if (findDataset(data.name, { parts: own.parts }).samples === 'images') {
    const definition = findModel(model.name, { parts: own.parts });
    const created = definition.create({ ...definition.presets[model.preset ?? ''], ...model.options });
    const shapes = created.inputs.map(({ shape }) => shape.slice(1) as number[]);
    created.dispose();
    return shapes;
  }
  if (data.root === undefined && !needsLandmarks(experiment, own)) {
    const [small, large] = [await shapesOfMadeUp(predictor, 64), await shapesOfMadeUp(predictor, 96)];
    if (String(small) === String(large)) return small;
  }
  return shapesOfSample(experiment, own);
}

/** What becomes of a made-up clip whose frames have this side, unless the experiment says which they have. */
async function shapesOfMadeUp({ experiment, own }: Predictor, side: number): Promise<number[][]> {
  const { size = side, color, from, to } = experiment.data.frames;
  const clips = createSyntheticDataset({ subjects: 2, clipsPerSubject: 1, size: side, frames: 24 });
  const frames = { size, ...(color !== undefined && { color }), ...(from && { from }), ...(to && { to }) };
  const clip = await readOrOpenClip(clips, 0, frames);
  try {
    return (await prepareSource(experiment, clip, own)).inputs.map(({ shape }) => [...shape]);
  } finally {
    disposeSource(clip);
  }
}

function describe(
  { experiment, classes, labelKind, own }: Predictor,
  model: tfl.LayersModel,
  { as, batch, member }: Pick<ExportAsOptions, 'batch' | 'member'> & { as: Runtime },
): NetworkDescription {
  const parts = own?.parts;
  const { inputs: declared } = findModel(experiment.model.name, { parts });
  const { traits } = findDataset(experiment.data.name, { parts });
  const samples = batch ?? null;
  const spelled = (steps: Experiment['preprocessing'], at: string) =>
    makeSteps(steps, at, parts).map((step) => step.toJSON());
  // names and layouts of the authors' code are for PyTorch (or Keras, whose code says so)
  const axes = (rank: number) => {
    const own = ['height, width, channels', 'frames, height, width, channels'][rank - 4] ?? 'values';
    return as === 'authors' ? `samples, ${own} here; the authors' code has its own order` : `samples, ${own}`;
  };
  return {
    name: experiment.name,
    network: experiment.model.name,
    classes,
    labelKind: labelKind ?? 'single',
    inputs: model.inputs.map(({ shape }, i) => ({
      name: model.inputNames[i]!,
      shape: [samples, ...shape.slice(1)],
      axes: axes(shape.length),
      values: declared[i]?.values ?? null,
      steps: spelled(experiment.inputs[i]?.steps ?? [], `inputs.${i}.steps`),
    })),
    outputs: model.outputs.map(({ shape }, i) => ({
      name: model.outputNames[i]!,
      shape: [samples, ...shape.slice(1)],
      values: i === 0 ? 'logits, one for each class' : null,
    })),
    preprocessing: {
      frames: experiment.data.frames,
      steps: spelled(experiment.preprocessing, 'preprocessing'),
      madeBy: traits.madeBy ? spelled(traits.madeBy, 'madeBy') : null,
    },
    weights: { seed: member?.seed ?? null, fold: member?.fold ?? null },
    versions: { mer: packageVersion() },
  };
}
