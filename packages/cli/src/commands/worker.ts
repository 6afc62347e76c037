import { join } from 'node:path';
import { type BackendName, backendNames } from '@mer/backends';
import { ExperimentError, runWorker, type WorkerEvent } from '@mer/experiments';
import { interruptible } from '../interrupt.js';
import { printJson, say } from '../output.js';
import { ownParts } from '../own-parts.js';

/** What `mer worker` takes. */
export interface WorkerOptions {
  queue: string;
  store: string;
  backend: string[];
  tag: string[];
  concurrency: number;
  data: string[];
  use: string[];
  cache?: string;
  lock?: number;
  idle?: number;
  json?: boolean;
}

/** `mer worker` */
export async function worker(options: WorkerOptions): Promise<void> {
  const { queue, store, tag: tags, concurrency, data, use, cache = join('runs', '.cache'), lock, idle, json } = options;
  const backends = (options.backend.length > 0 ? options.backend : ['wasm']).map(backendOf);
  const own = await ownParts(use);
  const onEvent = (event: WorkerEvent) => {
    if (json) printJson(event, 0);
    else say(`${textOf(event)}\n`);
  };
  const counts = await interruptible('stopped', (signal) =>
    runWorker({
      queue,
      store,
      backends,
      tags,
      concurrency,
      data,
      own,
      cache,
      ...(lock !== undefined && { lockSeconds: lock }),
      idleSeconds: idle,
      signal,
      onEvent,
    }),
  );
  if (json) printJson({ type: 'end', ...counts }, 0);
  else say(`${counts.done} done, ${counts.failed} failed\n`);
}

function backendOf(name: string): BackendName {
  if ((backendNames as readonly string[]).includes(name)) return name as BackendName;
  throw new ExperimentError(`Cannot work on backend ${name} as there is none of that name: ${backendNames.join(', ')}`);
}

function textOf(event: WorkerEvent): string {
  const time = new Date().toTimeString().slice(0, 8);
  if (event.type === 'note') return `${time}  ${event.text}`;
  if (event.type === 'listening') {
    return `${time}  ${event.worker} takes ${event.kinds.join(', ')} from ${event.queue}, ${event.concurrency} at a time`;
  }
  const { state, run, fold, seed, stage, seconds, error } = event;
  const what = `${run}  ${stage === undefined ? '' : `stage ${stage}  `}${fold}  seed ${seed}`;
  const how = {
    begun: 'begins',
    done: `done in ${seconds?.toFixed(1)} s`,
    there: 'was done before',
    failed: `failed: ${error}`,
    refused: `refused: ${error}`,
  };
  return `${time}  ${what}  ${how[state]}`;
}
