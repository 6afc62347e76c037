// The network of the page: the one that comes with it, or an exported folder of somebody's, by one road.
import { overlayHeatMap } from '@mer/models';
import { type FolderFiles, type LoadedPredictor, loadPredictor } from '@mer/predictor';
import { type AnyStep, type Clip, createStep, displayImage, frame, type StepData } from '@mer/representations';
import * as tf from '@tensorflow/tfjs-core';
import { nameOf } from '../clip-source.ts';
import facts from '../network/network.json' with { type: 'json' };
import type { NetworkFacts, NetworkSource } from '../protocol.ts';
import { pixelsOf } from './pixels.ts';

export const network = facts;

/** The whole way of the page's own network from the clip to its input, as TypeScript. */
export const networkSteps = String(createStep({ pipe: [...facts.picture, facts.scaling] as StepData[] }) as AnyStep);

/** Loads a network on the current backend. */
export async function loadNetwork(source: NetworkSource): Promise<LoadedPredictor> {
  return loadPredictor(
    source.kind === 'own' ? await ownFolder() : source.kind === 'files' ? filesOf(source) : sameSite(source.address),
  );
}

const filesOf = ({ files }: NetworkSource & { kind: 'files' }): FolderFiles =>
  new Map(files.map(({ path, file }) => [nameOf(path), file]));

/** The files that come with the page: their names change when the site is built, so they are no folder there. */
async function ownFolder(): Promise<FolderFiles> {
  const addresses = {
    'model.json': new URL('../network/model.json', import.meta.url),
    'weights.safetensors': new URL('../network/weights.safetensors', import.meta.url),
  };
  const files = new Map<string, Blob>();
  for (const [name, address] of Object.entries(addresses)) {
    const response = await fetch(address);
    if (!response.ok)
      throw new Error(`Cannot load the network as ${address.pathname} must be there: status ${response.status}`);
    files.set(name, await response.blob());
  }
  return files;
}

/** An address of this site: the page asks no other. */
function sameSite(address: string): URL {
  const url = new URL(address);
  if (url.origin === location.origin) return url;
  throw new Error(
    `Cannot load a network as its address must be on this site (${location.origin}): it is on ${url.origin}. Drop its files here`,
  );
}

/** What the page tells of a network. */
export function factsOf({ file }: LoadedPredictor, own: boolean): NetworkFacts {
  const { name, classes, expected, license, data, weights, encoding } = file;
  const bytes = weights.reduce((sum, one) => sum + one.bytes, 0);
  return {
    ...{ own, name, classes, bytes, encoding, members: weights.length, note: expected.note, license: license.weights },
    data: data.map((one) => one.name),
    ...(own && { parameters: facts.parameters, training: facts.training, tested: facts.tested }),
  };
}

/** Probabilities, and the heat map of a class (the likeliest by default). */
export async function askNetwork(predictor: LoadedPredictor, clip: Clip, explain: number | undefined) {
  // the page shows what is doubtful beside the answer, which it gives all the same
  const answer = await predictor.predict(clip, { face: 'fills', force: true, heatMaps: true, explain });
  if (!answer.answered) throw new Error(`There is no answer: ${answer.reason}`);
  const { probabilities, classes, inputs, heatMaps, forced } = answer;
  const kept: tf.Tensor[] = [];
  const keep = <T extends tf.Tensor>(tensor: T): T => {
    kept.push(tensor);
    return tensor;
  };
  try {
    const [input] = inputs as [(typeof inputs)[number]];
    const shown = keep(await displayImage(keep(imageOf(input))));
    const face = keep(await frame({ at: 'apex' }).applyAsync({ ...clip, apex: answer.marks?.apex ?? clip.apex }));
    const map = heatMaps?.[0];
    const heat = map && keep(unit(tf.tensor2d(map.values, map.shape)));
    return {
      classes: classes.map((name, i) => ({ name, probability: probabilities[i]! })),
      explained: explain ?? probabilities.indexOf(Math.max(...probabilities)),
      doubts: forced.map(({ text }) => text),
      input: await pixelsOf(shown),
      overInput: await pixelsOf(heat ? keep(overlayHeatMap(shown, heat)) : shown),
      overFace: await pixelsOf(heat ? keep(overlayHeatMap(face, heat)) : face),
    };
  } finally {
    tf.dispose(kept);
  }
}

/** Of a sequence the image in the middle. */
function imageOf({ shape, values }: { shape: readonly number[]; values: Float32Array }): tf.Tensor3D {
  return tf.tidy(() => {
    const input = tf.tensor(values, [...shape]);
    if (input.rank !== 4) return input as tf.Tensor3D;
    return tf.squeeze(tf.slice(input, Math.floor(shape[0]! / 2), 1), [0]) as tf.Tensor3D;
  });
}

/** A heat map whose largest value is 1. */
function unit(map: tf.Tensor2D): tf.Tensor2D {
  return tf.tidy(() => {
    const scaled = tf.div(map, tf.maximum(tf.max(map), 1e-7)) as tf.Tensor2D;
    map.dispose();
    return scaled;
  });
}
