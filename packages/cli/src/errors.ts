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

/** One clear message; the stack only with MER_DEBUG=1, and the causes that say more than the message. */
export function explainError(error: unknown): string {
  if (!(error instanceof Error)) return `mer: ${String(error)}\n`;
  if (process.env['MER_DEBUG'])
    return `${error.stack}\n${error.cause ? `caused by ${(error.cause as Error).stack ?? error.cause}\n` : ''}`;
  return `mer: ${error.message}\n`;
}
