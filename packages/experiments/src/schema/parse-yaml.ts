import { parseDocument, YAMLError } from 'yaml';
import { DEEPEST, NotPlainError, plainCopy } from './plain-data.js';

/** Most values that a document may hold, what its aliases name counted at each place. */
const MOST = 100_000;

/** A text cannot be read as YAML; the message says why, in words that follow a colon. */
export class YamlError extends Error {
  override readonly name = 'YamlError';
}

/**
 * The plain data of one YAML (or JSON) document. What aliases name is copied to each place.
 *
 * @throws {@link YamlError} where the text is not YAML, has a tag that is unknown, holds itself, or unfolds to too much
 */
export function parseYaml(text: string): unknown {
  try {
    const document = parseDocument(text);
    const [wrong] = [...document.errors, ...document.warnings];
    if (wrong) throw new YamlError(reasonOf(wrong), { cause: wrong });
    return plainCopy(document.toJS({ maxAliasCount: 100 }), MOST);
  } catch (cause) {
    if (cause instanceof YamlError) throw cause;
    throw new YamlError(reasonOf(cause), { cause });
  }
}

function reasonOf(cause: unknown): string {
  const { message } = cause as Error;
  if (cause instanceof RangeError || /call stack/.test(message)) return `it is nested deeper than ${DEEPEST} levels`;
  if (/^Excessive alias count/.test(message)) return 'its aliases unfold to too much: write the values out';
  const told = cause instanceof NotPlainError || cause instanceof YAMLError || /^Unresolved alias/.test(message);
  return told ? message.trimEnd() : 'it holds what is no plain data, such as a key that is a list';
}
