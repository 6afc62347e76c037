import type { ActionUnitCell } from './action-units.js';
import type { Emotion, ObjectiveClass } from './emotions.js';

/** One annotated clip, after corrections. */
export interface ClipRecord {
  /** Data set, such as `casme2`. */
  dataset: string;
  /** Subject in the spelling that the adapter documents. */
  subject: string;
  /** Clip, unique within the subject. */
  clip: string;
  /** Emotion or polarity; null where nobody annotated one. */
  emotion: Emotion | null;
  /** Objective class I to VII; null where it is not given. */
  objectiveClass: ObjectiveClass | null;
  /** Action units with side and intensity. */
  actionUnits: ActionUnitCell;
  /** Frame number of the first frame of the movement. */
  onset: number;
  /** Frame number of the strongest frame; null where unknown (never annotated, or found wrong). */
  apex: number | null;
  /** Frame number of the last frame of the movement. */
  offset: number;
  /** Frames per second of the recording. */
  fps: number;
  /** File and row that it was read from, relative to the root; the row is absent where the folders themselves are the source. */
  source: { file: string; row?: number };
  /** Other columns as text, by the adapter's name for them. */
  extra: Readonly<Record<string, string>>;
}

/** One row of annotations before corrections and checks: everything as text. */
export interface RawRow {
  /** Subject. */
  subject: string;
  /** Clip, unique within the subject. */
  clip: string;
  /** Emotion or polarity, in any of the spellings that data sets use; empty where there is none. */
  emotion: string;
  /** Objective class. */
  objectiveClass: string;
  /** Action units, such as `4+L12`. */
  actionUnits: string;
  /** Frame number of the first frame of the movement. */
  onset: string;
  /** Frame number of the strongest frame; `never` where nobody annotates it. */
  apex: string;
  /** Frame number of the last frame of the movement. */
  offset: string;
  /** Frames per second, where they are not those of the data set. */
  fps?: number;
  /** Most frames from onset to offset, where they are not those of the data set. */
  longest?: number;
  /** Name of the clip's folder where it is not the clip's own name. */
  folder?: string;
  /** File and row that it was read from. */
  source: { file: string; row?: number };
  /** Other columns by name. */
  extra: Record<string, string>;
  /** What is to be said about how it was read. */
  remark?: string;
}

/** A row as an adapter gives it: an apex that is not given was never annotated, any other text is empty. */
export type AnnotationRow = Pick<RawRow, Needed> & Partial<Omit<RawRow, Needed>>;

type Needed = 'subject' | 'clip' | 'onset' | 'offset' | 'source';

/** The fields of a row that corrections can change; `reported` is the emotion that the subject reported. */
export type RawField = 'emotion' | 'objectiveClass' | 'actionUnits' | 'onset' | 'apex' | 'offset' | 'reported';
