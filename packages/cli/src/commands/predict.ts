import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { useBackend } from '@mer/backends';
import {
  type ClipPrediction,
  type Experiment,
  experimentOfRun,
  loadParts,
  predictClip,
  readRunManifest,
} from '@mer/experiments';
import { makeFolder, readImage, writeImage } from '@mer/io';
import { overlayHeatMap } from '@mer/models';
import { visible } from '@mer/options';
import { displayImage } from '@mer/representations';
import * as tf from '@tensorflow/tfjs-core';
import { UsageError } from '../errors.js';
import { interruptible } from '../interrupt.js';
import { print, printJson, say, terminal } from '../output.js';
import { createCounter } from '../progress.js';
import { type Marks, readClip } from '../represent/read-clip.js';
import { table } from '../table.js';

interface Options extends Marks {
  out?: string;
  use: string[];
  weights: 'auto' | 'final' | 'folds';
  backend?: string;
  json?: boolean;
}

/** `mer predict <run> <clip>` */
export async function predict(run: string, path: string, options: Options): Promise<void> {
  const { out, use, weights, backend, json, ...marks } = options;
  const own = await loadParts(use);
  const manifest = await readRunManifest(run, { task: 'predict with', own });
  const { backend: before, data } = experimentOfRun(run, manifest, own);
  const used = (backend ?? before) as Parameters<typeof useBackend>[0];
  await useBackend(used);
  const { source, close } = await readSource(path, marks, data.frames);
  const progress = createCounter(terminal, 'used', 'sets of weights');
  try {
    const prediction = await interruptible('stopped', (signal) =>
      predictClip(run, source, {
        weights,
        own,
        backend: used,
        heatMaps: out !== undefined,
        onProgress: progress.show,
        signal,
      }),
    );
    progress.end();
    if (out !== undefined) await writePictures(out, prediction);
    if (json) printJson(plain(prediction));
    else print(text(prediction));
    if (out !== undefined) say(`pictures: ${out}\n`);
  } finally {
    progress.end();
    await close();
  }
}

/** A folder or video is a clip, read as the run's were; a picture is itself, with values from 0 to 255 as in data sets of images. */
async function readSource(path: string, marks: Marks, { size, color, from, to }: Experiment['data']['frames']) {
  const info = await stat(path).catch((cause) => {
    throw new UsageError(`Cannot predict as ${path} must be a folder of frames, a video, or a picture`, { cause });
  });
  if (info.isFile() && /\.(png|jpe?g|bmp)$/i.test(path)) {
    const source = await readImage(path, { channels: 3, range: 'byte' });
    return { source, close: async () => source.dispose() };
  }
  const { clip: source, close } = await readClip(path, marks, {
    from: from ?? 'onset',
    to: to ?? 'offset',
    ...(size !== undefined && { size }),
    ...(color !== undefined && { color }),
  });
  return { source, close };
}

function text({ classes, probabilities, std, predicted, members, weights }: ClipPrediction): string {
  const order = classes.map((_, i) => i).sort((a, b) => probabilities[b]! - probabilities[a]!);
  const who =
    weights === 'final' ? `weights trained on all samples (${members})` : `mean of the weights of ${members} folds`;
  const rows = order.map((i) => [
    classes[i]!,
    probabilities[i]!.toFixed(4),
    ...(members > 1 ? [`± ${std[i]!.toFixed(4)}`] : []),
  ]);
  return `${visible(predicted)}\n\n${table(rows).join('\n')}\n\n${who}\n`;
}

function plain({ inputs: _inputs, heatMaps: _maps, ...rest }: ClipPrediction): object {
  return rest;
}

/** What the network saw, and where it looked, for each input. */
async function writePictures(out: string, { inputs, heatMaps = [] }: ClipPrediction): Promise<void> {
  await makeFolder(out);
  for (const { name, shape, values } of inputs) {
    const image = tf.tidy(() => imageOf(tf.tensor(values, shape)));
    const picture = await displayImage(image);
    image.dispose();
    await writeImage(join(out, `${name}.png`), picture);
    const heat = heatMaps.find((map) => map.name === name);
    if (heat) {
      const overlay = tf.tidy(() => {
        const map = tf.tensor2d(heat.values, heat.shape);
        const highest = tf.maximum(tf.max(map), 1e-7);
        return overlayHeatMap(picture, tf.div(map, highest) as tf.Tensor2D);
      });
      await writeImage(join(out, `${name}-heat.png`), overlay);
      overlay.dispose();
    }
    picture.dispose();
  }
}

/** Of a sequence the image in the middle. */
function imageOf(input: tf.Tensor): tf.Tensor3D {
  if (input.rank !== 4) return input as tf.Tensor3D;
  return tf.squeeze(tf.slice(input, Math.floor(input.shape[0]! / 2), 1), [0]);
}
