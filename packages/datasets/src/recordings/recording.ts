import type { FrameReader } from '@mer/representations';
import type { ActionUnitCell } from '../annotations/action-units.js';
import type { Emotion } from '../annotations/emotions.js';
import type { Dataset, DatasetBase, Sample } from '../dataset.js';
import type { ClipFrames } from '../frames/clip-frames.js';
import type { ReadFramesOptions } from '../frames/read-frames.js';

/** A micro-expression lasts half a second at most, a macro-expression longer; what counts is what the annotation calls it. */
export type ExpressionKind = 'micro' | 'macro';

/** One annotated expression of a recording. Frames count from 0, the first of the recording, and both ends belong to it. */
export interface RecordedExpression {
  /** Its name, unique within the recording. */
  name: string;
  /** What the annotation calls it. */
  kind: ExpressionKind;
  /** First frame. */
  onset: number;
  /** Strongest frame; null where unknown. */
  apex: number | null;
  /** Last frame. */
  offset: number;
  /** Emotion or polarity; null where nobody annotated one. */
  emotion: Emotion | null;
  /** Action units with side and intensity. */
  actionUnits: ActionUnitCell;
  /** File and row that it was read from. */
  source: { file: string; row?: number };
  /** Other columns as text. */
  extra: Readonly<Record<string, string>>;
}

/** One long video with the expressions that were annotated in it: several, one or none. */
export interface Recording extends Omit<Sample, 'label'> {
  /** The recording as the data set names it (`15_0101`, `006_1`, `a`); unique only together with the subject. */
  clip: string;
  /** Frames per second. */
  fps: number;
  /** Number of frames. */
  count: number;
  /** Number of its frame 0 in the names of the files: what stands in files is a frame plus this. */
  first: number;
  /** In the order of their onsets; null where nobody may know them (the unseen sets of a challenge). */
  expressions: readonly RecordedExpression[] | null;
}

/** A data set of long videos, to spot expressions in. */
export interface RecordingDataset extends Omit<DatasetBase, 'samples' | 'outside'> {
  readonly kind: 'recordings';
  /** The kinds of expressions: micro and macro, or the one that was asked for. */
  readonly classes: readonly ExpressionKind[];
  /** Every recording, by subject and name. */
  readonly samples: readonly Recording[];
  /** The frame files of one recording. */
  frames(index: number): ClipFrames;
  /**
   * The frames of one recording, decoded when they are asked for: `shape[0]` is its `count`. Where a file is missing, the frame before it stands in its place,
   * so that frame numbers keep their time.
   */
  openRecording(index: number, options?: ReadFramesOptions): Promise<FrameReader>;
}

/** What a definition opens: images, clips, or recordings. */
export type AnyDataset = Dataset | RecordingDataset;
