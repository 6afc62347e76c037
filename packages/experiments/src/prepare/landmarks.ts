import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ClipDataset, ReadClipOptions, Sample } from '@mer/datasets';
import { hashOf } from '@mer/options';
import {
  type Clip,
  createFaceDetector,
  type FaceDetector,
  type FrameLandmarks,
  type LongClip,
  parseLandmarks,
} from '@mer/representations';
import { fileNameOf } from '../run/run-store.js';
import type { Experiment } from '../schema/experiment.js';
import { ExperimentError } from '../schema/experiment-error.js';
import { landmarksOfClip } from './detect-landmarks.js';

const ENDINGS = ['.json', '.pts', '.txt', '.csv'];

/**
 * The same data set, whose clips come with landmarks from files `<dir>/<subject>/<clip>` (or `<dir>/<data set>/<subject>/<clip>`) with the ending `.json`,
 * `.pts`, `.txt` or `.csv`, in any form that `parseLandmarks` reads; frames are counted from the first frame that is read, points in its pixels.
 *
 * @throws {@link ExperimentError} that lists the clips without a file, or names a file that cannot be read
 */
export async function withLandmarks(dataset: ClipDataset, dir: string): Promise<ClipDataset> {
  const texts = await Promise.all(dataset.samples.map((sample) => readText(dir, sample)));
  const missing = dataset.samples.filter((_, i) => texts[i] === undefined);
  if (missing.length > 0) {
    const some = missing.slice(0, 5).map(({ subject, clip }) => `${subject}/${clip}`);
    throw new ExperimentError(
      `Cannot use data.landmarks as ${dir} must hold <subject>/<clip>.json, .pts, .txt or .csv for every clip: ${missing.length} of ${texts.length} are missing (${some.join(', ')}${missing.length > 5 ? ', …' : ''})`,
    );
  }
  const landmarks = texts.map((text, i) => {
    try {
      // of any size: what is a share of the frame is known when that is read
      return parseLandmarks(text!, { size: 1000 });
    } catch (cause) {
      throw new ExperimentError(`Cannot use the landmarks of ${dataset.samples[i]!.id}: ${(cause as Error).message}`, {
        cause,
      });
    }
  });
  return marked(dataset, hashOf(landmarks), async (index, { frames: { shape } }) =>
    parseLandmarks(texts[index]!, { size: [shape[1], shape[2]] }),
  );
}

/** The same data set, whose clips come with landmarks that are found when a clip is first read, and kept in a folder. */
export function withDetectedLandmarks(
  dataset: ClipDataset,
  { detector, folder, ...options }: Exclude<NonNullable<Experiment['data']['landmarks']>, string>,
): ClipDataset {
  let made: Promise<FaceDetector> | undefined;
  const detect = () => (made ??= createFaceDetector(detector));
  return marked(dataset, hashOf({ detector, options }), (index, clip, read) =>
    landmarksOfClip(dataset, index, clip, folder, read, { detector, detect, options }),
  );
}

/** The same data set, whose clips come with landmarks; `identity` tells which. */
function marked(
  dataset: ClipDataset,
  identity: string,
  landmarksOf: (index: number, clip: Clip | LongClip, read: ReadClipOptions) => Promise<FrameLandmarks[]>,
): ClipDataset {
  return Object.freeze({
    ...dataset,
    // part of the data set's identity
    settings: Object.freeze({ ...dataset.settings, landmarks: identity }),
    async readClip(index, options = {}) {
      const clip = await dataset.readClip(index, options);
      try {
        return { ...clip, landmarks: await landmarksOf(index, clip, options) };
      } catch (error) {
        clip.frames.dispose();
        throw error;
      }
    },
    ...(dataset.openClip && {
      async openClip(index, options = {}) {
        const clip = await dataset.openClip!(index, options);
        return { ...clip, landmarks: await landmarksOf(index, clip, options) };
      },
    }),
  } satisfies ClipDataset);
}

const readText = (dir: string, { dataset, subject, clip }: Sample) =>
  readLandmarkFile(dir, [
    [subject, clip],
    [dataset, subject, clip],
  ]);

/** The text of the first landmark file that is there, of several places below a folder; undefined where none is. */
export async function readLandmarkFile(
  dir: string,
  places: readonly (readonly string[])[],
): Promise<string | undefined> {
  for (const parts of places) {
    for (const ending of ENDINGS) {
      try {
        return await readFile(join(dir, ...parts.map(fileNameOf)) + ending, 'utf8');
      } catch (error) {
        if (!['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
      }
    }
  }
  return undefined;
}
