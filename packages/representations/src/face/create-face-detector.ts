import { checkValue, choice } from '@mer/options';
import type { FaceDetector } from './face.js';
import { createFaceApiDetector } from './face-api.js';
import { createFaceMeshDetector } from './face-mesh.js';

/** Names of face detectors. */
export const faceDetectors = ['face-mesh', 'face-api'] as const;

/** Name of a face detector. */
export type FaceDetectorName = (typeof faceDetectors)[number];

const nameOption = /* @__PURE__ */ choice('Which face detector.', [...faceDetectors], { default: 'face-mesh' });

/**
 * A face detector by its name, with its defaults: `face-mesh` ({@link createFaceMeshDetector}) or `face-api` ({@link createFaceApiDetector}). In Node; in a
 * browser call those, as they must be told where the weights are.
 *
 * @param name - default `face-mesh`
 * @throws RangeError for an unknown name; Error if the optional package is not there (the message says what to install)
 *
 * @example
 * ```ts no-run
 * import { createFaceDetector, trackFaces } from '@mer/representations';
 *
 * const { landmarks, quality } = await trackFaces(clip, await createFaceDetector());
 * ```
 *
 * Reference: this project's own.
 */
export async function createFaceDetector(name: FaceDetectorName = 'face-mesh'): Promise<FaceDetector> {
  checkValue('find faces', 'detector', nameOption, name);
  return name === 'face-mesh' ? createFaceMeshDetector() : createFaceApiDetector();
}
