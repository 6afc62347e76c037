import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';

/** The files of a layers model of TensorFlow.js, by name. */
export interface TfjsLayersFiles {
  /** Which layers with which options, how they hang together, and what lies where in the other file. */
  readonly 'model.json': Uint8Array;
  /** The weights, one after the other. */
  readonly 'weights.bin': Uint8Array;
}

/**
 * A network in the layers format of TensorFlow.js: two files that `tf.loadLayersModel` reads from a URL or a folder, to be trained on or cut into parts.
 *
 * Whoever loads it must know its layers: for networks of `@mer/models` that is `loadModel` of that package, or, after any network of the same kind was made with it,
 * `tf.loadLayersModel` itself. Where a program has nothing but TensorFlow.js, or another runtime, take `exportOnnx`.
 *
 * What was written is read again and run on noise beside the network, so that a layer that forgets an option in its `getConfig` is found here.
 *
 * @param model read only; its own layers must be registered (`tf.serialization.registerClass`), as those of `@mer/models` and all made of its `NetworkLayer` are
 * @returns the content of both files
 * @throws `Error` that names the layer which cannot be written, cannot be made again, or does something else when it is
 *
 * @example
 * ```ts
 * import '@tensorflow/tfjs-backend-cpu';
 * import { createStstNet } from '@mer/models';
 * import { exportTfjsLayers } from '@mer/predictor';
 *
 * const files = await exportTfjsLayers(createStstNet({ classes: 3 }));
 * console.log(Object.keys(files), files['weights.bin'].length); // [ 'model.json', 'weights.bin' ] 6860
 * ```
 */
export async function exportTfjsLayers(model: tfl.LayersModel): Promise<TfjsLayersFiles> {
  const task = `export ${model.name} as a layers model`;
  for (const layer of model.layers) checkLayer(layer, task);
  const stored = await artifactsOf(model);
  await checkAgain(model, stored, task);
  const { modelTopology, weightSpecs, userDefinedMetadata } = stored;
  const file = {
    format: 'layers-model',
    generatedBy: stored.generatedBy ?? null,
    convertedBy: null,
    ...(userDefinedMetadata && { userDefinedMetadata }),
    modelTopology,
    weightsManifest: [{ paths: ['weights.bin'], weights: weightSpecs }],
  };
  return {
    'model.json': new TextEncoder().encode(`${JSON.stringify(file)}\n`),
    'weights.bin': new Uint8Array(tf.io.CompositeArrayBuffer.join(stored.weightData)),
  };
}

/** Throws where a layer cannot be written, or its class is not known by name. */
function checkLayer(layer: tfl.layers.Layer, task: string): void {
  const kind = layer.getClassName();
  try {
    JSON.stringify(layer.getConfig());
  } catch (cause) {
    throw new Error(
      `Cannot ${task} as each layer must give its options: getConfig() of ${layer.name} (${kind}) fails: ${(cause as Error).message}`,
      { cause },
    );
  }
  const registered = tf.serialization.SerializationMap.getMap().classNameMap;
  if (kind === undefined || !(kind in registered)) {
    throw new Error(
      `Cannot ${task} as the class of each layer must be registered: that of ${layer.name} (${kind ?? 'without className'}) is not; call tf.serialization.registerClass() with it, or take exportOnnx()`,
    );
  }
}

async function artifactsOf(model: tfl.LayersModel): Promise<tf.io.ModelArtifacts> {
  let stored: tf.io.ModelArtifacts | undefined;
  await model.save(
    tf.io.withSaveHandler(async (artifacts) => {
      stored = artifacts;
      return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' } };
    }),
  );
  return stored!;
}

/** Reads what was written and compares what both networks make of noise. */
async function checkAgain(model: tfl.LayersModel, stored: tf.io.ModelArtifacts, task: string): Promise<void> {
  let again: tfl.LayersModel;
  try {
    again = await tfl.loadLayersModel(tf.io.fromMemory(stored));
  } catch (cause) {
    throw new Error(`Cannot ${task} as it must be possible to make its layers again: ${(cause as Error).message}`, {
      cause,
    });
  }
  const inputs = model.inputs.map(({ shape }, i) =>
    tf.randomNormal([shape[0] ?? 1, ...(shape.slice(1) as number[])], 0, 1, 'float32', 1 + i),
  );
  try {
    if (await sameOutputs(model, again, inputs)) return;
    for (const [i, layer] of model.layers.entries()) {
      const [one, other] = [upTo(model, layer), upTo(again, again.layers[i]!)];
      if (!(await sameOutputs(one, other, inputs))) {
        throw new Error(
          `Cannot ${task} as each layer must do the same when it is made again: ${layer.name} (${layer.getClassName()}) does not; does its getConfig() give all of its options?`,
        );
      }
    }
    throw new Error(`Cannot ${task} as it must do the same when it is made again, which it does not`);
  } finally {
    tf.dispose(inputs);
    // tfjs counts every use of a layer and takes a single one back when the model goes
    for (const layer of again.layers) for (let uses = layer.inboundNodes.length; uses > 1; uses--) layer.dispose();
    again.dispose();
  }
}

function upTo(model: tfl.LayersModel, layer: tfl.layers.Layer): tfl.LayersModel {
  return tfl.model({ inputs: model.inputs, outputs: layer.getOutputAt(0) });
}

async function sameOutputs(
  model: tfl.LayersModel,
  other: tfl.LayersModel,
  inputs: readonly tf.Tensor[],
): Promise<boolean> {
  const outputs = (each: tfl.LayersModel) =>
    tf.tidy(() => [each.apply([...inputs], { training: false }) as tf.Tensor | tf.Tensor[]].flat());
  const [ours, theirs] = [outputs(model), outputs(other)];
  try {
    for (const [i, output] of ours.entries()) {
      const [a, b] = (await Promise.all([output.data(), theirs[i]!.data()])) as [Float32Array, Float32Array];
      const largest = a.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-30);
      if (a.length !== b.length || a.some((value, j) => Math.abs(value - b[j]!) > 1e-5 * largest)) return false;
    }
    return true;
  } finally {
    tf.dispose([ours, theirs]);
  }
}
