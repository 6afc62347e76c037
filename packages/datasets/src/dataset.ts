import type { Clip, LongClip } from '@mer/representations';
import type { Tensor3D } from '@tensorflow/tfjs-core';
import type { ClassScheme, LabelKind, SampleLabel } from './annotations/class-schemes.js';
import type { ClipRecord } from './annotations/clip-record.js';
import type { ClipFrames } from './frames/clip-frames.js';
import type { ReadClipOptions } from './read-clip-options.js';

/** One clip or image of a data set, with its subject and its class. */
export interface Sample {
  /** `dataset/subject/clip`: unique within a data set and the same whichever layout it was read from. */
  id: string;
  /** Short name of the data set that the sample comes from, such as `casme2`: in a composite set they differ. */
  dataset: string;
  /** Subject as the data set spells it; identifiers stay text, so `006` keeps its zeros. */
  subject: string;
  /** Clip as the data set spells it; unique only together with the subject. */
  clip: string;
  /** Index into the data set's `classes`; where its label kind is `multiple`, the indices of all labels, ascending, maybe none. */
  label: SampleLabel;
}

/** One source file; {@link fingerprint} hashes its size. */
export interface SourceFile {
  /** Path relative to the data set's root. */
  path: string;
  /** Bytes. */
  size: number;
  /** When it was last changed, milliseconds since 1970, where the folder tells: for caches that must notice an edit. */
  modified?: number;
}

/** A file of annotations that was read. */
export interface AnnotationFile {
  /** Short name of the data set that it belongs to: in a composite set they differ. */
  dataset: string;
  /** Path relative to that data set's root. */
  file: string;
  /** Rows that were read of it. */
  rows: number;
  /** SHA-256 of its bytes; absent where the platform has no WebCrypto. */
  sha256?: string;
}

/** What image and clip data sets have in common. */
export interface DatasetBase {
  /** Name in the registry, such as `megc2019-flow`. */
  readonly name: string;
  /** Class names; a sample's label is an index into them. */
  readonly classes: readonly string[];
  /** `multiple` where a sample has any number of labels, so that each `label` is a list; else absent. */
  readonly labelKind?: LabelKind;
  /** Every sample, in the documented order of the data set. */
  readonly samples: readonly Sample[];
  /** What was wrong with the source, what was corrected and what was left out. Empty for a flawless source. */
  readonly notes: readonly DatasetNote[];
  /** The workbooks, lists and manifests that the samples were read from; absent where the samples are not read from any. */
  readonly annotationFiles?: readonly AnnotationFile[];
  /** How many clips the class scheme leaves out, by their label; absent where there is no such scheme. */
  readonly outside?: Readonly<Record<string, number>>;
  /**
   * The settings that change what the samples contain (never the path): part of the fingerprint.
   */
  readonly settings: Readonly<Record<string, unknown>>;
  /** The files behind one sample, in frame order; empty where nothing lies on disk. */
  sources(index: number): Promise<readonly SourceFile[]>;
  /** The bytes of one of those files. */
  readSource(path: string): Promise<Uint8Array>;
}

/** A data set with one image per sample. */
export interface ImageDataset extends DatasetBase {
  readonly kind: 'images';
  /** One image: `[H, W, 3]`, float32, 0..255 as stored, in the documented channel order. Belongs to the caller. */
  readImage(index: number): Promise<Tensor3D>;
}

/** A data set with one clip per sample. */
export interface ClipDataset extends DatasetBase {
  readonly kind: 'clips';
  /** The annotation behind each sample, in the order of the samples; absent where there are none. */
  readonly records?: readonly ClipRecord[];
  /** One clip: frames `[T, H, W, C]`, float32, 0..1, with onset, apex and offset. Its frames belong to the caller. */
  readClip(index: number, options?: ReadClipOptions): Promise<Clip>;
  /** The same clip with frames that are read when they are needed, where the data set can do that. */
  openClip?(index: number, options?: ReadClipOptions): Promise<LongClip>;
}

/** A clip data set that was read from annotations and frames on disk. */
export interface AnnotatedDataset extends ClipDataset {
  readonly records: readonly ClipRecord[];
  /** Every usable annotation, also of clips that are no samples (outside the class scheme, or without frames). */
  readonly annotated: readonly ClipRecord[];
  readonly annotationFiles: readonly AnnotationFile[];
  readonly outside: Readonly<Record<string, number>>;
  /** The class schemes of the data set, by name. */
  readonly schemes: Readonly<Record<string, ClassScheme>>;
  /** The frame files of one sample. */
  frames(index: number): ClipFrames;
}

/** A data set of images or clips; `kind` tells which. */
export type Dataset = ImageDataset | ClipDataset;

/** One remark about a data set's source: a correction, a dropped clip, something missing or unreadable. */
export interface DatasetNote {
  /**
   * `error`: the data set refuses to open. `warning`: it opens, and the reader should know. `corrected`: an annotation
   * error was put right. `dropped`: a clip was left out, with the reason. `marked`: nothing is wrong, but a method may
   * care (no apex, an apex at the onset).
   */
  severity: 'error' | 'warning' | 'corrected' | 'dropped' | 'marked';
  /** What it is about: `subject/clip`, or empty for the data set as a whole. */
  key: string;
  /** One sentence that names the culprit. */
  message: string;
  /** A warning that refuses to open where the data set, or a composite of it, is not merely inspected. */
  strict?: boolean;
  /** File the remark is about, relative to the root, where there is one. */
  file?: string;
  /** Row of a workbook or manifest, counted from 1 as spreadsheet programs do. */
  row?: number;
}
