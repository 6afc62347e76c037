const events = ['uncaughtException', 'unhandledRejection'] as const;

/** The two listeners of Emscripten's glue: both throw again what they are given. */
const rethrows =
  /^function\s*\((\w+)\)\s*\{\s*(?:if\s*\(!\(\1 instanceof ExitStatus\)\)\s*\{?\s*)?throw \1;?\s*\}?\s*\}$/;

/**
 * Runs `start` and removes the process-wide `uncaughtException` and `unhandledRejection` listeners that Emscripten's
 * glue adds meanwhile. They throw again whatever they are given, so that no program could handle its own errors.
 * Listeners of anybody else stay.
 */
export async function withoutExitHandlers<T>(start: () => Promise<T>): Promise<T> {
  if (typeof process === 'undefined' || typeof process.listeners !== 'function') return start();
  const before = new Map(events.map((event) => [event, new Set<unknown>(process.listeners(event as 'exit'))]));
  try {
    return await start();
  } finally {
    for (const event of events) {
      for (const listener of process.listeners(event as 'exit')) {
        if (!before.get(event)?.has(listener) && rethrows.test(String(listener))) process.off(event, listener);
      }
    }
  }
}
