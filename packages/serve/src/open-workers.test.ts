import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { WorkerSetup } from './job.js';
import { serviceLimits } from './limits.js';
import { openWorkers } from './open-workers.js';

const script = fileURLToPath(new URL('../test/worker.mjs', import.meta.url));
const setup: WorkerSetup = {
  folder: 'x',
  opener: '',
  backend: 'cpu',
  face: 'fills',
  limits: serviceLimits({ predictSeconds: 0.5 }),
};
const never = new AbortController().signal;
const job = (onset = 0) => ({ files: [], fields: { onset } });

/** Whether a process runs; one that has ended and that nobody asks about does not. */
const isThere = (pid: number) => {
  try {
    process.kill(pid, 0);
    return process.platform !== 'linux' || !/\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
};

describe('openWorkers', () => {
  it('ends a worker that hangs with all that it started, goes on after one that died, and then answers again', async () => {
    const whys: string[] = [];
    const workers = await openWorkers(setup, { count: 1, script, onRestart: (why) => whys.push(why) });
    try {
      expect(workers.model.classes).toEqual(['a', 'b']);
      expect((await workers.run(job(), never)).status).toBe(200);
      const hanging = workers.run(job(1), never);
      const waiting = workers.run(job(), never);
      while (workers.workers.memory[0]! <= 1) await new Promise((resolve) => setTimeout(resolve, 5));
      const [beside] = workers.workers.memory;
      await expect(hanging).rejects.toMatchObject({ status: 504, code: 'took-too-long' });
      // the next one is looked at by the process that began in its place
      expect((await waiting).status).toBe(200);
      if (process.platform !== 'win32') expect(isThere(beside!)).toBe(false);
      await expect(workers.run(job(2), never)).rejects.toMatchObject({ status: 500, code: 'worker-ended' });
      expect(workers.ready).toBe(false);
      const { body } = await workers.run(job(), never);
      expect(workers.workers.restarts).toBe(2);
      expect(whys).toEqual([expect.stringMatching(/SIGKILL/), expect.stringMatching(/SIGSEGV|ended/)]);
      await workers.close();
      expect(isThere(JSON.parse(body).pid)).toBe(false);
    } finally {
      await workers.close();
    }
  });

  it('says why there are no workers', async () => {
    await expect(openWorkers({ ...setup, folder: 'broken' }, { count: 1, script })).rejects.toThrow(
      'Cannot read model.json as it is not there',
    );
  });
});
