import { type FrameLandmarks, type FrameReader, isLongClip, type Landmarks } from '@mer/representations';

/** A long video of one face. */
export interface Recording {
  /** Where its frames come from, a few at a time. */
  readonly frames: FrameReader;
  /** Frames a second. */
  readonly fps: number;
  /** The 68 landmarks of the face in some frames: those of a frame hold until the next that has some. */
  readonly landmarks?: readonly FrameLandmarks[];
}

/** Throws unless it is a recording; `task` begins the message. */
export function checkRecording(recording: Recording, task: string): void {
  if (!isLongClip(recording) || recording.frames.shape.length !== 4) {
    throw new TypeError(
      `Cannot ${task} as a recording must be { frames, fps, landmarks } whose frames are read when needed (frameReader() makes such of a tensor)`,
    );
  }
  if (!(recording.fps > 0 && Number.isFinite(recording.fps))) {
    throw new RangeError(`Cannot ${task} as fps must be a number above 0: current value is ${recording.fps}`);
  }
}

/** The landmarks that hold in a frame: those of the last frame up to it that has some, or of the first that has. */
export function landmarksAt({ landmarks = [] }: Recording, frame: number, task: string): Landmarks {
  const sorted = [...landmarks].sort((a, b) => a.frame - b.frame);
  const found = sorted.filter((one) => one.frame <= frame).at(-1) ?? sorted[0];
  if (found === undefined) {
    throw new RangeError(
      `Cannot ${task} as the recording must have landmarks of the face in one frame at least: find them first, for instance with createFaceApiDetector()`,
    );
  }
  return found.points;
}
