import { mkdir, mkdtemp, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hashOf } from '@mer/options';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NO_PARTS, type OwnParts } from '../parts/own-modules.js';
import { experimentHash, type RunManifest } from '../run/run-store.js';
import { parseExperiment } from '../schema/parse.js';
import { openStore, type Store } from '../store/store.js';
import { checkJob, type FoldJob, jobId, kindOf, progressOf } from './jobs.js';
import { parseQueueAddress } from './queue-address.js';
import { findSharedPlan, planOf, type SharedPlan, sharePlan } from './shared-plan.js';
import { fetchResult, resultKey, shareResult } from './shared-results.js';
import { onThisMachine, workerData } from './worker-data.js';

let root = '';
let store: Store;
beforeAll(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'mer-payloads-')));
  store = await openStore(join(root, 'store'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

const write = (key: string, value: unknown) => store.put(key, new TextEncoder().encode(JSON.stringify(value)));
const run = 'a'.repeat(64);
const job: FoldJob = { format: 1, run, label: 'tiny', seed: 0, fold: 'sub01' };

describe('parseQueueAddress()', () => {
  it('reads host, port, database, user, password and prefix, and shows no secret', () => {
    expect(parseQueueAddress('rediss://lab:s%40cret@queue.lab:6390/2?prefix=our', {})).toEqual({
      server: { host: 'queue.lab', port: 6390 },
      database: 2,
      user: 'lab',
      password: 's@cret',
      tls: true,
      prefix: 'our',
      shown: 'rediss://queue.lab:6390/2?prefix=our',
    });
    expect(parseQueueAddress('redis://[::1]', { MER_REDIS_PASSWORD: 'of the environment' })).toMatchObject({
      server: { host: '::1', port: 6379 },
      password: 'of the environment',
      tls: false,
    });
    expect(parseQueueAddress('unix:/run/redis.sock?db=3', {})).toMatchObject({
      server: { path: '/run/redis.sock' },
      database: 3,
      shown: 'unix:/run/redis.sock',
    });
  });

  it.each([
    ['queue.lab', 'its URL is none'],
    ['http://user:hidden@queue.lab', 'must begin with redis'],
    ['redis://user:hidden@queue.lab/name', 'the database must be a number'],
    ['redis://user:hidden@queue.lab?family=6', 'may have no ?family='],
    ['redis://user:hidden%@queue.lab', 'must be percent-encoded'],
    ['redis://user:hidden@queue.lab?prefix=a:b', 'prefix must be letters'],
    ['unix://queue.lab/redis.sock', 'must be whole'],
  ])('refuses %s without telling what it holds', (url, what) => {
    const refused = (() => {
      try {
        return String(parseQueueAddress(url, {}));
      } catch (error) {
        return (error as Error).message;
      }
    })();
    expect(refused).toContain(what);
    expect(refused).not.toContain('hidden');
  });
});

describe('jobs', () => {
  it('have one name for one training, which tells folds and stages apart', () => {
    expect(jobId(job)).toBe(`${'a'.repeat(32)}.0.sub01`);
    const names = [
      job,
      { ...job, seed: 1 },
      { ...job, fold: 'a:b/c' },
      { ...job, stage: 'one' },
      { ...job, fold: 'x'.repeat(2000) },
    ].map(jobId);
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(name).toMatch(/^[^:]{1,300}$/);
  });

  it.each([
    [{ ...job, run: '../../etc' }],
    [{ ...job, fold: 3 }],
    [{ ...job, seed: -1 }],
    [{ ...job, code: 'process.exit()' }],
    [{ ...job, label: 'x'.repeat(301) }],
    [{ ...job, stage: '../x' }],
    [{ ...job, refused: Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`w${i}`, 'x'.repeat(1000)])) }],
    [null],
    ['x'],
  ])('%o is none', (data) => {
    expect(() => checkJob(data)).toThrow(/Cannot take a job as it must be one of this version/);
  });

  it('keeps what a worker tells only where it has the form', () => {
    const progress = { worker: 'a-1', at: 5, state: 'training', done: 1, of: 2, loss: null, accuracy: 0.5 };
    expect(progressOf(progress)).toEqual({ ...progress, loss: Number.NaN });
    expect(progressOf({ ...progress, worker: 'x'.repeat(300) })).toBeUndefined();
    expect(progressOf(7)).toBeUndefined();
  });

  it('go to queues of a backend and a tag', () => {
    expect(kindOf('wasm')).toEqual({ backend: 'wasm', tag: undefined });
    expect(kindOf('webgpu.big')).toEqual({ backend: 'webgpu', tag: 'big' });
    expect([kindOf('other'), kindOf('wasm.a.b'), kindOf('wasm.A')]).toEqual([undefined, undefined, undefined]);
  });
});

describe('the plan of a run in the store', () => {
  const experiment = parseExperiment({
    name: 'tiny',
    data: { name: 'synthetic', root: 'relative' },
    model: { name: 'small-cnn' },
    training: { epochs: 1 },
    backend: 'auto',
  });
  const module = { use: './own.mjs', hash: 'b'.repeat(64), parts: [{ kind: 'step', name: 'own' }] };
  const planned = (own: OwnParts, change: Partial<SharedPlan> = {}): { hash: string; plan: SharedPlan } => {
    const manifest = { experiment, fingerprint: 'f', backend: { name: 'wasm', device: '' } } as RunManifest;
    const plan = { ...planOf(manifest, own), ...change };
    return { hash: experimentHash(plan.experiment, 'f', 'wasm', own.modules), plan };
  };

  it('comes back as it was shared, checked; the first one counts', async () => {
    const { hash, plan } = planned(NO_PARTS);
    expect(await findSharedPlan(store, hash, NO_PARTS)).toBeUndefined();
    expect(await sharePlan(store, hash, plan, NO_PARTS)).toEqual(plan);
    const found = await findSharedPlan(store, hash, NO_PARTS);
    expect(found).toMatchObject({ backend: 'wasm', experiment: { name: 'tiny', backend: 'wasm' } });
    expect(found!.experiment.data.root).toBe(join(process.cwd(), 'relative'));
    const later = { ...plan, experiment: { ...plan.experiment, name: 'another' } };
    expect((await sharePlan(store, hash, later, NO_PARTS)).experiment.name).toBe('tiny');
  });

  it('is refused where a module is not here, or has other contents, by its name', async () => {
    const own = { parts: [], modules: [{ ...module, url: 'file:///secret/own.mjs' }] };
    const { hash, plan } = planned(own);
    expect(JSON.stringify(plan)).not.toContain('/secret/');
    await sharePlan(store, hash, plan, own);
    await expect(findSharedPlan(store, hash, NO_PARTS)).rejects.toThrow(
      /parts of somebody's own.*\n {2}\.\/own\.mjs \(step own\)\nName the modules with --use/,
    );
    const changed = { parts: [], modules: [{ ...own.modules[0]!, hash: 'c'.repeat(64) }] };
    await expect(findSharedPlan(store, hash, changed)).rejects.toThrow('the file that was named has other contents');
  });

  it.each<[string, (plan: SharedPlan) => unknown, RegExp]>([
    ['no JSON', () => undefined, /as it must be JSON|as it must be the plan/],
    ['another format', (plan) => ({ ...plan, format: 2 }), /format/],
    [
      'another version',
      (plan) => ({ ...plan, version: '99.0.0' }),
      /version 99\.0\.0 of mer.*use one version on all machines/,
    ],
    [
      'an unknown part',
      (plan) => ({ ...plan, experiment: { ...plan.experiment, model: { name: '../../model' } } }),
      /model/,
    ],
    [
      'another experiment',
      (plan) => ({ ...plan, experiment: { ...plan.experiment, training: { ...plan.experiment.training, epochs: 2 } } }),
      /its hash is another/,
    ],
    ['memory without a limit', (plan) => ({ ...plan, memory: { strategy: { name: 'all' } } }), /memory/],
  ])('is refused where it is %s', async (what, change, message) => {
    const { plan } = planned(NO_PARTS);
    const hash = hashOf(what);
    await write(`runs/${hash}/plan.json`, change(plan) ?? 'x');
    await expect(findSharedPlan(store, hash, NO_PARTS)).rejects.toThrow(message);
  });
});

describe('results in the store', () => {
  const folder = (dir: string) => join(root, dir, 'folds', '0', 'sub01');
  const fill = async (dir: string, text: string) => {
    await mkdir(folder(dir), { recursive: true });
    for (const name of ['weights.safetensors', 'history.json', 'predictions.json'])
      await writeFile(join(folder(dir), name), `${name} ${text}`);
  };
  const by = (worker: string) => ({ seconds: 1, memory: 2, worker });

  it('are there once and whole, whichever of two workers came first', async () => {
    await fill('one', 'first');
    await fill('two', 'second');
    expect(await shareResult(store, join(root, 'one'), job, by('a'))).toBe('written');
    expect(await shareResult(store, join(root, 'two'), job, by('b'))).toBe('there');
    expect(await fetchResult(store, join(root, 'three'), job)).toMatchObject({ worker: 'a', seconds: 1 });
    for (const name of ['weights.safetensors', 'history.json', 'predictions.json']) {
      expect(await readFile(join(folder('three'), name), 'utf8')).toBe(`${name} first`);
    }
    expect(await fetchResult(store, join(root, 'three'), { ...job, fold: 'sub02' })).toBeUndefined();
  });

  it.each<[string, { name: string; sha256: string; bytes: number }[], RegExp]>([
    ['names that leave the folder', [{ name: '../../x.json', sha256: run, bytes: 1 }], /the name of a file/],
    ['other files', [{ name: 'run.json', sha256: run, bytes: 1 }], /its files must be weights/],
    [
      'files that are not there',
      ['weights.safetensors', 'history.json', 'predictions.json'].map((name) => ({ name, sha256: run, bytes: 1 })),
      /is missing: delete runs/,
    ],
  ])('are refused with %s', async (what, files, message) => {
    const training = { ...job, fold: what };
    await write(resultKey(training), { format: 1, seconds: 1, memory: 1, worker: 'x', files });
    await expect(fetchResult(store, join(root, 'bad'), training)).rejects.toThrow(message);
  });

  it('are refused where a file holds other bytes than its name says', async () => {
    const training = { ...job, fold: 'forged' };
    const sha256 = 'd'.repeat(64);
    await store.put(`blobs/dd/${sha256}`, new TextEncoder().encode('anything'));
    const files = ['weights.safetensors', 'history.json', 'predictions.json'].map((name) => ({
      name,
      sha256,
      bytes: 8,
    }));
    await write(resultKey(training), { format: 1, seconds: 1, memory: 1, worker: 'x', files });
    await expect(fetchResult(store, join(root, 'forged'), training)).rejects.toThrow('other bytes than its name says');
  });
});

describe('data on a worker', () => {
  const experiment = (data: object) =>
    parseExperiment({
      name: 'x',
      data: { name: 'synthetic', ...data },
      model: { name: 'small-cnn' },
      training: { epochs: 1 },
    });
  const here = (data: object, given: string[]) => onThisMachine(experiment(data), workerData(given), '/cache').data;

  it('lies where the worker was told: by the name of the set, or in a folder that holds the path', async () => {
    await mkdir(join(root, 'data', 'set'), { recursive: true });
    expect(here({ root: '/elsewhere/set' }, [`synthetic=${root}`]).root).toBe(root);
    expect(here({ root: join(root, 'data', 'set') }, [join(root, 'data')]).root).toBe(join(root, 'data', 'set'));
    expect(here({}, []).root).toBeUndefined();
  });

  it('is not read, nor written, anywhere else', async () => {
    await mkdir(join(root, 'data'), { recursive: true });
    await symlink('/etc', join(root, 'data', 'link')).catch(() => {});
    const folder = [join(root, 'data')];
    for (const path of [
      '/etc',
      join(root, 'data', '..'),
      join(root, 'data', 'link'),
      `${join(root, 'data')}-2`,
      'data',
    ]) {
      expect(() => here({ root: path }, folder)).toThrow(
        /Cannot use data set synthetic as this worker has not been told where it lies: start it with --data synthetic=/,
      );
    }
    expect(() => here({ landmarks: '/etc' }, folder)).toThrow('of its landmarks /etc');
    const { landmarks } = here({ landmarks: { folder: '/home/somebody' } }, folder);
    expect((landmarks as { folder: string }).folder).toMatch(/^\/cache\/landmarks\/[0-9a-f]{32}$/);
    expect(() => workerData(['casme2=/not/there'])).toThrow(
      /Cannot use --data casme2=\/not\/there as it must be a folder/,
    );
  });
});
