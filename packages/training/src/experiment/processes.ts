import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import workerpool from 'workerpool';
import type { RunEvent } from './events.js';

/** Processes that run {@link ./worker.ts}, with a backend each. */
export interface Processes {
  pool: workerpool.Pool;
  /** Ends them, whatever they do. */
  close(): Promise<void>;
}

/** Opens at most so many processes; each starts when there is work for it, and all end with the signal. */
export function openProcesses(count: number, signal: AbortSignal | undefined): Processes {
  const script = fileURLToPath(new URL(`file://${createRequire(import.meta.url).resolve('@mer/training/worker')}`));
  const pool = workerpool.pool(script, {
    workerType: 'process',
    maxWorkers: count,
    forkOpts: { serialization: 'advanced', execArgv: [] },
  });
  const stop = () => void pool.terminate(true);
  signal?.addEventListener('abort', stop);
  return {
    pool,
    close: async () => {
      signal?.removeEventListener('abort', stop);
      await pool.terminate(true);
    },
  };
}

/** The process of a task ended, and so did that of the second try. */
export class CrashError extends Error {
  override readonly name = 'CrashError';
}

/** How {@link runTask} tells what happens. */
export interface TaskOptions {
  /** Called with what the worker emits. */
  on?: (event: RunEvent) => void;
  /** Called when the process of the task ended; `again` tells whether it is tried once more. */
  onCrash?: ((reason: string, again: boolean) => void) | undefined;
  signal?: AbortSignal | undefined;
}

/**
 * Runs a task in one of the processes. If the process ends, in another; if that one ends too, throws a {@link CrashError}. Any other failure is the task's
 * own and thrown as it is.
 */
export async function runTask<Result>(
  { pool }: Processes,
  method: string,
  args: readonly unknown[],
  { on, onCrash, signal }: TaskOptions,
): Promise<Result> {
  for (let again = true; ; again = false) {
    try {
      return (await pool.exec(method, [...args], on ? { on } : {})) as Result;
    } catch (error) {
      const reason = crashReason(error);
      if (signal?.aborted || reason === undefined) throw error;
      onCrash?.(reason, again);
      if (!again) throw new CrashError(reason, { cause: error });
    }
  }
}

/** Why a process ended, or undefined where the error is the task's own. */
function crashReason(error: unknown): string | undefined {
  const { message } = error as Error;
  if (!/worker terminated unexpectedly/i.test(message)) return undefined;
  const signal = /signalCode: `?(\w+)/.exec(message)?.[1];
  const code = /exitCode: `?(\w+)/.exec(message)?.[1];
  return signal && signal !== 'null' ? `ended by ${signal}` : `ended with status ${code}`;
}
