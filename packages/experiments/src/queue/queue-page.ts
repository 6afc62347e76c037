import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ExperimentError } from '../schema/experiment-error.js';
import { loadBoardPackages } from './load-packages.js';
import { connectQueue } from './open-queue.js';
import { queueNames } from './queue-status.js';

/** A page that shows a queue. */
export interface QueuePage {
  /** Its address, on this machine only. */
  url: string;
  /** Ends it. */
  close(): Promise<void>;
}

/** What the page may load: itself. */
const POLICY =
  "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; script-src 'self' 'unsafe-inline'; frame-ancestors 'none'";

/**
 * Serves a page (Bull Board) that shows what a queue has to do. It changes nothing: it answers questions only, and those of this machine only.
 *
 * @param url - of the queue's server
 * @param options - port; any free one by default
 * @throws {@link ExperimentError} where the queue cannot be reached, the packages are not installed, or the port is taken
 *
 * @example
 * ```ts no-run
 * import { openQueuePage } from '@mer/experiments';
 *
 * const page = await openQueuePage('redis://queue.lab:6379', { port: 3030 });
 * console.log(page.url); // http://127.0.0.1:3030/
 * ```
 */
export async function openQueuePage(url: string, { port = 0 }: { port?: number } = {}): Promise<QueuePage> {
  const { api, adapter, express } = await loadBoardPackages();
  const connection = await connectQueue(url, { name: 'page' });
  const { bullmq, options } = connection;
  const server = createServer();
  const close = async () => {
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
    await connection.close();
  };
  try {
    const queues = (await queueNames(connection)).map((name) => {
      const queue = new bullmq.Queue(name, { ...options, skipMetasUpdate: true });
      queue.on('error', () => {});
      return new adapter.BullMQAdapter(queue, { readOnlyMode: true, allowRetries: false, description: 'trainings' });
    });
    const pages = new express.ExpressAdapter();
    api.createBullBoard({
      queues,
      serverAdapter: pages,
      options: { uiConfig: { boardTitle: 'mer', hideRedisDetails: true } },
    });
    const answer = pages.getRouter() as (request: IncomingMessage, response: ServerResponse) => void;
    server.on('request', (request, response) => {
      const refuse = (status: number, text: string) =>
        response.writeHead(status, { 'content-type': 'text/plain' }).end(`${text}\n`);
      // a page of another site may send what it likes here: it does not know this name, and may not ask for changes
      if (!/^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/.test(request.headers.host ?? ''))
        return refuse(403, 'this page is for its own machine');
      if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(405, 'this page changes nothing');
      response.setHeader('content-security-policy', POLICY);
      response.setHeader('x-content-type-options', 'nosniff');
      response.setHeader('referrer-policy', 'no-referrer');
      answer(request, response);
    });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen({ port, host: '127.0.0.1' }, resolve);
    });
  } catch (cause) {
    await close();
    if ((cause as NodeJS.ErrnoException).code === 'EADDRINUSE') {
      throw new ExperimentError(`Cannot show the queue on port ${port} as another program uses it: choose another`, {
        cause,
      });
    }
    throw cause;
  }
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, close };
}
