import { ExperimentError } from '../schema/experiment-error.js';

/** The queue engine and its client, loaded where a queue is asked for. */
export async function loadQueuePackages(): Promise<{
  bullmq: typeof import('bullmq');
  Redis: typeof import('ioredis').Redis;
}> {
  try {
    const [bullmq, { Redis }] = await Promise.all([import('bullmq'), import('ioredis')]);
    return { bullmq, Redis };
  } catch (cause) {
    throw absent('a queue', 'bullmq ioredis', cause);
  }
}

/** The page of queues, loaded where it is asked for. */
export async function loadBoardPackages(): Promise<{
  api: typeof import('@bull-board/api');
  adapter: typeof import('@bull-board/api/bullMQAdapter');
  express: typeof import('@bull-board/express');
}> {
  try {
    const [api, adapter, express] = await Promise.all([
      import('@bull-board/api'),
      import('@bull-board/api/bullMQAdapter'),
      import('@bull-board/express'),
    ]);
    return { api, adapter, express };
  } catch (cause) {
    throw absent('the page of a queue', '@bull-board/api @bull-board/express', cause);
  }
}

function absent(what: string, packages: string, cause: unknown): Error {
  const { code, message } = cause as NodeJS.ErrnoException;
  return new ExperimentError(
    code === 'ERR_MODULE_NOT_FOUND'
      ? `Cannot use ${what} as its packages must be installed: run "npm install ${packages}"`
      : `Cannot use ${what} as its packages (${packages}) cannot be loaded: ${message}`,
    { cause },
  );
}
