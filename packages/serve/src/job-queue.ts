import type { Job, Outcome, QueueState } from './job.js';
import { ServiceError } from './service-error.js';

/** Something that looks at one clip at a time. */
export interface JobWorker {
  /** Whether it can take a job now; it cannot from the moment it was given one. */
  readonly idle: boolean;
  run(job: Job, signal: AbortSignal): Promise<Outcome>;
}

/** Jobs in the order they came, at most so many waiting, each for at most so long. */
export class JobQueue implements QueueState {
  readonly #workers: readonly JobWorker[];
  readonly #most: number;
  readonly #waitSeconds: number;
  readonly #waiting: ((worker: JobWorker) => void)[] = [];
  #running = 0;
  /** Seconds that jobs took, a mean that forgets. */
  #mean = 1;

  constructor(workers: readonly JobWorker[], { queue, waitSeconds }: { queue: number; waitSeconds: number }) {
    this.#workers = workers;
    this.#most = queue;
    this.#waitSeconds = waitSeconds;
  }

  get queued(): number {
    return this.#waiting.length;
  }

  get running(): number {
    return this.#running;
  }

  get full(): boolean {
    return this.#waiting.length >= this.#most && !this.#workers.some(({ idle }) => idle);
  }

  /** Whole seconds until what waits now will have been looked at, by how long others took. */
  get retryAfter(): number {
    const ahead = this.#waiting.length + this.#running;
    return Math.min(600, Math.max(1, Math.ceil((ahead * this.#mean) / this.#workers.length)));
  }

  /** A worker can take a job. */
  wake(): void {
    while (this.#waiting.length > 0) {
      const worker = this.#workers.find(({ idle }) => idle);
      if (!worker) return;
      this.#waiting.shift()!(worker);
    }
  }

  /** @throws ServiceError 429 where too many wait, 503 where it waited too long; the signal's reason; what the worker throws */
  async run(job: Job, signal: AbortSignal): Promise<Outcome> {
    signal.throwIfAborted();
    if (this.full) throw tooMany(this.retryAfter);
    const idle = this.#waiting.length === 0 ? this.#workers.find((worker) => worker.idle) : undefined;
    return idle ? this.#begin(idle, job, signal) : this.#wait(job, signal);
  }

  async #begin(worker: JobWorker, job: Job, signal: AbortSignal): Promise<Outcome> {
    const began = performance.now();
    this.#running++;
    try {
      return await worker.run(job, signal);
    } finally {
      this.#running--;
      this.#mean += 0.2 * ((performance.now() - began) / 1000 - this.#mean);
      this.wake();
    }
  }

  #wait(job: Job, signal: AbortSignal): Promise<Outcome> {
    return new Promise((resolve, reject) => {
      const done = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', onAbort);
      };
      const begin = (worker: JobWorker) => {
        done();
        this.#begin(worker, job, signal).then(resolve, reject);
      };
      const leave = (error: unknown) => {
        this.#waiting.splice(this.#waiting.indexOf(begin), 1);
        done();
        reject(error);
      };
      const onAbort = () => leave(signal.reason);
      const tooLong = () => {
        const reason = `Cannot predict now as no worker was free within ${this.#waitSeconds} s`;
        leave(new ServiceError(503, 'waited-too-long', reason, { retryAfter: this.retryAfter }));
      };
      const timer = setTimeout(tooLong, this.#waitSeconds * 1000);
      signal.addEventListener('abort', onAbort, { once: true });
      this.#waiting.push(begin);
    });
  }
}

/** Too many wait already. */
export const tooMany = (retryAfter: number) =>
  new ServiceError(429, 'too-many', `Cannot predict now as too many clips wait already: try again in ${retryAfter} s`, {
    retryAfter,
  });
