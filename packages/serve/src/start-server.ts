import type { AddressInfo } from 'node:net';
import { availableParallelism } from 'node:os';
import { checkToken, isLoopback } from './access.js';
import { createService, type Service } from './create-service.js';
import { type ServiceLimits, serviceLimits } from './limits.js';
import { openWorkers } from './open-workers.js';

/** How {@link startServer} serves. */
export interface StartServerOptions {
  /** Address to bind to; default 127.0.0.1, which only this machine reaches. */
  readonly host?: string | undefined;
  /** Default 8000; 0 takes one that is free. */
  readonly port?: number | undefined;
  /** Processes that look at clips, one clip at a time each; default one. */
  readonly workers?: number | undefined;
  /** Backend of each; default `auto`. */
  readonly backend?: string | undefined;
  /**
   * `find` (default): faces are looked for, by an optional package (`@vladmandic/human`); `fills`: they are known to fill the frames, as in clips that were cut to
   * the face before.
   */
  readonly face?: 'find' | 'fills' | undefined;
  /** Without it, whoever reaches the address may ask. */
  readonly token?: string | undefined;
  /** Further names by which requests may call this machine, where it is bound to itself alone. */
  readonly allowedHosts?: readonly string[] | undefined;
  /** Limits that hold instead of those of {@link SERVICE_LIMITS}. */
  readonly limits?: Partial<ServiceLimits> | undefined;
  /** Takes log lines, JSON each, from this level on; nothing is logged where it is not given. */
  readonly log?: { readonly level: 'debug' | 'info' | 'warn' | 'error'; write(line: string): void } | undefined;
}

/** A service that runs. */
export interface Server {
  /** Such as `http://127.0.0.1:8000`. */
  readonly url: string;
  /** Refuses new requests, answers those that were accepted, then ends the workers and removes the temporary folder. */
  stop(): Promise<void>;
}

/**
 * Serves an exported network over HTTP: `POST /predict` takes a clip and gives an answer in JSON, `GET /` is a page to try it, `GET /openapi.json` says the rest.
 *
 * Clips are looked at in processes of their own, so that a file that breaks or hangs a decoder ends one of them, which is replaced, and not the service. What
 * arrives is written to a temporary folder, which is removed; nothing is kept, and logs hold neither names nor content.
 *
 * @param folder - that `mer export` wrote
 * @param options - address, workers, token, limits, log
 * @throws Error where the network cannot be loaded, or the port is taken; RangeError for a limit or a token that cannot be one
 *
 * @example
 * ```ts no-run
 * import { startServer } from '@mer/serve';
 *
 * const server = await startServer('network', { port: 8000, workers: 2 });
 * console.log(server.url); // http://127.0.0.1:8000
 * process.once('SIGTERM', () => server.stop());
 * ```
 */
export async function startServer(folder: string, options: StartServerOptions = {}): Promise<Server> {
  const {
    host = '127.0.0.1',
    port = 8000,
    workers = 1,
    backend = 'auto',
    face = 'find',
    token,
    allowedHosts = [],
    log,
  } = options;
  const limits = serviceLimits(options.limits);
  if (token !== undefined) checkToken(token);
  const most = Math.max(64, 4 * availableParallelism());
  if (!Number.isInteger(workers) || workers < 1 || workers > most) {
    throw new RangeError(
      `Cannot serve as workers must be a whole number from 1 to ${most}: current value is ${workers}`,
    );
  }
  let service: Service | undefined;
  const runner = await openWorkers(
    { folder, opener: new URL('./open-predictor.js', import.meta.url).href, backend, face, limits },
    { count: workers, onRestart: (why) => service?.app.log.warn({ why }, 'a worker begins again') },
  );
  try {
    const hosts = isLoopback(host) && token === undefined ? allowedHosts : undefined;
    service = await createService(runner, { limits, token, hosts, log });
    await service.app.listen({ host, port });
  } catch (error) {
    await service?.stop();
    await runner.close();
    throw listenError(error, host, port);
  }
  const running = service;
  const { address, port: bound, family } = running.app.server.address() as AddressInfo;
  if (!isLoopback(host) && token === undefined) {
    running.app.log.warn('no token: whoever reaches this address may ask');
  }
  let stopped: Promise<void> | undefined;
  return {
    url: `http://${family === 'IPv6' ? `[${address}]` : address}:${bound}`,
    stop() {
      stopped ??= running.stop().finally(() => runner.close());
      return stopped;
    },
  };
}

function listenError(error: unknown, host: string, port: number): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE')
    return new Error(`Cannot serve as port ${port} of ${host} must be free: another program has it`, { cause: error });
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
    return new Error(`Cannot serve as host must be an address of this machine: current value is ${host}`, {
      cause: error,
    });
  }
  if (code === 'EACCES')
    return new Error(`Cannot serve as port ${port} needs more rights: take one from 1024 on`, { cause: error });
  return error;
}
