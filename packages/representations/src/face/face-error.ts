import type { FaceTrack } from './face-track.js';

/** Why the face of a clip cannot be used. */
export type FaceFault = 'none' | 'several' | 'missing' | 'turned';

/**
 * The face of a clip is not as it must be: there is `none`, there are `several`, it is `missing` in too many frames, or it is `turned` away.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { FaceError, trackFaces } from '@mer/representations';
 *
 * const error = await trackFaces(tf.zeros([3, 64, 64, 3]), async () => []).catch((cause: unknown) => cause);
 * console.log(error instanceof FaceError && error.fault); // none
 * ```
 */
export class FaceError extends Error {
  override name = 'FaceError';

  /**
   * @param fault - what is wrong
   * @param track - what was found all the same; absent where there is none
   */
  constructor(
    readonly fault: FaceFault,
    message: string,
    readonly track?: FaceTrack,
  ) {
    super(message);
  }
}
