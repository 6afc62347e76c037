import * as v from 'valibot';
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

function issueOf(issue: v.BaseIssue<unknown>): OptionIssue {
  // a choice between forms: what keeps the value from the form that it comes nearest to
  const inner = issue.type === 'union' ? nearest(issue) : undefined;
  if (inner) return issueOf({ ...inner, path: [...(issue.path ?? []), ...(inner.path ?? [])] as never });
  const path = (issue.path ?? []).map(({ key }) => key as string | number);
  const own = !issue.message.startsWith('Invalid ');
  if (issue.expected === 'never' && path.length > 0) {
    return { path, fault: 'unknown', text: `is not an option${own ? issue.message : ''}` };
  }
  const said = own ? issue.message : (issue.expected ?? 'of another form');
  const must = ['a', 'an'].reduce((words, article) => {
    const start = `an object with ${article} ${String(path.at(-1))}, `;
    return words.startsWith(start) ? words.slice(start.length) : words;
  }, said);
  if (issue.input === undefined && path.length > 0) {
    return { path, fault: 'missing', text: `is missing: it must be ${must}` };
  }
  const oneOf = /(?:^|\w, )one of (.+)$/.exec(must)?.[1];
  const names = oneOf === undefined ? (issue.type === 'picklist' ? [must] : []) : namesOf(oneOf);
  const inRange = issue.kind !== 'validation' && names.length === 0 && issue.type !== 'literal' && !isWrongList(issue);
  return {
    path,
    fault: inRange ? 'type' : 'range',
    text: `must be ${must}: current value is ${show(issue.input)}${suggestion(issue.input, names)}`,
  };
}

/** Whether a value is a list, but none of those that it could be. */
function isWrongList({ input, issues }: v.BaseIssue<unknown>): boolean {
  return Array.isArray(input) && issues?.some(({ kind }) => kind === 'validation') === true;
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
  return issues.map((issue) => issueOf(issue as v.BaseIssue<unknown>));
}
