import type { ClassScheme, LabelKind } from './annotations/class-schemes.js';
import type { Correction } from './annotations/corrections.js';

/** How a data set takes part in composites of the three classes of MEGC2019 (negative, positive, surprise). */
export interface Megc2019Trait {
  /** The class scheme that gives the three classes. */
  readonly scheme: string;
  /** What the name of its folder looks like, beside those of other data sets. */
  readonly folder: RegExp;
  /** Options that hold in a composite. */
  readonly options?: Readonly<Record<string, unknown>>;
  /** `subject/clip` as this data set spells them, of a row of the challenge's official list. */
  keyOf?(subject: string, clip: string): string;
}

/** What others may ask about a data set without knowing its name. */
export interface DatasetTraits {
  /** Class schemes by name; the first is the default. */
  readonly schemes?: Readonly<Record<string, ClassScheme>>;
  /** Whose people its subjects are, where they are those of another data set and spelled as there: who is left out of one is to be left out of both. */
  readonly people?: string;
  /** Whether action units are annotated, of which the option `classes: action-units` makes labels. */
  readonly actionUnits?: boolean;
  /** Whether samples have one label or any number, by the options that it is opened with; one label where nothing says it. */
  labelKind?(options: Readonly<Record<string, unknown>>): LabelKind;
  /** Frames per second; where cameras differ, of the first. */
  readonly fps?: number;
  /** Whether clips have an annotated apex, and so a rise and a fall. */
  readonly apex?: boolean;
  /** Most frames from onset to offset that a clip can have. */
  readonly longest?: number;
  /** Where samples are images that were made of clips: the steps that make such an image of a clip of the face. */
  readonly madeBy?: readonly { readonly step: string; readonly options?: Readonly<Record<string, unknown>> }[];
  /** Known errors of the release that are put right. */
  readonly corrections?: readonly Correction[];
  /** How it joins others in the three classes of MEGC2019; absent where its labels do not map. */
  readonly megc2019?: Megc2019Trait;
}
