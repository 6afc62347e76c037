import type { FrameLandmarks } from '../clip.js';
import type { Face } from './face.js';

/** The face in one frame of a clip. */
export interface TrackedFrame extends FrameLandmarks {
  /** The face that was found, or reckoned from those around it. */
  readonly face: Face;
  /** Whether no face was found here, so that its points are held from the frames around it. */
  readonly held: boolean;
}

/** How far a track can be trusted. */
export interface FaceQuality {
  /** Frames that were looked at. */
  readonly frames: number;
  /** Frames in which the face was found, of those. */
  readonly found: number;
  /** Their share, in 0..1. */
  readonly share: number;
  /** Frames that were looked at without finding the face, whose points are held from the frames around them. */
  readonly held: readonly number[];
  /** Frames that have no points at all. */
  readonly missing: readonly number[];
  /** Lowest score of the face. */
  readonly lowestScore: number;
  /** Mean score of the face. */
  readonly meanScore: number;
  /** Faces in the clip; those seen in fewer than a tenth of its frames do not count. */
  readonly faces: number;
  /** Frames in which the head is turned by more than the limit. */
  readonly turned: readonly number[];
  /** Medians of the angles, degrees. */
  readonly roll: number;
  readonly yaw: number;
  readonly pitch: number;
}

/** One face through a clip. */
export interface FaceTrack {
  /** Frames with points, in order. */
  readonly frames: readonly TrackedFrame[];
  /** The same as the `landmarks` of a clip. */
  readonly landmarks: readonly FrameLandmarks[];
  readonly quality: FaceQuality;
}

/**
 * What a person should know of a track, a sentence each; none where there is nothing to say.
 *
 * @param quality - of a track
 * @param numbers - what the frames are called, where not by their places
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { faceNotes, trackFaces } from '@mer/representations';
 *
 * const points = Array.from({ length: 68 }, (_, i) => [i % 9, i / 9] as const);
 * let frame = 0;
 * const { quality } = await trackFaces(tf.zeros([4, 9, 9, 3]), async () => (frame++ === 2 ? [] : [{ points, score: 0.9 }]));
 * console.log(faceNotes(quality)[0]); // no face in 1 of 4 frames (2): held from the frames around
 * ```
 */
export function faceNotes(quality: FaceQuality, numbers?: readonly number[]): string[] {
  const { frames, held, missing, faces, turned, lowestScore } = quality;
  const named = (some: readonly number[]) => frameRanges(some, numbers);
  return [
    ...(held.length > 0
      ? [`no face in ${held.length} of ${frames} frames (${named(held)}): held from the frames around`]
      : []),
    ...(missing.length > 0 ? [`no points of the face in ${missing.length} frames (${named(missing)})`] : []),
    ...(faces > 1 ? [`${faces} faces`] : []),
    ...(turned.length > 0 ? [`the head is turned away in ${turned.length} frames (${named(turned)})`] : []),
    ...(lowestScore < 0.5 ? [`the lowest score of the face is ${lowestScore.toFixed(2)}`] : []),
  ];
}

/** Frames in words: `3, 7..12, 20`, the first few of them. */
export function frameRanges(frames: readonly number[], numbers?: readonly number[]): string {
  const runs: [number, number][] = [];
  for (const frame of frames) {
    const last = runs.at(-1);
    if (last && frame === last[1] + 1) last[1] = frame;
    else runs.push([frame, frame]);
  }
  const name = (frame: number) => numbers?.[frame] ?? frame;
  const texts = runs.map(([a, b]) => (a === b ? `${name(a)}` : `${name(a)}..${name(b)}`));
  return texts.length > 5 ? `${texts.slice(0, 5).join(', ')}, …` : texts.join(', ');
}
