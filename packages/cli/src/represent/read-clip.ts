import { spawn } from 'node:child_process';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { naturalOrder } from '@mer/datasets';
import { readImage } from '@mer/io';
import { type Clip, spotApexAsync } from '@mer/representations';
import * as tf from '@tensorflow/tfjs-core';
import { UsageError } from '../errors.js';

/** Marks as typed: numbers of frames as their file names have them, or positions from 1 where there are none. */
export interface Marks {
  onset?: number | undefined;
  apex?: number | undefined;
  offset?: number | undefined;
}

/** A clip with the numbers that its frames are known by. */
export interface NumberedClip {
  clip: Clip;
  numbers: number[];
  /** Whether the apex was spotted here, not given. */
  spotted: boolean;
}

/**
 * Reads a folder of frames (PNG, JPEG, BMP, in natural order) or a video (through ffmpeg), and marks onset, apex and offset: the first frame, the
 * frame in which the face has moved most, and the last frame unless they are given.
 */
export async function readClip(path: string, marks: Marks, size: number | undefined): Promise<NumberedClip> {
  const info = await stat(path).catch((cause) => {
    throw new UsageError(`Cannot read a clip as ${path} must be a folder of frames or a video file`, { cause });
  });
  if (info.isDirectory()) return readFolder(path, marks, size);
  const folder = await mkdtemp(join(tmpdir(), 'mer-video-'));
  try {
    await extractFrames(path, folder);
    return await readFolder(folder, marks, size);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function readFolder(folder: string, marks: Marks, size: number | undefined): Promise<NumberedClip> {
  const files = (await readdir(folder)).filter((file) => /\.(png|jpe?g|bmp)$/i.test(file)).sort(naturalOrder);
  if (files.length < 2) {
    throw new UsageError(
      `Cannot read a clip as ${folder} must hold at least two frames (.png, .jpg, .bmp): it holds ${files.length}`,
    );
  }
  const numbers = frameNumbers(files);
  const images: tf.Tensor3D[] = [];
  try {
    for (const file of files) {
      const image = await readImage(join(folder, file));
      images.push(size === undefined ? image : resized(image, size));
      const shape = images.at(-1)!.shape;
      if (shape.join() !== images[0]!.shape.join()) {
        throw new Error(
          `Cannot read a clip as all frames must have one size: ${file} is ${shape[1]}x${shape[0]}, ${files[0]} is ${images[0]!.shape[1]}x${images[0]!.shape[0]}`,
        );
      }
    }
    const frames = tf.stack(images) as tf.Tensor4D;
    const onset = position(numbers, marks.onset, 'onset') ?? 0;
    const offset = position(numbers, marks.offset, 'offset') ?? files.length - 1;
    const given = position(numbers, marks.apex, 'apex');
    if (onset >= offset || (given !== undefined && (given < onset || given > offset))) {
      const shown = [onset, given, offset]
        .map((index) => (index === undefined ? 'spotted' : numbers[index]))
        .join(', ');
      throw new UsageError(
        `Cannot represent the clip as onset, apex and offset must follow one another: they are ${shown}`,
      );
    }
    const apex = given ?? (await spotApexAsync({ frames, onset, apex: null, offset }));
    return { clip: { frames, onset, apex, offset }, numbers, spotted: given === undefined };
  } finally {
    tf.dispose(images);
  }
}

function resized(image: tf.Tensor3D, size: number): tf.Tensor3D {
  const small = tf.image.resizeBilinear(image, [size, size], false, true);
  image.dispose();
  return small;
}

/** The last number in each file name where all have one and no two are the same; positions from 1 otherwise. */
function frameNumbers(files: readonly string[]): number[] {
  const numbers = files.map((file) => Number(/(\d+)\D*$/.exec(basename(file))?.[1] ?? Number.NaN));
  return numbers.every(Number.isInteger) && new Set(numbers).size === files.length
    ? numbers
    : files.map((_, i) => i + 1);
}

function position(numbers: readonly number[], number: number | undefined, name: string): number | undefined {
  if (number === undefined) return undefined;
  const index = numbers.indexOf(number);
  if (index < 0) {
    throw new UsageError(
      `Cannot represent the clip as ${name} must be the number of a frame, ${numbers[0]} to ${numbers.at(-1)}: current value is ${number}`,
    );
  }
  return index;
}

async function extractFrames(video: string, folder: string): Promise<void> {
  const child = spawn(
    'ffmpeg',
    ['-nostdin', '-v', 'error', '-i', video, '-fps_mode', 'passthrough', join(folder, '%06d.png')],
    {
      stdio: ['ignore', 'ignore', 'pipe'],
    },
  );
  let complaint = '';
  child.stderr.on('data', (chunk) => {
    complaint += chunk;
  });
  await new Promise<void>((resolve, reject) => {
    child.on('error', (cause) => {
      reject(
        new Error(
          `Cannot read the video ${video} as the program ffmpeg must be installed: install it, or give a folder of frames`,
          { cause },
        ),
      );
    });
    child.on('close', (code) => {
      if (code === 0) resolve();
      else
        reject(new Error(`Cannot read ${video} as ffmpeg must understand it: ${complaint.trim().split('\n').at(-1)}`));
    });
  });
}
