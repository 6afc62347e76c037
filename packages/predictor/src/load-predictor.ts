import { type BackendName, useBackend } from '@mer/backends';
import { fileLimits } from '@mer/io';
import { createModel, loadWeights } from '@mer/models';
import type { Part } from '@mer/options';
import type { FaceDetector } from '@mer/representations';
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { MODEL_FILE, type ModelFile, parseModelFile } from './folder/model-file.js';
import { type FolderFiles, openModelFolder } from './folder/open-folder.js';
import { type FloatArrays, readMemberWeights } from './folder/weight-encodings.js';
import { makePredictor, type Predictor } from './predict/make-predictor.js';

/** How an exported network is loaded. */
export interface LoadPredictorOptions {
  /** Backend of TensorFlow.js; the one in use by default, and `wasm` where none is. */
  backend?: BackendName | 'auto' | undefined;
  /** Definitions of the own parts that the network is made with: they are never loaded from the folder. */
  parts?: readonly Part[] | undefined;
  /** Finds faces in what is predicted, unless a call has a detector of its own; `createFaceDetector` of @mer/representations makes one. */
  detect?: FaceDetector | undefined;
  /** Ends the work by throwing the signal's reason. */
  signal?: AbortSignal | undefined;
  /** Told how many bytes of the weights have come. */
  onProgress?: ((done: number, total: number) => void) | undefined;
}

/** A network of an exported folder. */
export interface LoadedPredictor extends Predictor {
  /** What its folder says of it. */
  readonly file: ModelFile;
}

/**
 * Loads a network that `mer export` wrote, in Node and in pages alike: from frames or video to an answer, or to a refusal with its reason.
 *
 * Nothing but the files of the folder is read, weights only as they were exported (by their hash), and nothing of them is executed. It works under a content security policy that allows
 * `wasm-unsafe-eval` and no other evaluation.
 *
 * @param folder - a path in Node, an address, or files: `{ 'model.json': blob, … }`, or the `File`s of a field
 * @param options - backend, own parts, a detector of faces, signal, progress
 * @returns what predicts; disposed of by the caller
 * @throws Error that names the file which is missing, damaged or of another network; the own part that must be given; the step or network that is not known
 *
 * @example
 * ```ts no-run
 * import { loadPredictor } from '@mer/predictor';
 *
 * const predictor = await loadPredictor('https://example.org/ststnet/');
 * const answer = await predictor.predict(video, { face: 'fills' });
 * console.log(answer.answered ? answer.predicted : answer.reason);
 * predictor.dispose();
 * ```
 */
export async function loadPredictor(
  folder: string | URL | FolderFiles,
  { backend, parts, detect, signal, onProgress = () => {} }: LoadPredictorOptions = {},
): Promise<LoadedPredictor> {
  let before = 0;
  let total = 0;
  const opened = openModelFolder(folder, {
    signal,
    onBytes: (file, bytes) => {
      if (file !== MODEL_FILE) onProgress(Math.min(total, before + bytes), total);
    },
  });
  const text = new TextDecoder().decode(await opened.read(MODEL_FILE, fileLimits.textBytes));
  const file = parseModelFile(text, { name: `${MODEL_FILE} of ${opened.name}` });
  checkParts(file, parts);
  total = file.weights.reduce((sum, { bytes }) => sum + bytes, 0);
  if (backend !== undefined) await useBackend(backend);
  else if (!tf.getBackend()) await useBackend('wasm');
  const weights: FloatArrays[] = [];
  for (const member of file.weights) {
    signal?.throwIfAborted();
    weights.push(await readMemberWeights(member, await opened.read(member.file, member.bytes)));
    before += member.bytes;
  }
  const predictor = makePredictor(
    file,
    {
      members: weights.length,
      create: () => createNetwork(file, parts),
      async put(model, member) {
        try {
          loadWeights(model, weights[member]!);
        } catch (cause) {
          throw new Error(`Cannot use ${file.weights[member]!.file}: ${(cause as Error).message}`, { cause });
        }
      },
    },
    { parts, detect },
  );
  try {
    signal?.throwIfAborted();
    await predictor.network.prepare(file.inputs.map(({ shape }) => shape));
  } catch (error) {
    predictor.dispose();
    throw error;
  }
  const { network: _network, ...rest } = predictor;
  return { file, ...rest };
}

/** Throws where an own part of the network was not given. */
function checkParts({ name, parts: needed }: ModelFile, given: readonly Part[] = []): void {
  const missing = needed.filter((part) => !given.some((one) => one.kind === part.kind && one.name === part.name));
  if (missing.length === 0) return;
  const shown = missing.map((part) => `${part.kind} ${part.name} (of a module with the hash ${part.hash})`).join(', ');
  throw new Error(
    `Cannot load ${name} as its own parts must be given, they are not in the folder: parts lacks ${shown}; import their definitions and give them as parts`,
  );
}

/** The network of a folder; throws where its inputs are others than the folder says. */
function createNetwork(
  { name, model: { name: network, options }, inputs, classes }: ModelFile,
  parts: readonly Part[] | undefined,
): LayersModel {
  let model: LayersModel;
  try {
    model = createModel(network, options, { parts });
  } catch (cause) {
    throw new Error(`Cannot load ${name}: ${(cause as Error).message}`, { cause });
  }
  const made = model.inputs.map(({ shape }, i) => ({ name: model.inputNames[i]!, shape: shape.slice(1) }));
  const fits =
    made.length === inputs.length &&
    inputs.every(
      (input, i) =>
        input.name === made[i]!.name &&
        input.shape.length === made[i]!.shape.length &&
        input.shape.every((side, axis) => made[i]!.shape[axis] === null || made[i]!.shape[axis] === side),
    );
  const outputs = model.outputs[0]!.shape[1];
  if (fits && outputs === classes.length) return model;
  model.dispose();
  const list = (all: readonly { name: string; shape: readonly (number | null)[] }[]) =>
    all.map((one) => `${one.name} [${one.shape.join(', ')}]`).join(' and ');
  throw new Error(
    `Cannot load ${name} as its network ${network} must have the inputs ${list(inputs)} and ${classes.length} classes: it has ${list(made)} and ${outputs}. Was it exported by another version?`,
  );
}
