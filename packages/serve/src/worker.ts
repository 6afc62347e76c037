/**
 * What a worker process runs: it loads the network that it is told of, and looks at one clip after the other.
 *
 * @module @mer/serve/worker
 */
import { answerClip } from './answer-clip.js';
import type { FromWorker, OpenedPredictor, ToWorker, WorkerSetup } from './job.js';
import { servedModel } from './served-model.js';

const send = (message: FromWorker) => process.send?.(message);

/** The service has gone: nobody waits for an answer, and what was started here is ended as well. */
process.on('disconnect', () => {
  try {
    if (process.platform !== 'win32') process.kill(-process.pid, 'SIGKILL');
  } finally {
    process.exit(0);
  }
});

let predictor: Promise<{ opened: OpenedPredictor; setup: WorkerSetup }> | undefined;
let running: { id: number; abort: AbortController } | undefined;

process.on('message', async (message: ToWorker) => {
  if ('setup' in message) {
    predictor = begin(message.setup);
    await predictor.catch((error) => send({ broken: (error as Error).message }));
  } else if ('abort' in message) {
    if (running?.id === message.abort) running.abort.abort(new DOMException('The client has gone', 'AbortError'));
  } else {
    const { id, job } = message;
    const abort = new AbortController();
    running = { id, abort };
    const { opened, setup } = await predictor!;
    const outcome = await answerClip(opened, job, { limits: setup.limits, signal: abort.signal });
    running = undefined;
    send({ id, outcome, memory: process.memoryUsage().rss });
  }
});

async function begin(setup: WorkerSetup): Promise<{ opened: OpenedPredictor; setup: WorkerSetup }> {
  const { openPredictor } = await import(setup.opener);
  const opened: OpenedPredictor = await openPredictor(setup);
  send({ ready: servedModel(opened.file, opened.card) });
  return { opened, setup };
}
