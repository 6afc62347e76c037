/** Thrown by a command that was interrupted and can be gone on with. */
export class Interrupted extends Error {
  override name = 'Interrupted';
}

/** Thrown for arguments that the person who typed the command can mend. */
export class UsageError extends Error {
  override name = 'UsageError';
}

/** Errors that the person who typed the command can mend: they end with exit status 2. */
const usageErrors = new Set(['ExperimentError', 'UsageError']);

/** The exit status for an error: 2 wrong usage, 130 interrupted, 1 the work failed. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof Interrupted) return 130;
  return error instanceof Error && usageErrors.has(error.name) ? 2 : 1;
}

/** What Node says of the file system: `ENOENT: no such file or directory, open '/x'`. */
const SYSTEM = /\b(E[A-Z]{2,}): [^,\n]+, [a-z]+(?: '([^'\n]*)'(?: -> '[^'\n]*')?)?/g;

/** What stands for a message of the language, which says nothing to whoever typed the command. */
const FAULT =
  'a step of mer itself failed, which is no fault of the command (MER_DEBUG=1 shows where; please report it)';

/**
 * One clear message: what Node or JavaScript say in their own words is put into ours. With MER_DEBUG=1 the stack instead, and those of the causes.
 */
export async function explainError(error: unknown): Promise<string> {
  if (!(error instanceof Error)) return `mer: ${String(error)}\n`;
  const causes = causesOf(error);
  if (process.env['MER_DEBUG']) return `${causes.map(({ stack, message }) => stack ?? message).join('\ncaused by ')}\n`;
  const { systemErrorText } = await import('@mer/io');
  // what is wrong with a module of somebody's own is told in the language's words, by an error that says so
  const told = usageErrors.has(error.name) && causes[1]?.message !== error.message;
  const faults = told ? [] : causes.filter(isFault);
  const said = faults.reduce((text, { message }) => text.replaceAll(message, FAULT), error.message);
  const bare = new RegExp(`^${SYSTEM.source}$`).exec(said);
  const text = bare
    ? `Cannot go on${bare[2] ? ` with ${bare[2]}` : ''} as ${systemErrorText(bare[1])}`
    : said.replace(SYSTEM, (_, code: string) => systemErrorText(code));
  return `mer: ${text === FAULT ? `Cannot go on as ${FAULT}` : text}\n`;
}

function causesOf(error: Error): Error[] {
  const causes = [error];
  for (let at = error.cause; at instanceof Error && !causes.includes(at); at = at.cause) causes.push(at);
  return causes;
}

/** Whether JavaScript or Node itself threw an error: ours say what cannot be done, and why. */
function isFault({ constructor: { name }, message, code }: Error & { code?: unknown }): boolean {
  if (['ReferenceError', 'SyntaxError', 'URIError'].includes(name)) return true;
  if (!['TypeError', 'RangeError'].includes(name)) return false;
  return FAULTS.test(message) || (typeof code === 'string' && /^ERR_(INVALID|OUT_OF|UNKNOWN)/.test(code));
}

/** How V8 words what a program must not do. */
const FAULTS =
  /^Cannot (?:read|set) propert|^Cannot (?:destructure|convert|access|assign|redefine|delete|mix) [^:]*$|is not (?:a function|iterable|a constructor|extensible)(?:$| \()|^Maximum call stack|^Invalid (?:array length|string length|typed array length|array buffer length|count value|code point|time value|date)|circular structure|^Array buffer allocation|^(?:Offset|Start offset|offset) .*(?:bounds|range)|^toFixed\(\)|^toString\(\) radix|^Reduce of empty array/;
