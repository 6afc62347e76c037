import type { ClipRecord } from './clip-record.js';
import { objectiveClasses } from './emotions.js';

/** A way of turning annotations into classes. */
export interface ClassScheme {
  /** What it is, in a few words. */
  title: string;
  /** Column that decides; `label` is the manifest's own in the data set `clip-folder`. */
  field: 'emotion' | 'objectiveClass' | 'label';
  /** Classes in order, each with the annotated values that belong to it. */
  classes: Readonly<Record<string, readonly string[]>>;
  /** Clips (`subject/clip`) that the scheme leaves out although their value belongs to a class, with the reason. */
  except?: Readonly<Record<string, string>>;
  /** Number of clips in the releases, where known (and of each class): what to compare the printed n with. */
  expected?: readonly { release: string; n: number; perClass?: readonly number[] }[];
}

/** Each value is its own class. */
export const each = <const T extends readonly string[]>(values: T) =>
  Object.fromEntries(values.map((value) => [value, [value]])) as unknown as Readonly<Record<string, readonly string[]>>;

/** Objective classes I to V, or to VII. */
export const objective = (count: 5 | 7) => each(objectiveClasses.slice(0, count));

/** The value of a record that decides its class. */
export function classValue(scheme: Pick<ClassScheme, 'field'>, record: ClipRecord): string | null {
  return scheme.field === 'label' ? (record.extra['label'] ?? null) : record[scheme.field];
}

/** The index of a record's class in a scheme; undefined where the scheme has no class for it. */
export function classOf(scheme: ClassScheme, record: ClipRecord): number | undefined {
  if (scheme.except && Object.hasOwn(scheme.except, `${record.subject}/${record.clip}`)) return undefined;
  const value = classValue(scheme, record);
  const index = Object.values(scheme.classes).findIndex((values) => value !== null && values.includes(value));
  return index < 0 ? undefined : index;
}
