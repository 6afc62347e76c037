import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { FromWorker, Job, Outcome, ServedModel, ToWorker, WorkerSetup } from './job.js';
import type { JobWorker } from './job-queue.js';
import { ServiceError } from './service-error.js';

/** What a worker that ended waits before it begins again, in ms: each time longer until one has answered. */
const PAUSES = [0, 500, 2000, 10_000, 30_000];

/** Ms that a worker may take to load its model. */
const LOAD_MS = 120_000;

/** How a {@link WorkerProcess} tells what happens. */
export interface WorkerEvents {
  /** It can take a job. */
  onIdle: () => void;
  /** It was ended, or ended itself, and begins again. */
  onRestart: (why: string) => void;
}

/**
 * A process that looks at clips. A decoder that hangs or breaks there is ended with all that it started, and another one begins: the service goes on.
 */
export class WorkerProcess implements JobWorker {
  readonly #setup: WorkerSetup;
  readonly #events: WorkerEvents;
  readonly #script: string;
  #child: ChildProcess | undefined;
  #ready = false;
  #closed = false;
  /** Whether it has ever been ready. */
  #loaded = false;
  #failures = 0;
  #again: NodeJS.Timeout | undefined;
  #ids = 0;
  #current: { id: number; settle: (outcome: Outcome | ServiceError) => void } | undefined;
  /** Bytes that it held when it answered last. */
  memory = 0;

  constructor(
    setup: WorkerSetup,
    events: WorkerEvents,
    script = fileURLToPath(new URL('./worker.js', import.meta.url)),
  ) {
    this.#setup = setup;
    this.#events = events;
    this.#script = script;
  }

  get ready(): boolean {
    return this.#ready;
  }

  get idle(): boolean {
    return this.#ready && this.#current === undefined;
  }

  /** Starts the process; resolves when it has loaded its model. */
  start(): Promise<ServedModel> {
    const { MER_TOKEN: _, ...env } = process.env;
    const child = fork(this.#script, [], {
      // a group of its own, so that what it starts ends with it, and Ctrl-C in a terminal does not reach it
      detached: process.platform !== 'win32',
      execArgv: [],
      env,
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    this.#child = child;
    let complaint = '';
    child.stderr!.on('data', (chunk: Buffer) => {
      complaint = (complaint + chunk.toString('utf8')).slice(-2000);
    });
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => {
        broken = `its model was not loaded within ${LOAD_MS / 1000} s`;
        this.#kill(child);
      }, LOAD_MS);
      let broken: string | undefined;
      child.on('message', (message: FromWorker) => {
        if ('ready' in message) {
          clearTimeout(late);
          this.#ready = true;
          this.#loaded = true;
          resolve(message.ready);
          this.#events.onIdle();
        } else if ('broken' in message) {
          broken = message.broken;
          this.#kill(child);
        } else this.#onOutcome(message);
      });
      child.once('error', (error) => {
        broken ??= error.message;
        this.#kill(child);
      });
      child.once('exit', (code, signal) => {
        clearTimeout(late);
        const why = broken ?? `its process ended (${signal ?? code})`;
        this.#onEnd(child, why);
        reject(new Error(broken ?? `${why}${complaint === '' ? '' : `: ${complaint.trim()}`}`));
      });
      child.send({ setup: this.#setup } satisfies ToWorker, () => {});
    });
  }

  /** @throws ServiceError where the process ended, or took too long and was ended; the signal's reason */
  async run(job: Job, signal: AbortSignal): Promise<Outcome> {
    const child = this.#child!;
    const id = ++this.#ids;
    const { predictSeconds } = this.#setup.limits;
    const settled = new Promise<Outcome | ServiceError>((settle) => {
      this.#current = { id, settle };
    });
    const timer = setTimeout(() => {
      const reason = `Cannot predict as a clip must be looked at within ${predictSeconds} s: this one was not. A shorter or smaller one may be`;
      this.#settle(new ServiceError(504, 'took-too-long', reason), { free: false });
      this.#kill(child);
    }, predictSeconds * 1000);
    // it stops at the next chance; until then it is not free
    const onAbort = () => child.send({ abort: id } satisfies ToWorker, () => {});
    signal.addEventListener('abort', onAbort, { once: true });
    child.send({ id, job } satisfies ToWorker, () => {});
    try {
      const outcome = await settled;
      if (outcome instanceof ServiceError) throw outcome;
      return outcome;
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
    }
  }

  #onOutcome({ id, outcome, memory }: Extract<FromWorker, { id: number }>): void {
    this.memory = memory;
    if (this.#current?.id !== id) return;
    this.#failures = 0;
    this.#settle(outcome, { free: true });
  }

  #settle(outcome: Outcome | ServiceError, { free }: { free: boolean }): void {
    const current = this.#current;
    if (!free) this.#ready = false;
    this.#current = undefined;
    current?.settle(outcome);
  }

  #onEnd(child: ChildProcess, why: string): void {
    if (this.#child !== child) return;
    this.#ready = false;
    this.#child = undefined;
    this.memory = 0;
    // what it left behind
    this.#kill(child);
    const reason =
      'Cannot predict as the process that looked at the clip ended: it may be damaged in a way that nobody has seen';
    this.#settle(new ServiceError(500, 'worker-ended', reason), { free: false });
    // a first start that fails is for whoever asked for it
    if (this.#closed || !this.#loaded) return;
    this.#events.onRestart(why);
    const pause = PAUSES[Math.min(this.#failures++, PAUSES.length - 1)]!;
    this.#again = setTimeout(() => void this.start().catch(() => {}), pause);
  }

  /** Ends a process and what it started. */
  #kill(child: ChildProcess): void {
    if (child.pid === undefined) return;
    try {
      if (process.platform === 'win32') child.kill('SIGKILL');
      else process.kill(-child.pid, 'SIGKILL');
    } catch {
      // it has ended, and nothing is left of it
    }
  }

  /** Ends it, whatever it does. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#again);
    const child = this.#child;
    if (!child) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    this.#kill(child);
    await ended;
  }
}
