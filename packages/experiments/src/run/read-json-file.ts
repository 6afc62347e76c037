import { readFile } from 'node:fs/promises';
import { systemErrorCode, systemErrorText } from '@mer/io';
import { optionIssues } from '@mer/options';
import * as v from 'valibot';
import { ExperimentError } from '../schema/experiment-error.js';
import { plainCopy } from '../schema/plain-data.js';

/** Faults that a message lists. */
const LISTED = 5;

/** What a file of a run must be. */
export interface JsonFileKind {
  /** What it holds, in words: `the history of a fold`. */
  kind: string;
  /** What to do where it is not that. */
  cure: string;
}

/**
 * Reads a file of a run and checks all of it: whoever wrote it, what comes back has the form that its readers count on.
 *
 * @param path - the file
 * @param schema - what it must hold
 * @param kind - the same in words
 * @returns the value, or undefined where there is no such file
 * @throws {@link ExperimentError} that names the file, the keys that are wrong, and what to do
 */
export async function readJsonFile<T>(
  path: string,
  schema: v.GenericSchema,
  kind: JsonFileKind,
): Promise<T | undefined> {
  const value = await readJson(path, kind);
  return value === undefined ? undefined : fitting<T>(path, value, schema, kind);
}

/**
 * The plain data of a file of a run, or undefined where there is no such file.
 *
 * @throws {@link ExperimentError} where the file cannot be read or is no JSON
 */
export async function readJson(path: string, { kind, cure }: JsonFileKind): Promise<unknown> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    if (systemErrorCode(cause) === 'ENOENT') return undefined;
    throw new ExperimentError(`Cannot read ${path} as ${systemErrorText(cause)}`, { cause });
  }
  try {
    return plainCopy(JSON.parse(text));
  } catch (cause) {
    const fault = cause instanceof SyntaxError ? placeOf(text, cause) : (cause as Error).message;
    throw new ExperimentError(`Cannot read ${path} as it must be JSON, ${kind}: ${fault}. ${cure}`, { cause });
  }
}

/**
 * The data of a file where it fits a schema.
 *
 * @throws {@link ExperimentError} that names the file, the keys that are wrong, and what to do
 */
export function fitting<T>(path: string, value: unknown, schema: v.GenericSchema, { kind, cure }: JsonFileKind): T {
  const result = v.safeParse(schema, value);
  if (result.success) return result.output as T;
  const issues = optionIssues(schema, value);
  const lines = issues.slice(0, LISTED).map((issue) => `  ${issue.path.join('.') || 'the whole'} ${issue.text}`);
  const more = issues.length > LISTED ? `\n  and ${issues.length - LISTED} more` : '';
  throw new ExperimentError(`Cannot use ${path} as it must be ${kind}:\n${lines.join('\n')}${more}\n${cure}`);
}

/** Where a text is no JSON. */
function placeOf(text: string, { message }: SyntaxError): string {
  if (text.trim() === '') return 'it is empty';
  const position = /position (\d+)/.exec(message)?.[1];
  if (position === undefined || Number(position) >= text.trimEnd().length) return 'it is cut short';
  const lines = text.slice(0, Number(position)).split('\n');
  return `line ${lines.length}, column ${lines.at(-1)!.length + 1} is not`;
}
