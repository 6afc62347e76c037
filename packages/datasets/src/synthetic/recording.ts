import { checkOptions, flag, integer, type OptionsOf, text } from '@mer/options';
import type { FrameLandmarks, FrameReader, Landmarks } from '@mer/representations';
import { frameStack } from '../frames/frame-stack.js';
import type { ActionUnitUse, SyntheticEmotion } from './action-units.js';
import { type RecordingCanvas, recordingCanvas } from './recording-canvas.js';
import { recordingEntries } from './recording-options.js';
import { type PlannedDistractor, planRecording, type RecordingPlan, type RecordingSettings } from './recording-plan.js';

/** What a recording is called, and how many expressions are in it. */
const own = () => ({
  subject: text('Whose face: the same name and seed give the same face.', { default: 's15' }),
  video: text('Name of the recording: another name gives other movements.', { default: 'disgust1' }),
  micros: integer('Number of micro-expressions.', { min: 0, max: 1000, default: 2 }),
  macros: integer('Number of macro-expressions.', { min: 0, max: 1000, default: 1 }),
  color: flag('Whether frames have three channels; gray otherwise.', { default: true }),
});

/** The options of {@link syntheticRecording} as data. */
export const syntheticRecordingOptions = { ...own(), ...recordingEntries() };

/** Options of {@link syntheticRecording}. */
export type SyntheticRecordingOptions = OptionsOf<typeof syntheticRecordingOptions>;

/** An expression in a generated recording; frames from 0, both ends belong to it. */
export interface SyntheticExpression {
  onset: number;
  /** The first frame in which it is strongest. */
  apex: number;
  offset: number;
  kind: 'micro' | 'macro';
  emotion: SyntheticEmotion;
  /** FACS numbers, with the subject's side where it is one alone. */
  actionUnits: readonly Pick<ActionUnitUse, 'unit' | 'side'>[];
}

/** Something in a generated recording that is no expression; frames from 0, both ends belong to it. */
export interface SyntheticDistractor {
  onset: number;
  offset: number;
  what: PlannedDistractor['what'];
}

/** A generated recording; nothing of it is held but the face and what happens. */
export interface SyntheticRecording {
  subject: string;
  video: string;
  fps: number;
  /** Drawn when they are read, the same each time: `[T, size, size, 3]`, or one channel. */
  frames: FrameReader;
  /** The 68 points in the first frame and then once in each second. */
  landmarks: readonly FrameLandmarks[];
  /** The 68 points in any frame. */
  landmarksAt(frame: number): Landmarks;
  /** Expressions, by onset. */
  intervals: readonly SyntheticExpression[];
  /** What else happens, by onset: blinks, turns of the head, talking, glances. Drift, light and noise go on all the time. */
  distractors: readonly SyntheticDistractor[];
}

/**
 * Makes a long recording of a generated face in which micro- and macro-expressions are hidden among blinks, glances, turns of the head and talking, while the
 * head drifts, the light changes and the sensor adds noise.
 *
 * A micro-expression moves a few patches of skin, by action units, by at most `amplitude` pixels (of a face image of 224 pixels) for 0.2 to 0.5 seconds; a
 * macro-expression by at most `macroAmplitude` for 0.5 to 4 seconds. Turns of the head and talking move it by at most `distractorAmplitude`. The face is painted once and then
 * moved by cubic interpolation, so that frames are drawn when they are read, in any order, in the memory of one; landmarks follow from the same movement.
 * Everything depends on the options alone.
 *
 * @param given - options; {@link planRecordings} makes those of several recordings
 * @returns the recording; its frames are drawn when they are read, and need a ready tfjs backend
 * @throws TypeError or RangeError for an option that is unknown or out of its range, and where the expressions do not fit into the recording
 *
 * @example
 * ```ts
 * import { syntheticRecording } from '@mer/datasets';
 *
 * const { frames, intervals, landmarks } = syntheticRecording({ seconds: 8, size: 64, micros: 1, macros: 1 });
 * console.log(frames.shape, intervals.length, landmarks.length); // [ 240, 64, 64, 3 ] 2 8
 * const some = await frames.read(30, 2);
 * console.log(some.shape); // [ 2, 64, 64, 3 ]
 * some.dispose();
 * ```
 *
 * Reference: this project's own; lengths and rates after CAS(ME)^2 and SAMM Long Videos.
 */
export function syntheticRecording(given: SyntheticRecordingOptions = {}): SyntheticRecording {
  const { color, ...settings } = checkOptions('make a synthetic recording', syntheticRecordingOptions, given);
  return drawnRecording(settings, color).recording;
}

/** A recording with what draws it and what was planned. */
export function drawnRecording(
  settings: RecordingSettings,
  color = true,
): {
  recording: SyntheticRecording;
  plan: RecordingPlan;
  canvas: RecordingCanvas;
} {
  const { subject, video, fps, size } = settings;
  const plan = planRecording(settings);
  const canvas = recordingCanvas(settings, plan);
  const task = `read frames of ${subject}/${video}`;
  const shape = [plan.frames, size, size, color ? 3 : 1] as const;
  const checkFrame = (name: string, frame: number) => {
    if (!Number.isInteger(frame) || frame < 0 || frame >= plan.frames) {
      throw new RangeError(
        `Cannot ${task} as ${name} must be an integer from 0 to ${plan.frames - 1}: current value is ${frame}`,
      );
    }
  };
  const frames: FrameReader = {
    shape,
    async read(first, count) {
      checkFrame('the first frame', first);
      checkFrame('the last frame', first + count - 1);
      if (count < 1) throw new RangeError(`Cannot ${task} as count must be at least 1: current value is ${count}`);
      const stack = frameStack(`${subject}/${video}`, count, { color });
      for (let i = 0; i < count; i++) {
        stack.put(i, { width: size, height: size, channels: 3, data: canvas.draw(first + i) });
      }
      return stack.tensor();
    },
  };
  const landmarksAt = (frame: number) => {
    checkFrame('frame', frame);
    return canvas.landmarks(frame);
  };
  const seconds = Array.from({ length: Math.ceil(plan.frames / fps) }, (_, i) => i * fps);
  const recording: SyntheticRecording = {
    ...{ subject, video, fps, frames, landmarksAt },
    landmarks: seconds.map((frame) => ({ frame, points: canvas.landmarks(frame) })),
    intervals: intervalsOf(plan),
    distractors: plan.distractors.map(({ onset, offset, what }) => ({ onset, offset, what })),
  };
  return { recording, plan, canvas };
}

/** The expressions of a plan, as others see them. */
export function intervalsOf({ expressions }: RecordingPlan): SyntheticExpression[] {
  return expressions.map(({ onset, apex, offset, kind, emotion, units }) => ({
    ...{ onset, apex, offset, kind, emotion },
    actionUnits: units.map(({ unit, side }) => ({ unit, side })),
  }));
}
