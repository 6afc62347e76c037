import { show } from './issues.js';
import type { OptionEntries } from './option.js';
import { suggestion } from './suggestion.js';

/** What a name in an experiment means: a model, a step, a data set and so on, ours or anybody's. */
export interface Part {
  /** What it is: `model`, `representation`, `step`, `dataset`, … */
  readonly kind: string;
  /** Its name in files and commands: lower case, digits and dashes. */
  readonly name: string;
  /** What it is called, for people. */
  readonly title: string;
  /** Its options, one schema for each. */
  readonly options: OptionEntries;
}

/** Parts by their names. */
export type PartsByName<Parts extends readonly Part[]> = { readonly [P in Parts[number] as P['name']]: P };

/**
 * A list of parts as an object, by name.
 *
 * @throws {TypeError} where two have one name
 *
 * @example
 * ```ts
 * import { partsByName } from '@mer/options';
 *
 * const models = partsByName([{ kind: 'model', name: 'tiny-net', title: 'A tiny network', options: {} }]);
 * console.log(models['tiny-net'].title); // A tiny network
 * ```
 */
// @__NO_SIDE_EFFECTS__
export function partsByName<const Parts extends readonly Part[]>(parts: Parts): PartsByName<Parts> {
  const byName: Record<string, Part> = {};
  for (const part of parts) {
    if (Object.hasOwn(byName, part.name)) {
      throw new TypeError(
        `Cannot add ${part.kind} '${part.name}' as there is one of that name already ("${byName[part.name]!.title}"): give yours another name`,
      );
    }
    byName[part.name] = part;
  }
  return Object.freeze(byName) as PartsByName<Parts>;
}

/**
 * The part of a name that may come from a file.
 *
 * @throws {RangeError} where there is none, listing those there are, with the nearest
 *
 * @example
 * ```ts
 * import { findPart } from '@mer/options';
 *
 * const parts = [{ kind: 'model', name: 'tiny-net', title: 'A tiny network', options: {} }];
 * console.log(findPart('model', parts, 'tiny-net').title); // A tiny network
 * ```
 */
export function findPart<P extends Part>(kind: string, parts: readonly P[], name: unknown): P {
  const found = parts.find((part) => part.name === name);
  if (found) return found;
  const names = parts.map((part) => part.name);
  throw new RangeError(
    `Cannot find a ${kind} as its name must be one of ${names.join(', ')}: current value is ${show(name)}${suggestion(name, names)}`,
  );
}

/**
 * Our parts of a kind, and those of a list that are of it; parts of other kinds are nobody's business here, so that one list serves every function.
 *
 * @param kinds - what the parts are
 * @param ours - our parts
 * @param parts - anybody's own, of any kind
 * @throws {TypeError} where a value of the list is no part, or two have one name
 *
 * @example
 * ```ts
 * import { withParts } from '@mer/options';
 *
 * const part = (kind: string, name: string) => ({ kind, name, title: name, options: {} });
 * const all = withParts(['model'], [part('model', 'afn')], [part('model', 'mine'), part('step', 'blur')]);
 * console.log(all.map(({ name }) => name)); // [ 'afn', 'mine' ]
 * ```
 */
export function withParts<P extends Part>(
  kinds: readonly string[],
  ours: readonly P[],
  parts: readonly Part[] = [],
): readonly P[] {
  if (parts.length === 0) return ours;
  const stray = parts.find((part) => !isPart(part));
  if (stray !== undefined) {
    throw new TypeError(
      `Cannot find a ${kinds[0]} as parts must be definitions, such as what defineModel or defineStep gives: current value is ${show(stray)}`,
    );
  }
  const theirs = parts.filter((part): part is P => kinds.includes(part.kind));
  for (const part of theirs) checkPart(part);
  return Object.values(partsByName([...ours, ...theirs])) as readonly P[];
}

/**
 * Whether a value is a part of a kind: what `defineModel` and its like give. It is told by its fields, so that parts made with another copy of a
 * package count too.
 *
 * @example
 * ```ts
 * import { isPart } from '@mer/options';
 *
 * console.log(isPart({ kind: 'model', name: 'tiny-net', title: 'A tiny network', options: {} }), isPart(3)); // true false
 * ```
 */
export function isPart(value: unknown, kind?: string): value is Part {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return false;
  const part = value as Partial<Part>;
  return (
    typeof part.kind === 'string' &&
    (kind === undefined || part.kind === kind) &&
    typeof part.name === 'string' &&
    typeof part.title === 'string' &&
    typeof part.options === 'object'
  );
}

/**
 * Throws unless a declaration has what every part has; for the functions that define parts.
 *
 * @throws {TypeError} that says what is missing
 *
 * @example
 * ```ts
 * import { checkPart } from '@mer/options';
 *
 * checkPart({ kind: 'model', name: 'tiny-net', title: 'A tiny network', options: {} });
 * ```
 */
export function checkPart({ kind, name, title, options }: Part): void {
  const task = `define the ${kind} ${show(name)}`;
  if (typeof name !== 'string' || !/^(?=.*[a-z])[a-z0-9]+(-[a-z0-9]+)*$/.test(name)) {
    throw new TypeError(
      `Cannot ${task} as name must be lower case letters, digits and single dashes: current value is ${show(name)}`,
    );
  }
  if (typeof title !== 'string' || title === '') {
    throw new TypeError(`Cannot ${task} as title must be a text that is not empty: current value is ${show(title)}`);
  }
  const schemas = typeof options === 'object' && options !== null ? Object.entries(options) : undefined;
  const wrong = schemas?.find(([, schema]) => typeof schema?.['~run'] !== 'function');
  if (!schemas || wrong) {
    throw new TypeError(
      `Cannot ${task} as ${wrong ? `options.${wrong[0]} must be a schema, such as integer('Number of classes.', { default: 3 }) of @mer/options` : 'options must be an object of schemas'}: current value is ${show(wrong ? wrong[1] : options)}`,
    );
  }
}
