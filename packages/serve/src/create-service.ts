import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import multipart from '@fastify/multipart';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest, LogController } from 'fastify';
import { hostCheck, tokenCheck } from './access.js';
import { openFigures } from './figures.js';
import type { Runner } from './job.js';
import { tooMany } from './job-queue.js';
import type { ServiceLimits } from './limits.js';
import { openApi } from './open-api.js';
import { receiveClip } from './receive-clip.js';
import { errorBody, ServiceError } from './service-error.js';
import { openTemporaryFolder } from './temporary-folder.js';
import { PAGE_FILES, PAGE_POLICY } from './try-page.js';

/** How {@link createService} answers. */
export interface ServiceOptions {
  readonly limits: ServiceLimits;
  readonly token?: string | undefined;
  /** Names by which requests may call this machine; any where it is not given. */
  readonly hosts?: readonly string[] | undefined;
  /** Takes lines of JSON. */
  readonly log?: { level: string; write(line: string): void } | undefined;
}

/** The HTTP side of a service. */
export interface Service {
  readonly app: FastifyInstance;
  /** Refuses new requests, and resolves when those that were accepted are answered and nothing is left of them. */
  stop(): Promise<void>;
}

/** Bytes of the headers of a request, and of its address. */
const HEADER_BYTES = 16 * 1024;
const LONGEST_ADDRESS = 2048;
/** Ms in which what is left of a refused request may arrive, so that its sender reads the answer. */
const LINGER_MS = 2000;

/** A service whose clips are looked at by `runner`. */
export async function createService(runner: Runner, options: ServiceOptions): Promise<Service> {
  const { limits, token, hosts, log } = options;
  const folder = await openTemporaryFolder();
  const app = Fastify({
    logger: log
      ? {
          level: log.level,
          base: null,
          stream: { write: (line: string) => log.write(line) },
          serializers: { err: faultOf },
        }
      : false,
    // what Fastify writes of a request has its address and the sender's
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: () => randomUUID(),
    requestTimeout: (limits.uploadSeconds + LINGER_MS / 1000) * 1000,
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: 100 },
    bodyLimit: 1024,
    http: { maxHeaderSize: HEADER_BYTES, headersTimeout: 10_000, connectionsCheckingInterval: 1000 },
    clientErrorHandler: onClientError,
    frameworkErrors: (error, request, reply) => {
      refuse(
        request,
        reply,
        new ServiceError(400, 'wrong-address', 'Cannot answer as the address must be a valid one', { cause: error }),
      );
    },
  });
  let arriving = 0;
  let stopping = false;
  const open = new Set<Promise<unknown>>();
  const figures = openFigures(runner, () => arriving);
  const checkHost = hosts ? hostCheck(hosts) : () => {};
  const checkAccess = token === undefined ? () => {} : tokenCheck(token);

  /** Bodies are read by who takes them. */
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, _payload, done) => done(null));
  await app.register(multipart);

  app.addHook('onRequest', async (request, reply) => {
    reply.headers({
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-resource-policy': 'same-origin',
      'cache-control': 'no-store',
    });
    if (request.url.length > LONGEST_ADDRESS) {
      throw new ServiceError(
        414,
        'long-address',
        `Cannot answer as the address must have at most ${LONGEST_ADDRESS} characters`,
      );
    }
    checkHost(request);
  });
  app.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? 'none';
    figures.answered(route, reply.statusCode, reply.elapsedTime / 1000);
    const level = route === '/predict' ? 'info' : 'debug';
    request.log[level](
      {
        method: request.method,
        route,
        status: reply.statusCode,
        ms: Math.round(reply.elapsedTime),
        ...request.told,
      },
      'answered',
    );
  });
  app.decorateRequest('told');
  app.setErrorHandler((error, request, reply) => refuse(request, reply, serviceErrorOf(error)));
  app.setNotFoundHandler((request, reply) => {
    const path = request.url.split('?', 1)[0]!;
    const allowed = path === '/predict' ? 'POST' : READ.has(path) ? 'GET, HEAD' : undefined;
    if (allowed === undefined) {
      const places = [
        'POST /predict',
        ...[...READ].filter((one) => one !== '/' && !one.startsWith('/page')).map((one) => `GET ${one}`),
      ];
      return refuse(
        request,
        reply,
        new ServiceError(
          404,
          'not-found',
          `Cannot answer as there is nothing at this address: there is ${places.join(', ')}`,
        ),
      );
    }
    reply.header('allow', allowed);
    return refuse(
      request,
      reply,
      new ServiceError(405, 'wrong-method', `Cannot answer as the method must be ${allowed.replace(', ', ' or ')}`),
    );
  });

  /** What a client is told, and nothing of what the program says to itself. */
  function refuse(request: FastifyRequest, reply: FastifyReply, error: ServiceError): FastifyReply {
    const { status, code, message, retryAfter } = error;
    figures.refused(code);
    request.told = { ...request.told, code };
    if (status >= 500 && error.cause !== undefined) request.log.error({ err: error.cause, code }, 'fault');
    if (retryAfter !== undefined) reply.header('retry-after', retryAfter);
    if (status === 401) reply.header('www-authenticate', 'Bearer');
    if (stopping) reply.header('connection', 'close');
    linger(request);
    return reply
      .code(status)
      .type('application/json; charset=utf-8')
      .send(JSON.stringify(errorBody(code, message)));
  }

  const guarded = { onRequest: async (request: FastifyRequest) => checkAccess(request) };

  app.post('/predict', guarded, async (request, reply) => {
    if (stopping)
      throw new ServiceError(503, 'stopping', 'Cannot predict as this service is being stopped', { retryAfter: 5 });
    if (runner.queue.full || arriving >= limits.uploads) throw tooMany(runner.queue.retryAfter);
    const work = predict(request, reply);
    const settled = work.then(
      () => {},
      () => {},
    );
    open.add(settled);
    // until the last byte of the answer has left
    const left = new Promise<void>((resolve) => reply.raw.once('close', resolve));
    void Promise.all([settled, left]).then(() => open.delete(settled));
    return work;
  });

  async function predict(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const gone = new AbortController();
    const { socket } = request.raw;
    const onClose = () => gone.abort(new ServiceError(499, 'gone', 'The client has closed the connection'));
    socket.once('close', onClose);
    const place = await folder.make();
    try {
      const job = await receive(request, place, gone.signal);
      const outcome = await runner.run(job, gone.signal);
      request.told = { files: job.files.length, frames: outcome.frames, code: outcome.code };
      if (outcome.code !== undefined) figures.refused(outcome.code);
      if (outcome.fault !== undefined) request.log.error({ fault: outcome.fault }, 'fault');
      return reply.code(outcome.status).type('application/json; charset=utf-8').send(outcome.body);
    } finally {
      // the connection outlives its requests, and would hold what each of them had
      socket.off('close', onClose);
      await folder
        .remove(place)
        .catch((error) => request.log.error({ err: error }, 'Cannot remove the files of a request'));
    }
  }

  async function receive(request: FastifyRequest, place: string, gone: AbortSignal) {
    const late = new AbortController();
    const reason = `Cannot predict as a request must arrive within ${limits.uploadSeconds} s: this one did not`;
    const timer = setTimeout(
      () => late.abort(new ServiceError(408, 'slow-request', reason)),
      limits.uploadSeconds * 1000,
    );
    arriving++;
    try {
      return await receiveClip(request, place, { limits, signal: AbortSignal.any([late.signal, gone]) });
    } catch (error) {
      if (late.signal.aborted) throw late.signal.reason;
      throw gone.aborted ? gone.reason : error;
    } finally {
      arriving--;
      clearTimeout(timer);
    }
  }

  app.get('/model', guarded, async () => runner.model);
  app.get('/metrics', guarded, async (_request, reply) => reply.type(figures.contentType).send(await figures.text()));
  app.get('/healthz', async () => ({ alive: true }));
  app.get('/readyz', async (_request, reply) => {
    if (runner.ready && !stopping) return { ready: true };
    const reason = stopping ? 'this service is being stopped' : 'no worker has its model loaded';
    return reply
      .code(503)
      .send({ ready: false, ...errorBody(stopping ? 'stopping' : 'not-ready', `Cannot predict now as ${reason}`) });
  });
  app.get('/openapi.json', async () => openApi(runner.model, { limits, token: token !== undefined }));
  for (const [path, { type, body }] of Object.entries(PAGE_FILES)) {
    app.get(path, async (_request, reply) =>
      reply.type(type).header('content-security-policy', PAGE_POLICY).send(body),
    );
  }
  await app.ready();

  return {
    app,
    async stop() {
      stopping = true;
      // what was accepted is answered; until then those who come are told so, and not cut off
      while (open.size > 0) await Promise.all(open);
      await app.close();
      figures.close();
      await folder.close();
    },
  };
}

const READ = new Set(['/model', '/metrics', '/healthz', '/readyz', '/openapi.json', ...Object.keys(PAGE_FILES)]);

declare module 'fastify' {
  interface FastifyRequest {
    /** For logs: nothing of names or content. */
    told?: Record<string, unknown>;
  }
}

/** Ends the connection of a request that is refused while it arrives, when its sender has had time to read the answer. */
function linger({ raw }: FastifyRequest): void {
  if (raw.complete || raw.destroyed) return;
  raw.unpipe?.();
  raw.resume();
  const timer = setTimeout(() => {
    if (!raw.complete) raw.destroy();
  }, LINGER_MS).unref();
  raw.once('close', () => clearTimeout(timer));
}

/** An error of the framework in our words; anything else is a fault, of which a client is told nothing. */
function serviceErrorOf(error: unknown): ServiceError {
  if (error instanceof ServiceError) return error;
  const { statusCode, code } = error as { statusCode?: number; code?: string };
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE' || statusCode === 415) {
    return new ServiceError(
      415,
      'unsupported-type',
      'Cannot predict as its Content-Type must be one of those of GET /openapi.json',
    );
  }
  if (statusCode === 413) return new ServiceError(413, 'too-large', 'Cannot answer as the request is too large');
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
    return new ServiceError(statusCode, 'wrong-request', 'Cannot answer as the request must be valid HTTP');
  }
  return new ServiceError(
    500,
    'fault',
    'Cannot answer as a step of the service itself failed, which is no fault of the request',
    { cause: error },
  );
}

/** Of an error of our own: its kind and where it was, not what it says, as that may tell of a clip. */
function faultOf(error: Error & { code?: string }): { type: string; message: string; stack: string; code?: string } {
  const at = error.stack?.split('\n').filter((line) => /^\s+at /.test(line)) ?? [];
  return { type: error.name, message: '', stack: at.join('\n'), ...(error.code !== undefined && { code: error.code }) };
}

/** What is said to bytes that are no request, where there is none to answer. */
const BROKEN: Readonly<Record<string, readonly [status: number, phrase: string, code: string, reason: string]>> = {
  ERR_HTTP_REQUEST_TIMEOUT: [
    408,
    'Request Timeout',
    'slow-request',
    'Cannot answer as the request did not arrive in time',
  ],
  HPE_HEADER_OVERFLOW: [
    431,
    'Request Header Fields Too Large',
    'long-headers',
    `Cannot answer as headers must have at most ${HEADER_BYTES} bytes`,
  ],
};

function onClientError(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return void socket.destroy();
  const [status, phrase, code, reason] = BROKEN[error.code ?? ''] ?? [
    400,
    'Bad Request',
    'wrong-request',
    'Cannot answer as the request must be valid HTTP',
  ];
  const body = JSON.stringify(errorBody(code, reason));
  if (socket.writable) {
    const head = `HTTP/1.1 ${status} ${phrase}\r\ncontent-type: application/json; charset=utf-8\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n`;
    socket.end(head + body, () => socket.destroy());
  } else socket.destroy();
}
