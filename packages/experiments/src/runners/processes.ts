import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import workerpool from 'workerpool';
import type { RunEvent } from '../run/events.js';
import { ExperimentError } from '../schema/experiment-error.js';
import type { Crash } from './crash.js';
import { watchMemory } from './peak-memory.js';

/** Processes that run {@link ./worker.ts}, with a backend each. */
export interface Processes {
  readonly pool: workerpool.Pool;
  /** Whether they were told to end. */
  readonly closed: boolean;
  /** What the only process there is told last of its memory, in bytes; undefined where there are several, or none has begun. */
  memory: number | undefined;
  /** How many there are at most. */
  readonly count: number;
  /** Ends them, whatever they do; the next task begins in a new one. */
  renew(): Promise<void>;
  /** Ends them, whatever they do. */
  close(): Promise<void>;
}

/**
 * Opens at most so many processes; each starts when there is work for it, and all end with the signal. Those that are `apart` are a group of their own: what asks
 * this process and its group to end leaves them to finish what they do.
 */
export function openProcesses(
  count: number,
  signal: AbortSignal | undefined,
  { apart = false }: { apart?: boolean } = {},
): Processes {
  const script = fileURLToPath(new URL(`file://${createRequire(import.meta.url).resolve('@mer/experiments/worker')}`));
  const open = () =>
    workerpool.pool(script, {
      workerType: 'process',
      maxWorkers: count,
      forkOpts: { serialization: 'advanced', execArgv: [], detached: apart },
    });
  let pool = open();
  let closed = false;
  const stop = () => {
    closed = true;
    void pool.terminate(true);
  };
  signal?.addEventListener('abort', stop);
  return {
    get pool() {
      return pool;
    },
    count,
    memory: undefined,
    get closed() {
      return closed;
    },
    renew: async () => {
      const before = pool;
      pool = open();
      await before.terminate(true);
    },
    close: async () => {
      closed = true;
      signal?.removeEventListener('abort', stop);
      await pool.terminate(true);
    },
  };
}

/** What a process tells of its task before it is done. */
export type TaskMessage =
  /** It has begun with it, and had held so many bytes at most. */
  | { pid: number; memory: number }
  /** How it goes, in order. */
  | { events: readonly RunEvent[] }
  /** The backend's memory has failed: the process ends now. */
  | { crash: Crash };

/** The process of a task ended without being told to. */
export class CrashError extends Error {
  override readonly name = 'CrashError';
  readonly crash: Crash;

  constructor(crash: Crash, options?: ErrorOptions) {
    super(crash.reason, options);
    this.crash = crash;
  }
}

/** How {@link runTask} tells what happens. */
export interface TaskOptions {
  /** Called with what the worker emits. */
  on?: (event: RunEvent) => void;
  /** Called when the process of the task ended and the task is tried once more. */
  onCrash?: ((crash: Crash) => void) | undefined;
  /** Whether a task whose process ended is tried once more; true by default. */
  retry?: boolean;
  signal?: AbortSignal | undefined;
}

/** What is said where a process had ended before its task came: nothing is lost, and the next one begins anew. */
const endedBefore = /^Worker is terminated|^Workerpool Worker error: .*(EPIPE|[Cc]hannel closed)/;

/**
 * Runs a task in one of the processes. If the process is ended by anybody else, in another; if that one ends too, or the process ended itself as its
 * backend's memory failed, throws a {@link CrashError}. Any other failure is the task's own and thrown as it is.
 */
export async function runTask<Result>(
  processes: Processes,
  method: string,
  args: readonly unknown[],
  { on, onCrash, retry = true, signal }: TaskOptions,
): Promise<Result> {
  let attempt = 1;
  for (let again = retry; ; ) {
    const watch = watchMemory();
    let told: Crash | undefined;
    const listen = (message: TaskMessage) => {
      if ('pid' in message) {
        watch.follow(message.pid, message.memory);
        if (processes.count === 1) processes.memory = message.memory;
      }
      if ('events' in message) {
        for (const event of message.events) on?.(event.type === 'epoch' ? { ...event, attempt } : event);
      }
      if ('crash' in message) told = message.crash;
    };
    try {
      return (await processes.pool.exec(method, [...args], { on: listen })) as Result;
    } catch (error) {
      if (signal?.aborted || processes.closed) throw error;
      if (told) throw new CrashError(told, { cause: error });
      if (endedBefore.test((error as Error).message)) continue;
      const reason = crashReason(error);
      if (reason === undefined) throw ownError(error);
      // one that was ended before it told of this task has told of those before
      const crash = { reason, outOfMemory: false, memory: watch.peak() ?? processes.memory };
      if (!again) throw new CrashError(crash, { cause: error });
      onCrash?.(crash);
      again = false;
      attempt += 1;
    } finally {
      watch.stop();
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

/** The error of a task as its own process had it: between processes an error loses its class. */
function ownError(error: unknown): unknown {
  const { name, message } = error as Error;
  return name === 'ExperimentError' ? new ExperimentError(message, { cause: error }) : error;
}
