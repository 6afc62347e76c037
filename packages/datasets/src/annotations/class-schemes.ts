import { knownUnits, unitsOf } from './action-units.js';
import type { ClipRecord } from './clip-record.js';
import { objectiveClasses } from './emotions.js';

/** Whether a sample has one label, or any number of them. */
export type LabelKind = 'single' | 'multiple';

/** The label of a sample: an index into the classes, or, where samples have any number, the indices of all, ascending. */
export type SampleLabel = number | readonly number[];

/** A way of turning annotations into classes. */
export interface ClassScheme {
  /** What it is, in a few words. */
  title: string;
  /** Column that decides; `label` is the manifest's own in the data set `clip-folder`. */
  field: 'emotion' | 'objectiveClass' | 'label' | 'actionUnits';
  /** `multiple`: a clip has every class that one of its values belongs to, which may be none. Default `single`. */
  labelKind?: LabelKind;
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

/** The values of a cell with several, as the data sets join them. */
export const splitLabels = (text: string): string[] => text.split('+').flatMap((word) => word.trim() || []);

/** What a record says in the column that decides its class; null where nobody annotated it. */
export function classValue({ field }: Pick<ClassScheme, 'field'>, record: ClipRecord): string | null {
  if (field === 'label') return record.extra['label'] ?? null;
  if (field !== 'actionUnits') return record[field];
  return knownUnits(record.actionUnits) ? record.actionUnits.text : null;
}

/** The label of a record in a scheme; undefined where the scheme has no class for it, or nobody annotated it. */
export function labelOf(scheme: ClassScheme, record: ClipRecord): SampleLabel | undefined {
  if (scheme.except && Object.hasOwn(scheme.except, `${record.subject}/${record.clip}`)) return undefined;
  const value = classValue(scheme, record);
  if (value === null) return undefined;
  const classes = Object.values(scheme.classes);
  if (scheme.labelKind === 'multiple') {
    const found = scheme.field === 'actionUnits' ? unitsOf(record.actionUnits).map(String) : splitLabels(value);
    return classes.flatMap((values, index) => (values.some((one) => found.includes(one)) ? [index] : []));
  }
  const index = classes.findIndex((values) => values.includes(value));
  return index < 0 ? undefined : index;
}

/**
 * Whether the label of a sample is a class, or holds it.
 *
 * @param label - of the sample
 * @param index - of the class
 *
 * @example
 * ```ts
 * import { hasLabel } from '@mer/datasets';
 *
 * console.log(hasLabel(2, 2), hasLabel([0, 2], 2), hasLabel([], 2)); // true true false
 * ```
 */
export function hasLabel(label: SampleLabel, index: number): boolean {
  return typeof label === 'number' ? label === index : label.includes(index);
}
