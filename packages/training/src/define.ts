import { checkPart, type OptionEntries, type Part } from '@mer/options';

/** What every part of training says of itself. */
export interface TrainingPart<Kind extends string, Name extends string, Entries extends OptionEntries> extends Part {
  readonly kind: Kind;
  readonly name: Name;
  /** Authors, year and identifier; null for one of this project. */
  readonly paper: string | null;
  readonly options: Entries;
}

/** A frozen definition of a kind, checked: for each function, what it does is said in the error where it is missing. */
export function define<Definition extends Part>(
  definition: Definition,
  needed: readonly (keyof Definition)[],
): Definition {
  checkPart(definition);
  const missing = needed.filter((key) => typeof definition[key] !== 'function');
  if (missing.length === needed.length) {
    throw new TypeError(
      `Cannot define the ${definition.kind} "${definition.name}" as ${needed.join(' or ')} must be a function: current value is undefined`,
    );
  }
  return Object.freeze(definition);
}
