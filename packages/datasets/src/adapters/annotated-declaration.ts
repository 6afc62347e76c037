import type { OptionEntries, Resolved } from '@mer/options';
import type { FaultPolicy } from '../annotations/check-rows.js';
import type { ClassScheme } from '../annotations/class-schemes.js';
import type { AnnotationRow, ClipRecord } from '../annotations/clip-record.js';
import type { Correction } from '../annotations/corrections.js';
import type { DatasetNote } from '../dataset.js';
import type { DatasetTraits, Megc2019Trait } from '../dataset-traits.js';
import type { OpenMode } from '../define-dataset.js';
import type { DataFolder } from '../files/data-folder.js';
import type { FolderLook } from '../folder-look.js';
import type { AnnotatedEntries, CommonEntries } from './annotated-options.js';

/** What the functions of a declaration are given. */
export interface AnnotatedContext<Options = Resolved<CommonEntries>> {
  /** The data set's root; listings are remembered. */
  readonly folder: DataFolder;
  /** Its options, checked, with defaults. */
  readonly options: Options;
  /** How errors of the source are met. */
  readonly mode: OpenMode;
  /** Adds a remark. */
  note(note: DatasetNote): void;
  /** Says that a file was read beside those that the rows name as their source. */
  alsoRead(file: string): void;
}

/** Where the frames of a clip lie. */
export interface FoundClip {
  /** Folder, relative to the root. */
  folder: string;
  /** The folder holds more than this clip (a whole recording): only the annotated frames are the clip's. */
  shared?: boolean;
}

/** How the frames of records are found. */
export interface ClipFinder {
  /** Which of the trees of a release is read, such as `cropped`: part of the settings. */
  kind: string;
  /** The folder of a record; undefined where there is none. */
  find(record: ClipRecord): Promise<FoundClip | undefined>;
}

/** What {@link defineAnnotatedDataset} is given. */
export interface AnnotatedDeclaration<
  Name extends string,
  Scheme extends string,
  Own extends OptionEntries,
  Units extends boolean = boolean,
> {
  /** Its name in files and commands: lower case, digits and dashes. */
  readonly name: Name;
  /** What it is, in a few words. */
  readonly title: string;
  /** The paper that presents it. */
  readonly paper?: string;
  /** Frames per second, where a row says nothing. */
  readonly fps: number;
  /** Whether apexes are annotated (default). */
  readonly apex?: boolean;
  /** Most frames from onset to offset that a clip can have; more is a fault of its row. */
  readonly longest?: number;
  /** Where frames are expected, for messages. */
  readonly layout: string;
  /** Whether clips that are not there are looked for by their names in a tree of any form (default); not where the rows name their folders. */
  readonly otherTrees?: boolean;
  /** Class schemes by name; the first is the default. */
  readonly schemes?: Readonly<Record<Scheme, ClassScheme>>;
  /** Whose people its subjects are, where they are those of another data set and spelled as there. */
  readonly people?: string;
  /** Whether the rows say action units, so that `classes: action-units` makes labels of them. */
  readonly actionUnits?: Units;
  /** Known errors of the release. */
  readonly corrections?: readonly Correction[];
  /** How it joins others in the three classes of MEGC2019. */
  readonly megc2019?: Megc2019Trait & { readonly scheme: NoInfer<Scheme> };
  /** Whether samples have one label or any number, by its options; as its class schemes say where it is left out. */
  readonly labelKind?: NonNullable<DatasetTraits['labelKind']>;
  /** Options beyond those that every annotated data set has. */
  readonly options: Own;
  /** What is done with impossible rows unless told otherwise: `error` by default. */
  readonly faults?: FaultPolicy;
  /** Makes the scheme where it follows from the annotations themselves. */
  scheme?(
    records: readonly ClipRecord[],
    context: AnnotatedContext<Resolved<AnnotatedEntries<Scheme, Units> & Own>>,
  ): ClassScheme;
  /** Whether a folder looks like this data set, by the names of some of its files. */
  recognize?(look: FolderLook): boolean | Promise<boolean>;
  /**
   * Reads the annotations as text.
   *
   * @throws DatasetError where there are none.
   */
  readRows(
    context: AnnotatedContext<Resolved<AnnotatedEntries<Scheme, Units> & Own>>,
  ): Promise<readonly AnnotationRow[]>;
  /** Gets ready to find frames. */
  findClips(context: AnnotatedContext<Resolved<AnnotatedEntries<Scheme, Units> & Own>>): Promise<ClipFinder>;
}
