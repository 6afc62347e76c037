import type { FaultPolicy } from '../annotations/check-rows.js';
import type { ClassScheme } from '../annotations/class-schemes.js';
import type { ClipRecord, RawRow } from '../annotations/clip-record.js';
import type { DatasetNote } from '../dataset.js';
import type { DataFolder } from '../files/data-folder.js';
import type { OptionSpecs } from '../option-spec.js';

/** What an adapter is given. */
export interface AdapterContext {
  /** The data set's root; listings are remembered. */
  folder: DataFolder;
  /** Its options, checked, with defaults. */
  options: Readonly<Record<string, unknown>>;
  /** Adds a remark. */
  note(note: DatasetNote): void;
}

/** Where the frames of a clip lie. */
export interface FoundClip {
  /** Folder, relative to the root. */
  folder: string;
  /** The folder holds more than this clip (a whole recording): only the annotated frames are the clip's. */
  shared?: boolean;
}

/** How the frames of records are found; `kind` names the tree that was chosen. */
export interface ClipFinder {
  kind: string;
  find(record: ClipRecord): Promise<FoundClip | undefined>;
}

/** One data set: where its annotations are, where its frames are, which classes it has. */
export interface Adapter {
  /** Name in the registry. */
  name: string;
  /** A few words for lists. */
  title: string;
  /** Frames per second. */
  fps: number;
  /** Where frames are expected, for messages. */
  layout: string;
  /** Class schemes by name; the first is the default. */
  schemes: Readonly<Record<string, ClassScheme>>;
  /** Makes the scheme where it follows from the annotations themselves. */
  scheme?(records: readonly ClipRecord[], context: AdapterContext): ClassScheme;
  /** Options beyond the common ones. */
  options: OptionSpecs;
  /** What is done with impossible rows unless told otherwise. */
  faults: FaultPolicy;
  /**
   * Reads the annotations as text.
   *
   * @throws DatasetError where there are none.
   */
  readRows(context: AdapterContext): Promise<RawRow[]>;
  /** Gets ready to find frames. */
  findClips(context: AdapterContext): Promise<ClipFinder>;
}
