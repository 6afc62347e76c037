// The clip of the page, from the generator or from somebody's files.
import {
  type BrowserFile,
  createSyntheticDataset,
  folderFromFiles,
  naturalOrder,
  openFrames,
  readFrames,
} from '@mer/datasets';
import { type Clip, spotApex } from '@mer/representations';
import * as tf from '@tensorflow/tfjs-core';
import { checkRoom, chooseFiles, type FilePath, fitted, folderOf, nameOf } from '../clip-source.ts';
import type { ClipSource } from '../protocol.ts';
import type { ExampleClip, OwnClip } from '../take-away.ts';
import { readGif } from './gif.ts';
import type { Videos } from './videos.ts';

/** How the example clips are drawn: faces that the network was not trained with, as their seed is another. */
export const EXAMPLES = {
  subjects: 4,
  clipsPerSubject: 3,
  size: 128,
  frames: 24,
  amplitude: 2.4,
  noise: 0.004,
  drift: 0.1,
  seed: 2,
} as const;

export interface ReadClip {
  readonly clip: Clip & { readonly apex: number };
  readonly origin: ExampleClip | OwnClip;
  readonly title: string;
  readonly notes: readonly string[];
}

export async function readClip(source: ClipSource, videos: () => Promise<Videos>): Promise<ReadClip> {
  if (source.kind === 'example') return readExample(source);
  return source.kind === 'files' ? readFiles(source) : (await videos()).read(source);
}

async function readExample({ emotion, face }: ClipSource & { kind: 'example' }): Promise<ReadClip> {
  const faces = createSyntheticDataset(EXAMPLES);
  const subjects = [...new Set(faces.samples.map(({ subject }) => subject))];
  const [subject, label] = [subjects[face], faces.classes.indexOf(emotion)];
  const index = faces.samples.findIndex((sample) => sample.subject === subject && sample.label === label);
  if (index < 0)
    throw new RangeError(`Cannot open an example as there must be a face ${face} with ${emotion}: there is none`);
  const clip = await faces.readClip(index, { from: 'first', to: 'last' });
  return {
    clip: { ...clip, apex: clip.apex! },
    origin: { kind: 'example', options: EXAMPLES, index },
    title: `A generated face, number ${face + 1}, that shows ${emotion}. Nobody is shown.`,
    notes: [],
  };
}

async function readFiles({ files: given, side }: ClipSource & { kind: 'files' }): Promise<ReadClip> {
  const { kind, files, leftOut } = chooseFiles(given, naturalOrder);
  if (kind === 'video') throw new Error('Cannot open a video as pictures');
  const { frames, from } =
    kind === 'gif' ? await readGif(files[0]!.file, nameOf(files[0]!.path), side) : await readPictures(files, side);
  const [count, height, width] = frames.shape;
  const resized = from[0] !== height || from[1] !== width;
  try {
    const apex = await apexOf(frames);
    const many =
      leftOut.length > 3 ? `${leftOut.slice(0, 3).join(', ')} and ${leftOut.length - 3} more` : leftOut.join(', ');
    return {
      clip: { frames, onset: 0, apex, offset: count - 1 },
      origin: { kind, names: files.map(({ path }) => nameOf(path)), size: resized ? [height, width] : undefined },
      title: `${kind === 'gif' ? nameOf(files[0]!.path) : folderOf(files[0]!.path) || 'Your pictures'}: ${count} frames of ${width} x ${height}.`,
      notes: [
        'Onset and offset are the first and the last frame; the apex is where the region of eyes and mouth differs most from the onset. Set them yourself where that is wrong.',
        ...(resized ? [`Made smaller, from ${from[1]} x ${from[0]}.`] : []),
        ...(leftOut.length > 0 ? [`Left out: ${many}.`] : []),
      ],
    };
  } catch (error) {
    frames.dispose();
    throw error;
  }
}

/** Where the region of eyes and mouth differs most from the first frame. */
export async function apexOf(frames: tf.Tensor4D): Promise<number> {
  const spotted = await spotApex().applyAsync({ frames, onset: 0, apex: null, offset: frames.shape[0] - 1 });
  tf.dispose(spotted.frames as tf.Tensor4D);
  return spotted.apex!;
}

async function readPictures(
  files: readonly FilePath[],
  side: number,
): Promise<{ frames: tf.Tensor4D; from: [height: number, width: number] }> {
  const folder = nameOf(folderOf(files[0]!.path)) || 'the files given';
  const list = files.map(
    ({ path, file }): BrowserFile => ({
      name: nameOf(path),
      size: file.size,
      webkitRelativePath: `${folder}/${nameOf(path)}`,
      arrayBuffer: () => file.arrayBuffer(),
    }),
  );
  const [opened, names] = [folderFromFiles(list), list.map(({ name }) => name)];
  const { shape } = await openFrames(opened, names, { color: true });
  const from: [number, number] = [shape[1], shape[2]];
  const size = fitted(...from, side);
  checkRoom(files.length, ...size);
  const smaller = size[0] !== from[0] || size[1] !== from[1];
  return { frames: await readFrames(opened, names, { color: true, ...(smaller && { size }) }), from };
}
