import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ClipDataset, Sample } from '@mer/datasets';
import { hashOf } from '@mer/options';
import { parseLandmarks } from '@mer/representations';
import { fileNameOf } from '../run/run-store.js';
import { ExperimentError } from '../schema/experiment-error.js';

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
      return parseLandmarks(text!);
    } catch (cause) {
      throw new ExperimentError(`Cannot use the landmarks of ${dataset.samples[i]!.id}: ${(cause as Error).message}`, {
        cause,
      });
    }
  });
  const digest = hashOf(landmarks);
  const marked: ClipDataset = {
    ...dataset,
    // part of the data set's identity
    settings: Object.freeze({ ...dataset.settings, landmarks: digest }),
    readClip: async (index, options) => ({ ...(await dataset.readClip(index, options)), landmarks: landmarks[index]! }),
    ...(dataset.openClip && {
      openClip: async (index, options) => ({
        ...(await dataset.openClip!(index, options)),
        landmarks: landmarks[index]!,
      }),
    }),
  };
  return Object.freeze(marked);
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
