import { checkOptions, choice, either, integer, type OptionsOf, text } from '@mer/options';
import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { type GeneralTrace, generalize } from './generalize.js';
import { createGraph, elementType, type Named } from './graph.js';
import { kernels } from './kernels/kernels.js';
import { writeMessage } from './message.js';
import { type Origin, type Trace, trace } from './trace.js';

const exportOnnxOptions = {
  batch: either(
    'Number of samples that the graph takes at once.',
    [choice('Any number.', ['any'], {}), integer('A fixed number.', { min: 1 })],
    { default: 'any' },
  ),
  name: text('Name of the graph; the name of the network where it is not given.', { optional: true }),
};

/** Options of {@link exportOnnx}. */
export interface ExportOnnxOptions extends OptionsOf<typeof exportOnnxOptions> {
  /** Texts by name that whoever loads the file can read, as `session.get_modelmeta().custom_metadata_map` in Python: its classes, say. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/** What files begin with: ONNX 1.16, operations as of opset 21, which ONNX Runtime reads from 1.18 (2024). */
const [irVersion, opset] = [10, 21];

/**
 * A network as an ONNX file, for other runtimes.
 *
 * The network is run on two small batches of noise on the backend at work, and what it computes is written down operation by operation, each said in operations
 * of ONNX: layers of anybody can be exported, as long as tfjs's operations in them have a form there. Numbers that depend on weights alone (scales of batch
 * normalization, say) are computed once. Training behavior (dropout, batch statistics) isn't exported.
 *
 * Inputs and outputs keep their names and shapes: images are `[samples, height, width, channels]`, as everywhere in this toolkit, and outputs are what
 * `model.predict` gives (logits, for networks of `@mer/models`).
 *
 * @param model read only; anything that tfjs can run at once
 * @returns the bytes of the file, the weights within it
 * @throws `TypeError` for options that aren't what they must be
 * @throws `Error` where an operation has no form in ONNX, named; where what the network does depends on the values of its input; where a shape grows otherwise than
 * with the samples (a fixed `batch` helps); on webgpu, which cannot be read at once; and for networks of 2 GB or more, which one file cannot hold
 *
 * @example
 * ```ts
 * import '@tensorflow/tfjs-backend-cpu';
 * import { createStstNet } from '@mer/models';
 * import { exportOnnx } from '@mer/predictor';
 *
 * const bytes = exportOnnx(createStstNet({ classes: 3 }));
 * console.log(bytes.length < 12_000); // true
 * ```
 */
export function exportOnnx(model: tfl.LayersModel, { metadata = {}, ...options }: ExportOnnxOptions = {}): Uint8Array {
  const { batch, name = model.name } = checkOptions('export a network as ONNX', exportOnnxOptions, options);
  for (const [key, value] of Object.entries(metadata)) {
    if (typeof value === 'string') continue;
    throw new TypeError(
      `Cannot export a network as ONNX as metadata must be texts: current value of ${key} is ${value}`,
    );
  }
  const task = `export ${name} as ONNX`;
  const weights = model.weights.reduce((sum, { shape }) => sum + shape.reduce<number>((a, b) => a * b!, 4), 0);
  if (weights >= 2 ** 31 - 2 ** 20)
    throw new Error(`Cannot ${task} as its weights take ${Math.round(weights / 1e6)} MB: a file of ONNX holds 2147 MB`);
  if (tf.getBackend() === 'webgpu') {
    throw new Error(`Cannot ${task} on the backend 'webgpu' as values must be read at once: use wasm, webgl or cpu`);
  }
  const batches = batch === 'any' ? ([2, 3] as const) : ([batch, batch] as const);
  const [first, second] = batches.map((samples, i) => traceModel(model, samples, i)) as [Trace, Trace];
  const general = generalize(first, second, batches, task);
  return written(general, model, { name, task, metadata });
}

/** What a network does with noise. */
function traceModel(model: tfl.LayersModel, samples: number, seed: number): Trace {
  const inputs = model.inputs.map(({ shape }, i) =>
    tf.randomNormal([samples, ...(shape.slice(1) as number[])], 0, 1, 'float32', 1 + 2 * i + seed),
  );
  const run = () => {
    const made = model.apply(inputs, { training: false }) as tf.Tensor | tf.Tensor[];
    return Array.isArray(made) ? made : [made];
  };
  const kept: Trace[] = [];
  try {
    tf.tidy(() => {
      kept.push(trace(inputs, run));
    });
    return kept[0]!;
  } finally {
    tf.dispose(inputs);
  }
}

/** The file of what a network does. */
function written(
  traced: GeneralTrace,
  model: tfl.LayersModel,
  { name, task, metadata }: { name: string; task: string; metadata: Readonly<Record<string, string>> },
): Uint8Array {
  const { inputNames, outputNames } = model;
  const { graph, nodes, tensors } = createGraph(inputNames[0]!, [...inputNames, ...outputNames]);
  const weightNames = new Map(model.weights.map((weight) => [weight.read().dataId as object, weight.originalName]));
  const constants = traced.constants.map(
    ({ shape, dtype, values, data }, i): Named => ({
      shape,
      dtype,
      values,
      name: weightNames.get(data) ?? `constant_${i}`,
    }),
  );
  const made: string[][] = [];
  const named = ({ origin, ...value }: { origin: Origin } & Omit<Named, 'name'>): Named => {
    if (origin.from === 'constant') return constants[origin.index]!;
    return {
      ...value,
      name: origin.from === 'input' ? inputNames[origin.index]! : made[origin.index]![origin.output]!,
    };
  };
  for (const call of traced.calls) {
    const writer = kernels[call.kernel];
    if (!writer) {
      throw new Error(
        `Cannot ${task} as its operation ${call.kernel} has no form in ONNX here: ${Object.keys(kernels).sort().join(', ')} have`,
      );
    }
    const inputs = Object.fromEntries(Object.entries(call.inputs).map(([key, input]) => [key, named(input)]));
    try {
      const names = writer({ ...call, inputs, graph });
      made.push(typeof names === 'string' ? [names] : [...names]);
    } catch (cause) {
      throw new Error(`Cannot ${task}: ${(cause as Error).message}`, { cause });
    }
  }
  const all = [...nodes];
  traced.outputs.forEach((output, i) => {
    all.push({
      name: `output ${outputNames[i]}`,
      operation: 'Identity',
      inputs: [graph.use(named(output))],
      outputs: [outputNames[i]!],
      attributes: {},
    });
  });
  return writeMessage({
    name,
    producer: 'mer',
    metadata,
    irVersion,
    opset,
    nodes: all,
    tensors,
    inputs: traced.inputs.map(({ shape, dtype }, i) => ({ name: inputNames[i]!, type: elementType(dtype), shape })),
    outputs: traced.outputs.map(({ shape, dtype }, i) => ({ name: outputNames[i]!, type: elementType(dtype), shape })),
  });
}
