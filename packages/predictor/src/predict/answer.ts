import type { LabelKind } from '@mer/training';
import type { NetworkAnswer } from './ensemble.js';
import type { Examination, ExaminedFace, ExaminedInterval, Reason, RefusalCode } from './examine-recording.js';
import type { Aligned } from './interval-clip.js';

/** What was found of a recording before the network saw it. */
export interface Quality {
  /** Frames of the recording. */
  frames: { count: number; width: number; height: number };
  /** Frames a second; null where nobody says. */
  fps: number | null;
  /** The face; null where there is none, or nothing looked for it. */
  face: ExaminedFace | null;
  /** How it moves; null where that was not measured. */
  motion: NonNullable<Examination['motion']> | null;
  /** How the face came into the picture; null where it was not made. */
  aligned: Aligned | null;
}

/** What the network says of a clip. */
export interface Answer extends NetworkAnswer {
  answered: true;
  /** The class with the largest probability; of any number of labels those above the threshold, joined by +, or `none`. */
  predicted: string;
  /** Class names, in the order of `probabilities`. */
  classes: string[];
  /** `multiple` where a clip has any number of labels; else absent. */
  labelKind?: LabelKind;
  /** How many sets of weights. */
  members: number;
  /** What was predicted: frames from 0 of the recording, and where each mark comes from; null for a picture. */
  marks: ExaminedInterval | null;
  quality: Quality;
  /** Why there would be no answer, had it not been forced. */
  forced: Reason[];
  /** What a reader should know, a sentence each. */
  notes: string[];
}

/** That there is no answer, and why. */
export interface Refusal {
  answered: false;
  /** The first reason, for programs. */
  code: RefusalCode;
  /** All reasons in one sentence, for people. */
  reason: string;
  /** Each by itself. */
  reasons: Reason[];
  quality: Quality;
  notes: string[];
}
