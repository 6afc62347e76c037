import { readFile } from 'node:fs/promises';
import { systemErrorText } from '@mer/io';
import { createFaceDetector, type FaceDetector, type FrameLandmarks, parseLandmarks } from '@mer/representations';
import { UsageError } from '../errors.js';

/** The detector of faces, or why there is none. */
export async function openDetector(): Promise<{ detect?: FaceDetector; missing?: string }> {
  try {
    return { detect: await createFaceDetector() };
  } catch (cause) {
    const { message } = cause as Error;
    return { missing: `there is nothing to find its face with (${message}); or give --landmarks` };
  }
}

/** Points of a face from the file that `--landmarks` names. */
export async function readLandmarks(path: string): Promise<FrameLandmarks[]> {
  const content = await readFile(path, 'utf8').catch((cause) => {
    throw new UsageError(`Cannot read the landmarks ${path} as ${systemErrorText(cause)}`, { cause });
  });
  try {
    return parseLandmarks(content);
  } catch (cause) {
    throw new UsageError(`${path}: ${(cause as Error).message}`, { cause });
  }
}
