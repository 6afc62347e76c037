import type { OptionEntries, Resolved } from '@mer/options';
import type { AnnotatedContext } from '../adapters/annotated-declaration.js';
import type { AnnotationRow } from '../annotations/clip-record.js';
import type { Correction } from '../annotations/corrections.js';
import type { FolderLook } from '../folder-look.js';
import type { ExpressionKind } from './recording.js';
import type { RecordingEntries } from './recording-options.js';

/** What the functions of a declaration are given. */
export type RecordingContext<Own extends OptionEntries = Record<never, never>> = AnnotatedContext<
  Resolved<RecordingEntries & Own>
>;

/** The annotation of one expression: numbers are those of the files, `clip` is a name that is unique within the subject. */
export interface ExpressionRow extends AnnotationRow {
  /** The recording that it is in. */
  recording: string;
  kind: ExpressionKind;
}

/** A recording on disk. */
export interface FoundRecording {
  subject: string;
  /** Its name, unique within the subject. */
  recording: string;
  /** Folder of its frames, relative to the root. */
  folder: string;
  /** Frames per second, where they are not those of the data set. */
  fps?: number;
  /** Short name of its data set, where one definition reads several. */
  dataset?: string;
  /** Nobody may know its expressions: `false` for the unseen sets of a challenge. */
  annotated?: boolean;
}

/** What is read of the tables and the tree of a data set. */
export interface RecordingSource {
  /** Which of the trees of a release is read: part of the settings. */
  kind: string;
  recordings: readonly FoundRecording[];
  rows: readonly ExpressionRow[];
}

/** What `defineRecordings` is given. */
export interface RecordingDeclaration<Name extends string, Own extends OptionEntries> {
  /** Its name in files and commands: lower case, digits and dashes. */
  readonly name: Name;
  /** Short name of the data set in samples: that of its clips, so that subjects are the same. */
  readonly dataset: string;
  /** What it is, in a few words. */
  readonly title: string;
  /** The paper that presents it. */
  readonly paper?: string;
  /** Frames per second, where a recording says nothing. */
  readonly fps: number;
  /** Where frames are expected, for messages. */
  readonly layout: string;
  /** Known errors of the release. */
  readonly corrections?: readonly Correction[];
  /** Options beyond those that every data set of recordings has. */
  readonly options: Own;
  /** Whether a folder looks like this data set, by the names of some of its files. */
  recognize?(look: FolderLook): boolean | Promise<boolean>;
  /**
   * Reads the annotations as text, and lists the recordings that are there.
   *
   * @throws DatasetError where there are none.
   */
  read(context: RecordingContext<Own>): Promise<RecordingSource>;
}
