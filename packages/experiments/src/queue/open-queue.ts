import type { Queue, QueueEvents, Worker } from 'bullmq';
import type { Redis as Client, RedisOptions } from 'ioredis';
import { ExperimentError } from '../schema/experiment-error.js';
import { loadQueuePackages } from './load-packages.js';
import { parseQueueAddress, type QueueAddress } from './queue-address.js';

/** Longest that the first connection may take, in milliseconds. */
const CONNECT = 10_000;

/** Longest pause between two tries to come back to a server that went away, in milliseconds. */
const AGAIN = 2_000;

/** A connection to the queue's server, and what is made with it. */
export interface QueueConnection {
  readonly address: QueueAddress;
  readonly redis: Client;
  readonly bullmq: typeof import('bullmq');
  /** What BullMQ takes: the connection, and the beginning of all keys. */
  readonly options: { connection: Client; prefix: string };
  /** Calls back when the server is there again after it was away. */
  onReturn(back: () => void): void;
  /** Ends the connection, and before it what was made with it. */
  close(...made: readonly (Queue | QueueEvents | Worker)[]): Promise<void>;
}

/**
 * Connects to the server of a queue. A server that goes away later is waited for, however long that takes.
 *
 * @param url - as {@link parseQueueAddress} reads it
 * @param options - what the connection is called in the server's list
 * @throws {@link ExperimentError} where the packages are not installed, or no server answers there, or it refuses
 */
export async function connectQueue(url: string, { name }: { name: string }): Promise<QueueConnection> {
  const address = parseQueueAddress(url);
  const { bullmq, Redis } = await loadQueuePackages();
  let reached = false;
  const options: RedisOptions = {
    ...address.server,
    ...(address.user !== undefined && { username: address.user }),
    ...(address.password !== undefined && { password: address.password }),
    ...(address.tls && { tls: 'host' in address.server ? { servername: address.server.host } : {} }),
    db: address.database,
    connectionName: `mer-${name}`,
    connectTimeout: CONNECT,
    maxRetriesPerRequest: null,
    lazyConnect: true,
    retryStrategy: (times) => (reached ? Math.min(50 * 2 ** Math.min(times, 10), AGAIN) : null),
  };
  const redis = new Redis(options);
  let fault: Error | undefined;
  redis.on('error', (error) => {
    fault = error;
  });
  try {
    await redis.connect();
    // a wrong database is told by the first command
    await redis.ping();
  } catch (cause) {
    redis.disconnect();
    throw refusal(address, fault ?? (cause as Error));
  }
  reached = true;
  return {
    address,
    redis,
    bullmq,
    options: { connection: redis, prefix: address.prefix },
    onReturn: (back) => redis.on('ready', back),
    async close(...made) {
      for (const each of made) await each.close().catch(() => {});
      redis.disconnect();
    },
  };
}

function refusal({ shown, tls }: QueueAddress, cause: Error): Error {
  const { code } = cause as NodeJS.ErrnoException;
  const message = cause.message.replace(/\s+/g, ' ').slice(0, 200);
  const why = /WRONGPASS|NOAUTH|NOPERM|invalid password|without any password/i.test(message)
    ? 'the server refuses user or password: give them in the URL, or the password as MER_REDIS_PASSWORD'
    : code === 'ECONNREFUSED' || code === 'ENOENT'
      ? 'no server listens there: start redis-server (Redis 6.2 or newer, or Valkey) or correct the URL'
      : code === 'ENOTFOUND' || code === 'EAI_AGAIN'
        ? 'there is no host of that name'
        : `${message || code || 'the connection was closed'}${tls ? '' : '; a server that wants encryption has a URL with rediss://'}`;
  return new ExperimentError(`Cannot reach the queue at ${shown} as ${why}`, { cause });
}
