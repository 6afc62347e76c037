import { type ZodError, z } from 'zod';
import { type Experiment, experimentSchema } from './schema.js';

/**
 * Thrown when an experiment, its options or its run folder cannot be used as given: the person who wrote them can mend it, and nothing has
 * been started.
 *
 * @example
 * ```ts
 * import { ExperimentError, parseExperiment } from '@mer/training';
 *
 * try {
 *   parseExperiment({ name: 'x' }, { source: 'x.yaml' });
 * } catch (error) {
 *   console.log(error instanceof ExperimentError); // true
 * }
 * ```
 */
export class ExperimentError extends Error {
  override name = 'ExperimentError';
}

/** Options of {@link parseExperiment}. */
export interface ParseExperimentOptions {
  /** What error messages call the experiment; a file name, as a rule. */
  source?: string;
}

/**
 * Checks plain data against the experiment schema and fills in the defaults.
 *
 * @param data - what a YAML or JSON file holds
 * @param options - how messages name the source
 * @returns the complete experiment
 * @throws {@link ExperimentError} that lists every offending key with its allowed values
 *
 * @example
 * ```ts
 * import { parseExperiment } from '@mer/training';
 *
 * const experiment = parseExperiment({
 *   name: 'tiny',
 *   data: { name: 'synthetic' },
 *   model: { name: 'ststnet' },
 *   training: { epochs: 1, batchSize: 8, optimizer: { name: 'adam', learningRate: 1e-3 } },
 * });
 * console.log(experiment.protocol.name); // 'leave-one-subject-out'
 * ```
 */
export function parseExperiment(data: unknown, { source = 'the experiment' }: ParseExperimentOptions = {}): Experiment {
  const result = experimentSchema.safeParse(data);
  if (result.success) return result.data;
  throw new ExperimentError(`Cannot use ${source}:\n${explain(result.error, data).join('\n')}`, {
    cause: result.error,
  });
}

function explain(error: ZodError, data: unknown): string[] {
  return error.issues.map((issue) => {
    const path = issue.path.join('.');
    if (issue.code === 'unrecognized_keys') {
      const at = path ? `${path}.` : '';
      const allowed = allowedKeys(issue.path, data);
      const keys = issue.keys.map((key) => `${at}${key}`).join(', ');
      return `  ${keys}: unknown key${allowed.length ? `; allowed here: ${allowed.join(', ')}` : ''}`;
    }
    if (issue.code === 'invalid_union' && 'options' in issue && Array.isArray(issue.options)) {
      return `  ${path}: must be one of ${issue.options.join(', ')}: current value is ${show(valueAt(data, issue.path))}`;
    }
    const value = valueAt(data, issue.path);
    if (issue.code === 'invalid_union' && 'errors' in issue && value !== undefined) {
      return nearestBranch(issue.errors as ZodIssue[][], path, value);
    }
    if (value === undefined) return `  ${path || 'top level'}: missing; ${lowerFirst(issue.message)}`;
    if (issue.code === 'invalid_value') {
      return `  ${path}: must be one of ${issue.values.join(', ')}: current value is ${show(value)}`;
    }
    return `  ${path || 'top level'}: ${lowerFirst(issue.message)}: current value is ${show(value)}`;
  });
}

type ZodIssue = ZodError['issues'][number];

/** Of a choice without a name, the complaints of the form that the value comes nearest to. */
function nearestBranch(branches: readonly ZodIssue[][], path: string, value: unknown): string {
  const kindOf = ({ code, path: at }: ZodIssue) =>
    at.length === 0 && (code === 'invalid_type' || (code === 'invalid_value' && typeof value === 'object'));
  const fitting = branches.filter((issues) => !issues.some(kindOf));
  const [issues] = (fitting.length > 0 ? fitting : branches).slice().sort((a, b) => depth(b) - depth(a));
  const [issue] = issues!;
  const at = [path, ...issue!.path.map(String)].filter(Boolean).join('.');
  const found = valueAt(value, issue!.path);
  if (issue!.code === 'invalid_value') {
    return `  ${at}: must be one of ${issue!.values.join(', ')}: current value is ${show(found)}`;
  }
  if (issue!.code === 'unrecognized_keys') return `  ${at}: unknown key ${issue!.keys.join(', ')}`;
  return `  ${at}: ${lowerFirst(issue!.message)}: current value is ${show(found)}`;
}

function depth(issues: readonly ZodIssue[]): number {
  return Math.max(...issues.map((issue) => issue.path.length));
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

function valueAt(data: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((value, key) => (value as Record<PropertyKey, unknown> | undefined)?.[key], data);
}

/** The keys that the object at a path may have, found by walking the schema as far as it is made of objects, arrays and unions. */
function allowedKeys(path: readonly PropertyKey[], data: unknown): string[] {
  let schema: unknown = experimentSchema;
  let value = data;
  for (const key of path) {
    schema = unwrap(schema, value);
    value = (value as Record<PropertyKey, unknown> | undefined)?.[key];
    if (schema instanceof z.ZodObject) schema = (schema.shape as Record<PropertyKey, unknown>)[key];
    else if (schema instanceof z.ZodArray) schema = schema.element;
    else return [];
  }
  schema = unwrap(schema, value);
  return schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
}

function unwrap(schema: unknown, value: unknown): unknown {
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodOptional) return unwrap(schema.unwrap(), value);
  if (schema instanceof z.ZodDiscriminatedUnion) {
    const chosen = (value as { name?: unknown } | undefined)?.name;
    return schema.options.find(
      (option) =>
        option instanceof z.ZodObject &&
        option.shape['name'] instanceof z.ZodLiteral &&
        option.shape['name'].value === chosen,
    );
  }
  return schema;
}
