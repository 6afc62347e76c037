import * as v from 'valibot';
import { expectedOf } from './option.js';
import { suggestion } from './suggestion.js';
import { visible } from './visible.js';

/** One thing that is wrong with a value. */
export interface OptionIssue {
  /** Keys and indices from the value to the place. */
  readonly path: readonly (string | number)[];
  /** `unknown` key, `missing` value, wrong `type`, or outside its `range`. */
  readonly fault: 'unknown' | 'missing' | 'type' | 'range';
  /** What is wrong, in words that follow the path: `must be an integer of at least 2: current value is 1`. */
  readonly text: string;
}

/** A value as a message shows it: on one line, of 80 characters at most. */
export function show(value: unknown): string {
  if (typeof value === 'function') return visible(`function ${value.name}`);
  if (typeof value === 'bigint' || typeof value === 'symbol') return visible(String(value));
  try {
    const text = (typeof value === 'number' ? String(value) : JSON.stringify(value)) ?? String(value);
    return visible(text.length > 80 ? `${text.slice(0, 77)}...` : text);
  } catch {
    return Object.prototype.toString.call(value);
  }
}

/** Follows wrappers and pipes to the schema that decides. */
function bare(schema: v.GenericSchema | undefined): v.GenericSchema | undefined {
  const { wrapped, pipe } = (schema ?? {}) as { wrapped?: v.GenericSchema; pipe?: v.GenericSchema[] };
  if (wrapped) return bare(wrapped);
  return pipe && pipe[0] !== schema ? bare(pipe[0]) : schema;
}

interface Node {
  entries?: Record<string, v.GenericSchema>;
  options?: v.GenericSchema[];
  item?: v.GenericSchema;
  items?: v.GenericSchema[];
  key?: string;
}

/** Of several forms, the one that the value chooses by its key, or that has entries at all. */
function formOf(schema: v.GenericSchema | undefined, value: unknown): v.GenericSchema | undefined {
  const at = bare(schema);
  const { options, key } = (at ?? {}) as Node;
  if (!options?.every((each) => typeof each === 'object')) return at;
  return options
    .map((form) => formOf(form, value))
    .find((form) => {
      const { entries, items, item } = (form ?? {}) as Node;
      if (Array.isArray(value)) return items !== undefined || item !== undefined;
      return entries && (!key || v.is(entries[key]!, (value as Record<string, unknown> | undefined)?.[key]));
    });
}

/** The schema at a path of a value, as far as it is made of objects, lists and choices. */
function schemaAt(schema: v.GenericSchema, path: readonly PropertyKey[], value: unknown): v.GenericSchema | undefined {
  let at: v.GenericSchema | undefined = schema;
  let current = value;
  for (const step of path) {
    const { entries, items, item } = (formOf(at, current) ?? {}) as Node;
    at = entries?.[step as string] ?? items?.[step as number] ?? item;
    current = (current as Record<PropertyKey, unknown> | undefined)?.[step];
  }
  return at;
}

const valueAt = (value: unknown, path: readonly PropertyKey[]) =>
  path.reduce<unknown>((at, key) => (at as Record<PropertyKey, unknown> | null | undefined)?.[key], value);

function issueOf(schema: v.GenericSchema, root: unknown, issue: v.BaseIssue<unknown>): OptionIssue {
  // a choice between forms: what keeps the value from the form that it comes nearest to
  const inner = issue.type === 'union' ? nearest(issue) : undefined;
  if (inner) {
    return issueOf(schema, root, { ...inner, path: [...(issue.path ?? []), ...(inner.path ?? [])] as never });
  }
  const path = (issue.path ?? []).map(({ key }) => key as string | number);
  const said = issue.message.startsWith('Invalid ') ? (issue.expected ?? 'of another form') : issue.message;
  const must = ['a', 'an'].reduce((words, article) => {
    const start = `an object with ${article} ${String(path.at(-1))}, `;
    return words.startsWith(start) ? words.slice(start.length) : words;
  }, said);
  const holder = path.slice(0, -1);
  const held = path.length > 0 ? schemaAt(schema, holder, root) : undefined;
  if (issue.expected === 'never') {
    const form = formOf(held, valueAt(root, holder)) as Node | undefined;
    const names = Object.keys(form?.entries ?? {});
    const allowed = names.length > 0 ? `: the options are ${names.join(', ')}` : ': there are none';
    return { path, fault: 'unknown', text: `is not an option${suggestion(path.at(-1), names)}${allowed}` };
  }
  // what is said of a list of numbers is said of the whole
  const list = valueAt(root, holder);
  if (held !== undefined && Array.isArray(list) && formsOf(held).some((form) => expectedOf(form) === must)) {
    return { path: holder, fault: 'range', text: `must be ${expectedOf(held)}: current value is ${show(list)}` };
  }
  if (issue.input === undefined && path.length > 0) {
    const missing = schemaAt(schema, path, root);
    return {
      path,
      fault: 'missing',
      text: `is missing: it must be ${missing && must === said ? expectedOf(missing) : must}`,
    };
  }
  const oneOf = /(?:^|\w, )one of (.+)$/.exec(must)?.[1];
  const names = oneOf === undefined ? (issue.type === 'picklist' ? [must] : []) : namesOf(oneOf);
  const fault = issue.kind === 'validation' || names.length > 0 || issue.type === 'literal' ? 'range' : 'type';
  return {
    path,
    fault,
    text: `must be ${must}: current value is ${show(issue.input)}${suggestion(issue.input, names)}`,
  };
}

/** A schema and, where it is a choice between forms, these. */
function formsOf(schema: v.GenericSchema): v.GenericSchema[] {
  const { options = [] } = (bare(schema) ?? {}) as Node;
  return [schema, ...options.filter((form) => typeof form === 'object')];
}

/** The names of a list in words; none where other kinds of values follow. */
const namesOf = (listed: string) => (listed.includes(', or ') ? [] : listed.split(', '));

/** Of the forms of a choice, the complaint of the one that got furthest. */
function nearest(issue: v.BaseIssue<unknown>): v.BaseIssue<unknown> | undefined {
  const inner = (issue.issues ?? []).filter(({ path }) => (path?.length ?? 0) > 0);
  return inner.sort((a, b) => (b.path?.length ?? 0) - (a.path?.length ?? 0))[0];
}

/**
 * Everything that is wrong with a value, by a schema.
 *
 * @returns nothing where the value fits
 *
 * @example
 * ```ts
 * import { integer, optionIssues, optionsSchema } from '@mer/options';
 *
 * const schema = optionsSchema({ classes: integer('Number of classes.', { min: 2 }) });
 * console.log(optionIssues(schema, { classes: 1 })[0].text); // must be an integer of at least 2: current value is 1
 * ```
 */
export function optionIssues(schema: v.GenericSchema, value: unknown): OptionIssue[] {
  const { issues = [] } = v.safeParse(schema, value, { abortPipeEarly: true });
  return issues.map((issue) => issueOf(schema, value, issue as v.BaseIssue<unknown>));
}
