import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import '@tensorflow/tfjs-backend-wasm';
import { useBackend } from '@mer/backends';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { redisServer, startRedis } from '../../../../tools/redis-server.mjs';
import { openExperimentData, prepareData } from '../prepare/prepare.js';
import type { RunEvent } from '../run/events.js';
import { runFold } from '../run/fold.js';
import { planFolds } from '../run/plan.js';
import { readManifest } from '../run/run-store.js';
import { parseExperiment } from '../schema/parse.js';
import { openStore } from '../store/store.js';
import { cancelWaiting } from './cancel-waiting.js';
import { openQueueRunner } from './queue-runner.js';
import { queueStatus } from './queue-status.js';
import { runWorker, type WorkerEvent } from './run-worker.js';

let root = '';
let url = '';
let end = async () => {};
const children: ChildProcess[] = [];
beforeAll(async () => {
  if (!redisServer) return;
  root = await mkdtemp(join(tmpdir(), 'mer-queue-'));
  ({ url, end } = await startRedis(root));
});
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  await end();
  if (root) await rm(root, { recursive: true, force: true, maxRetries: 5 });
});

const settings = {
  name: 'queued',
  data: { name: 'synthetic', options: { subjects: 4, clipsPerSubject: 2, size: 24, frames: 6 } },
  inputs: [{ steps: ['dynamic-image'] }],
  model: { name: 'small-cnn', options: { widths: [4, 4] } },
  training: { epochs: 6, batchSize: 4, optimizer: { name: 'adam', learningRate: 0.01 } },
  backend: 'wasm',
};

/** A worker in a process of its own, to be killed. */
function startWorker(store: string): ChildProcess {
  const options = { queue: url, store, cache: join(root, 'killed'), lockSeconds: 1 };
  const code = `import { runWorker } from '@mer/experiments'; await runWorker(${JSON.stringify(options)});`;
  const cwd = fileURLToPath(new URL('../..', import.meta.url));
  const child = spawn(process.execPath, ['--input-type=module', '-e', code], { cwd, stdio: 'ignore' });
  children.push(child);
  return child;
}

// the reason in the name: a machine without a server tests nothing of this
describe.skipIf(!redisServer)(`a queue${redisServer ? '' : ' (skipped: no redis-server here)'}`, () => {
  it('gives what one machine gives, though a worker is killed with a fold in hand, and tells what it does', async () => {
    const experiment = parseExperiment(settings);
    const store = join(root, 'store');
    // pictures first: whoever is killed while it makes them is waited for
    await useBackend('wasm');
    const dataset = await openExperimentData(experiment);
    const shared = await openStore(store);
    const data = await prepareData(dataset, experiment, { cache: join(root, 'reference'), store: shared });
    const runner = await openQueueRunner({ queue: url, store, lookSeconds: 1 });
    const first = startWorker(store);
    const events: RunEvent[] = [];
    const running = runner.run(experiment, { out: join(root, 'run'), onEvent: (event) => events.push(event) });

    // the first fold begins with the data, so it is in hand for a while
    const active = async () => (await queueStatus(url)).kinds.flatMap((kind) => kind.active);
    await expect
      .poll(active, { timeout: 60_000, interval: 20 })
      .toMatchObject([{ run: 'queued', fold: 'sub01', seed: 0 }]);
    first.kill('SIGKILL');

    const told: WorkerEvent[] = [];
    const drain = new AbortController();
    const working = runWorker({
      queue: url,
      store,
      cache: join(root, 'second'),
      lockSeconds: 1,
      signal: drain.signal,
      onEvent: (event) => told.push(event),
    });
    const summary = await running;
    expect(summary.folds).toMatchObject({ done: 4, total: 4 });
    drain.abort();
    expect(await working).toEqual({ done: 4, failed: 0 });
    await runner.close();
    expect(told[0]).toMatchObject({ type: 'listening', kinds: ['wasm'], queue: url });
    expect(events.filter(({ type }) => type === 'fold')).toHaveLength(4);

    const manifest = await readManifest(join(root, 'run'));
    expect(manifest!.inputs).toEqual(data.inputs.map(({ shape }) => shape));
    for (const fold of planFolds(experiment, dataset.samples)) {
      const { predictions } = await runFold(experiment, data, fold, { memory: manifest!.memory });
      const file = join(root, 'run', 'folds', '0', fold.name, 'predictions.json');
      expect(await readFile(file, 'utf8')).toBe(`${JSON.stringify(predictions, null, 1)}\n`);
    }

    // whoever plans it again finds everything in the store, without a worker
    const again = await openQueueRunner({ queue: url, store });
    const second = await again.run(experiment, { out: join(root, 'elsewhere') });
    await again.close();
    expect(second).toEqual(summary);
    expect((await readManifest(join(root, 'elsewhere')))!.inputs).toEqual(manifest!.inputs);
    expect(await queueStatus(url)).toEqual({
      queue: url,
      kinds: [{ kind: 'wasm', waiting: 0, delayed: 0, active: [], failed: [], failures: 0, workers: [], runs: [] }],
    });
  });

  it('tells which data a worker lacks, where no worker has it, and tries again when it is run again', async () => {
    const store = join(root, 'refusing');
    const data = { ...settings.data, root: '/not/here' };
    const experiment = parseExperiment({ ...settings, name: 'odd', data, protocol: { name: 'subject-hold-out' } });
    const runner = await openQueueRunner({ queue: url, store, tag: 'odd', lookSeconds: 1 });
    const drain = new AbortController();
    const running = runner.run(experiment, { out: join(root, 'odd') });
    // the store is there as soon as the runner is
    const working = runWorker({ queue: url, store, tags: ['odd'], cache: join(root, 'third'), signal: drain.signal });
    const refusal =
      /Cannot finish odd as 1 of its 1 folds failed;.*tries them again:\n {2}hold-out \(seed 0\): every worker refuses it: Cannot use data set synthetic as this worker has not been told where it lies: start it with --data synthetic=<its folder here>, or with --data <a folder that holds \/not\/here>\n {4}\S+ \S+ refuses: /;
    await expect(running).rejects.toThrow(refusal);
    const [kind] = (await queueStatus(url)).kinds.filter(({ kind }) => kind === 'wasm.odd');
    expect(kind).toMatchObject({ waiting: 0, failures: 1, workers: [expect.stringMatching(/-\d+$/)] });
    expect(kind!.failed[0]).toMatchObject({ run: 'odd', reason: expect.stringContaining('--data') });
    drain.abort();
    expect(await working).toEqual({ done: 0, failed: 0 });
    await runner.close();
  });

  it('gives back what waits of one run, and leaves the others', async () => {
    const stop = new AbortController();
    const runner = await openQueueRunner({ queue: url, store: join(root, 'cancelled'), tag: 'nobody', lookSeconds: 1 });
    const running = [0, 1].map((seed) => {
      const experiment = parseExperiment({ ...settings, name: `waiting-${seed}`, seeds: [seed] });
      return runner.run(experiment, { out: join(root, `waiting-${seed}`), signal: stop.signal }).catch(() => {});
    });
    const waiting = async () => (await queueStatus(url)).kinds.find(({ kind }) => kind === 'wasm.nobody')?.runs ?? [];
    const both = [0, 1].map((seed) => ({ run: `waiting-${seed}`, waiting: 4 }));
    await expect.poll(waiting, { timeout: 60_000 }).toEqual(expect.arrayContaining(both));
    stop.abort();
    await Promise.all(running);
    await runner.close();

    expect(await cancelWaiting(url, join(root, 'waiting-0'))).toEqual({ cancelled: 4, active: 0 });
    expect(await waiting()).toEqual([{ run: 'waiting-1', waiting: 4 }]);
    const { hash } = (await readManifest(join(root, 'waiting-1')))!;
    expect(await cancelWaiting(url, hash.slice(0, 8))).toEqual({ cancelled: 4, active: 0 });
    expect(await waiting()).toEqual([]);
    // settings alone make the hash
    expect(hash).toBe((await readManifest(join(root, 'waiting-0')))!.hash);
    await expect(cancelWaiting(url, join(root, 'nowhere'))).rejects.toThrow(/nowhere/);
  });
});
