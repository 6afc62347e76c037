import type { Recording as Recorded } from '@mer/datasets';
import { type FrameLandmarks, parseLandmarks } from '@mer/representations';
import { readLandmarkFile } from '../prepare/landmarks.js';
import { ExperimentError } from '../schema/experiment-error.js';
import type { SpottingStudy } from './study.js';

/** The landmarks of a recording, from the study's folder. */
export async function landmarksOf({ data }: SpottingStudy, { id, subject, clip }: Recorded): Promise<FrameLandmarks[]> {
  if (data.landmarks === undefined) return [];
  const text = await readLandmarkFile(data.landmarks, [[subject, clip], [clip]]);
  if (text !== undefined) {
    try {
      return parseLandmarks(text);
    } catch (cause) {
      throw new ExperimentError(`Cannot use the landmarks of ${id}: ${(cause as Error).message}`, { cause });
    }
  }
  throw new ExperimentError(
    `Cannot use data.landmarks as ${data.landmarks} must hold ${subject}/${clip}.json, .pts, .txt or .csv: it does not`,
  );
}
