import { Interrupted } from './errors.js';
import { say } from './output.js';

/**
 * Runs work that stops cleanly at the first Ctrl-C (or SIGTERM) and at once at the second.
 *
 * @throws {@link Interrupted} with the given advice where the work was stopped
 */
export async function interruptible<T>(advice: string, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const stop = () => {
    if (controller.signal.aborted) process.exit(130);
    say('\nstopping; once more to stop at once\n');
    controller.abort(new Interrupted(advice));
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  try {
    return await work(controller.signal);
  } finally {
    process.off('SIGINT', stop);
    process.off('SIGTERM', stop);
  }
}
