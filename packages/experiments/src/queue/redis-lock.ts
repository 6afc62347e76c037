import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { QueueConnection } from './open-queue.js';

/** How long a lock counts that is not told again, and how often it is told, in milliseconds. */
const LIFE = 20_000;
const HEARTBEAT = 5_000;

/** How often those that wait look, in milliseconds. */
const LOOK = 500;

/**
 * Does a work that machines share once: whoever comes first does it, the others wait until there is what it makes. It is no more than thrift: where the server
 * forgets the lock, two do the same work, and what the first one made counts.
 *
 * @param queue - the server that knows who works
 * @param name - of the work
 * @param work - what to do where it is not done
 * @param isDone - whether another has done it
 */
export async function once(
  { redis, address }: Pick<QueueConnection, 'redis' | 'address'>,
  name: string,
  {
    isDone,
    work,
    signal,
  }: { isDone: () => Promise<boolean>; work: () => Promise<void>; signal?: AbortSignal | undefined },
): Promise<void> {
  const key = `${address.prefix}:once:${name}`;
  const own = randomUUID();
  while (!(await isDone())) {
    signal?.throwIfAborted();
    if ((await redis.set(key, own, 'PX', LIFE, 'NX')) !== 'OK') {
      await pause(LOOK, undefined, { signal });
      continue;
    }
    const heartbeat = setInterval(() => {
      redis.pexpire(key, LIFE).catch(() => {});
    }, HEARTBEAT);
    try {
      // it may have been done between the look and the lock
      if (!(await isDone())) await work();
      return;
    } finally {
      clearInterval(heartbeat);
      if ((await redis.get(key).catch(() => undefined)) === own) await redis.del(key).catch(() => {});
    }
  }
}
