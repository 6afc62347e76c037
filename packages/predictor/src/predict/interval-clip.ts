import {
  type Clip,
  clipToApex,
  createStep,
  type FrameLandmarks,
  type FrameReader,
  isLongClip,
  type LongClip,
  spotApex,
  type WrittenStep,
} from '@mer/representations';
import * as tf from '@tensorflow/tfjs-core';
import type { ModelFile } from '../folder/model-file.js';
import type { ExaminedInterval } from './examine-recording.js';
import { type RememberedFrames, rememberedFrames } from './remembered-frames.js';
import { disposeSource } from './source.js';

/** How the face of a recording comes into the picture: by the network's own steps, cut out here, or as the picture is, whole. */
export type Aligned = 'own-step' | 'face' | 'whole';

/** How the clip of an interval is made ready. */
export interface IntervalClipOptions {
  /** How the network's own clips were read. */
  how: ModelFile['frames'];
  aligned: Aligned;
  /** Side of the square that a face is cut out to. */
  cutTo: number;
  /** How frames are held still. */
  stabilize: 'none' | 'shift' | 'similarity';
  /** Points of the face, frames of the recording. */
  landmarks: readonly FrameLandmarks[];
  /** Whether an apex is spotted where none is known. */
  needsApex: boolean;
}

/** A clip as a network was trained on. */
export interface IntervalClip {
  clip: Clip | LongClip;
  /** In frames of the recording. */
  apex: number | null;
  /** Gives up its frames. */
  dispose(): void;
}

/** Bytes of float32 up to which frames that were read are kept; those of a longer clip are read each time that they are needed. */
const KEPT = 2 ** 28;

/** The clip of an interval of a recording, read, cut out and marked as the clips that the network was trained on. */
export async function intervalClip(
  frames: FrameReader,
  { onset, apex, offset }: Pick<ExaminedInterval, 'onset' | 'apex' | 'offset'>,
  { how: { size, color, from, to }, aligned, cutTo, stabilize, landmarks, needsApex }: IntervalClipOptions,
): Promise<IntervalClip> {
  const first = from === 'first' ? 0 : onset;
  const last = to === 'last' ? frames.shape[0] - 1 : offset;
  const [, height, width, channels] = frames.shape;
  const part: LongClip = {
    frames: {
      shape: [last - first + 1, height, width, channels],
      read: (at, count) => frames.read(first + at, count),
    },
    onset: onset - first,
    apex: apex === null ? null : apex - first,
    offset: offset - first,
    ...((aligned !== 'whole' || stabilize === 'similarity') && {
      landmarks: landmarksFrom(landmarks, first, last - first + 1),
    }),
  };
  const steps: WrittenStep[] = [
    ...(size !== undefined && aligned !== 'face' ? [{ step: 'resize', options: { size } }] : []),
    ...(color === false && channels === 3 ? ['gray'] : color === true && channels === 1 ? ['rgb'] : []),
    ...(aligned === 'face' ? [{ step: 'align', options: { size: cutTo } }] : []),
    ...(stabilize === 'none' ? [] : [{ step: 'stabilize', options: { motion: stabilize } }]),
  ];
  let clip: Clip | LongClip = part;
  let kept: RememberedFrames | undefined;
  const dispose = () => {
    disposeSource(clip);
    kept?.forget();
  };
  try {
    for (const step of steps) {
      const before = clip;
      clip = (await createStep(step).applyAsync(before as never)) as Clip | LongClip;
      if (!isLongClip(before)) disposeSource(before);
    }
    if (isLongClip(clip) && 4 * clip.frames.shape.reduce((all, side) => all * side) < KEPT) {
      kept = rememberedFrames(clip.frames);
      clip = { ...clip, frames: kept };
    }
    if (clip.apex === null && (needsApex || to === 'apex')) {
      const { apex: spotted, frames: made } = (await spotApex().applyAsync(clip)) as Clip | LongClip;
      if (made instanceof tf.Tensor) made.dispose();
      clip = { ...clip, apex: spotted };
    }
    if (to === 'apex') {
      const whole = clip;
      clip = clipToApex(whole);
      if (!isLongClip(whole)) disposeSource(whole);
    }
    return { clip, apex: clip.apex === null ? null : clip.apex + first, dispose };
  } catch (error) {
    dispose();
    throw error;
  }
}

/** Points of the face in the frames of a part; the last before it count for its first frame. */
function landmarksFrom(landmarks: readonly FrameLandmarks[], first: number, count: number): FrameLandmarks[] {
  const placed = landmarks.map(({ frame, points }) => ({ frame: frame - first, points }));
  const before = placed.filter(({ frame }) => frame < 0).at(-1);
  const within = placed.filter(({ frame }) => frame >= 0 && frame < count);
  return within.length > 0 || !before ? within : [{ ...before, frame: 0 }];
}
