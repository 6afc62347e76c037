import { join } from 'node:path';
import { useBackend } from '@mer/backends';
import { openDataset } from '@mer/datasets';
import { type OwnParts, setValue, withDetectedLandmarks, withLandmarks } from '@mer/experiments';
import { makeFolder } from '@mer/io';
import { checkOptions, visible } from '@mer/options';
import {
  type AnyStep,
  contactSheet,
  createRepresentation,
  createStep,
  type FaceDetectorName,
  frame,
  type Mark,
  pipe,
  type SheetTile,
  type TrackFacesOptions,
  trackFacesOptions,
} from '@mer/representations';
import * as tf from '@tensorflow/tfjs-core';
import { UsageError } from '../errors.js';
import { interruptible } from '../interrupt.js';
import { print, printJson, say, terminal } from '../output.js';
import { ownParts } from '../own-parts.js';
import { clipProgress } from '../represent/clip-progress.js';
import { type Marks, readClip } from '../represent/read-clip.js';
import { type FaceOptions, findLandmarks, readLandmarkFile } from '../represent/recording-landmarks.js';
import { representDataset } from '../represent/represent-dataset.js';
import { writePicture, writeRepresentation } from '../represent/write-image.js';

interface Options extends Marks, FaceOptions {
  as: string[];
  preprocess: string[];
  out: string;
  set: string[];
  use: string[];
  size?: number;
  backend: string;
  data?: string;
  root?: string;
  json?: boolean;
}

/** `mer represent <clip> --as <names> -o <dir>`, or `mer represent --data <name> --root <dir> …` for every clip of a data set. */
export async function represent(path: string | undefined, options: Options): Promise<void> {
  const { as: names, preprocess, set, use, data } = options;
  const settings = set.reduce<unknown>(setValue, {}) as Record<string, object>;
  const known = [...preprocess, ...names, ...(data === undefined ? [] : ['data'])];
  const stray = Object.keys(settings).find((name) => !known.includes(name));
  if (stray) throw new UsageError(`Cannot set ${stray} as it must be one of ${known.join(', ')}`);
  const own = await ownParts(use);
  const before = preprocess.map((name) =>
    orUsageError(() => createStep({ step: name, options: settings[name] ?? {} }, { parts: own.parts })),
  );
  const steps = new Map(
    names.map((name) => {
      const last = orUsageError(() => createRepresentation(name, settings[name], { parts: own.parts }));
      return [name, before.length > 0 ? orUsageError(() => pipe(...before, last) as AnyStep) : last];
    }),
  );
  if ((path === undefined) === (data === undefined)) {
    throw new UsageError(
      `Cannot represent as there must be a clip (mer represent <clip>) or a data set (mer represent --data <name> --root <dir>): ${path === undefined ? 'none is given' : 'both are given'}`,
    );
  }
  if (path !== undefined) return representClip(path, steps, options);
  return representAll(steps, (settings['data'] ?? {}) as Record<string, unknown>, own, options);
}

async function representClip(
  path: string,
  steps: ReadonlyMap<string, AnyStep>,
  { out, size, backend, root, json, onset, apex: givenApex, offset, landmarks, detector, several }: Options,
): Promise<void> {
  if (root !== undefined) throw new UsageError('Cannot use --root as it must come with --data <name>');
  await useBackend(backend as Parameters<typeof useBackend>[0]);
  const read = size === undefined ? {} : { size };
  const { clip: bare, numbers, spotted, close } = await readClip(path, { onset, apex: givenApex, offset }, read);
  const tiles: SheetTile[] = [];
  const made: Record<string, { shape: number[]; least: number; greatest: number }> = {};
  try {
    await makeFolder(out);
    let clip = bare;
    if (landmarks !== undefined) {
      const [, height, width] = bare.frames.shape;
      clip = { ...bare, landmarks: await readLandmarkFile(landmarks, [height, width]) };
    } else if (needsFace(steps)) {
      const [faces, keep] = [{ detector, several }, join(out, 'landmarks.json')];
      clip = { ...bare, landmarks: await findLandmarks(bare, { path, numbers, faces, read, keep }) };
    }
    const apex = clip.apex!;
    for (const [at, index] of Object.entries({ onset: clip.onset, apex, offset: clip.offset } as const)) {
      const caption = `${at}, frame ${numbers[index]}${at === 'apex' && spotted ? ' (spotted)' : ''}`;
      tiles.push({ image: await frame({ at: at as Mark }).applyAsync(clip), caption });
    }
    for (const [name, step] of steps) {
      const image = (await step.applyAsync(clip)) as tf.Tensor3D;
      tiles.push({ image, caption: name });
      await writeRepresentation(join(out, name), image);
      const [least, greatest] = await extremes(image);
      made[name] = { shape: image.shape, least, greatest };
      if (json) continue;
      const range = [least, greatest].map((value) => value.toPrecision(3));
      print(`${name}: ${image.shape.join(' x ')}, ${range.join(' to ')}\n`);
    }
    if (json) {
      const marks = [clip.onset, apex, clip.offset].map((index) => numbers[index]);
      printJson({ out, marks, apexSpotted: spotted, made });
    }
    await writePicture(join(out, 'contact-sheet.png'), await contactSheet(tiles));
    say(`pictures: ${out}\n`);
  } finally {
    tf.dispose(tiles.map(({ image }) => image));
    await close();
  }
}

const needsFace = (steps: ReadonlyMap<string, AnyStep>) =>
  [...steps.values()].some(({ traits }) => traits.needsLandmarks === true);

async function extremes(image: tf.Tensor): Promise<[least: number, greatest: number]> {
  const both = tf.tidy(() => tf.stack([tf.min(image), tf.max(image)]));
  try {
    return (await both.array()) as [number, number];
  } finally {
    both.dispose();
  }
}

async function representAll(
  steps: ReadonlyMap<string, AnyStep>,
  dataOptions: Readonly<Record<string, unknown>>,
  { parts, modules }: OwnParts,
  { data, root, out, size, backend, json, onset, apex, offset, landmarks, detector, several }: Options,
): Promise<void> {
  for (const [name, value] of Object.entries({ onset, apex, offset })) {
    if (value !== undefined) throw new UsageError(`Cannot use --${name} with --data as each clip must have its own`);
  }
  const opened = await openDataset(data!, { ...dataOptions, root, parts }).catch((cause: unknown) => {
    if (cause instanceof TypeError || cause instanceof RangeError) throw new UsageError(cause.message, { cause });
    throw cause;
  });
  if (opened.kind !== 'clips') {
    throw new UsageError(`Cannot represent ${data} as a data set must be of clips: it is of ${opened.kind}`);
  }
  await useBackend(backend as Parameters<typeof useBackend>[0]);
  let dataset = opened;
  if (landmarks !== undefined) dataset = await withLandmarks(opened, landmarks);
  else if (needsFace(steps)) {
    const folder = join(out, 'landmarks');
    const who = { several: several as TrackFacesOptions['several'] };
    const track = checkOptions('find faces', trackFacesOptions, who);
    dataset = withDetectedLandmarks(opened, { ...track, detector: detector as FaceDetectorName, folder });
    say(`faces are found by ${detector}; their points: ${folder}\n`);
  }
  const progress = clipProgress(terminal);
  const advice = `stopped: run the same command again to go on; what is whole in ${out} is kept`;
  const done = await interruptible(advice, (signal) =>
    representDataset(dataset, { steps, out, size, modules, signal, onProgress: progress.show }),
  ).finally(progress.end);
  const { clips, made, kept, spotted, failed } = done;
  const apexes = spotted ? `, ${spotted} apexes spotted` : '';
  if (json) printJson({ out, ...done });
  else print(`${out}: ${clips} clips, ${made} representations made, ${kept} kept from before${apexes}\n`);
  if (failed.length > 0) {
    const lines = failed.map(({ id, representation, message }) => visible(`  ${id} ${representation}: ${message}`));
    say(`not made: ${failed.length}\n${lines.join('\n')}\n`);
    process.exitCode = 1;
  }
}

function orUsageError<Step>(make: () => Step): Step {
  try {
    return make();
  } catch (cause) {
    throw new UsageError((cause as Error).message, { cause });
  }
}
