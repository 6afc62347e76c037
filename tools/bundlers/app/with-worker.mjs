// A page with a worker that computes the same.
import { found } from './page.mjs';
import { show } from './show.mjs';

const foundByWorker = () =>
  new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./worker.mjs', import.meta.url), { type: 'module' });
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = ({ message }) => reject(new Error(`the worker ended: ${message}`));
  });

show(async () => ({ ...(await found()), worker: await foundByWorker() }));
