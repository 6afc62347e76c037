// Starts the worker of the page.
import { asking } from './line.ts';
import type { Notice } from './protocol.ts';
import type { Connection } from './state.ts';

export function connect(onFault: (sentence: string) => void, onNotice: (notice: Notice) => void): Connection {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
  worker.addEventListener('error', (event) => {
    event.preventDefault();
    onFault(`The worker of this page has ended: ${event.message || 'its file could not be loaded or run'}`);
  });
  return { ...asking(worker, onNotice), end: () => worker.terminate() };
}
