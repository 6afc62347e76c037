import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { encodeImage, encodeNpy, type RawImage } from '@mer/io';
import type { PredictOptions } from '@mer/predictor';
import * as tf from '@tensorflow/tfjs-core';
import type { InjectOptions } from 'fastify';
import { zipSync } from 'fflate';
import '@tensorflow/tfjs-backend-cpu';
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { answerClip } from './answer-clip.js';
import { createService, type Service, type ServiceOptions } from './create-service.js';
import type { Job, OpenedPredictor, Outcome, Runner, ServedModel } from './job.js';
import { JobQueue } from './job-queue.js';
import { type ServiceLimits, serviceLimits } from './limits.js';

const model = {
  name: 'test network',
  classes: ['a', 'b'],
  labelKind: 'single',
  samples: 'clips',
  marks: [],
  frameRates: [],
  license: { weights: 'MIT', data: 'its own' },
  expected: { note: 'none', evaluation: null },
  created: '2026-01-01T00:00:00Z',
  card: null,
} as unknown as ServedModel;

/** Tells of the frames that it was given: the red of the first pixel of each. */
const predictor = {
  file: model,
  card: null,
  async predict(source: AsyncIterable<RawImage>, { marks, heatMaps, signal }: PredictOptions) {
    const reds: number[] = [];
    for await (const { data } of source) reds.push(data[0]!);
    signal?.throwIfAborted();
    if (reds.length < 2)
      return { answered: false, code: 'too-short', reason: 'there is 1 frame, and an expression needs 2.' };
    const image = { name: 'image', shape: [2, 2, 1], values: Float32Array.of(0, 1, 0, 1) };
    return {
      ...{ answered: true, predicted: 'b', classes: ['a', 'b'], probabilities: [0.25, 0.75], std: [0, 0], members: 1 },
      ...{ marks, quality: { reds }, notes: [], inputs: [image] },
      ...(heatMaps && { heatMaps: [{ ...image, shape: [2, 2] }] }),
    };
  },
} as unknown as OpenedPredictor;

type Run = (job: Job, signal: AbortSignal) => Promise<Outcome>;

/** A runner in this process: one clip at a time. */
function runnerOf(run: Run | undefined, limits: ServiceLimits): Runner {
  let busy = false;
  const look = run ?? ((job, signal) => answerClip(predictor, job, { limits, signal }));
  const worker = {
    get idle() {
      return !busy;
    },
    async run(job: Job, signal: AbortSignal) {
      busy = true;
      return look(job, signal).finally(() => {
        busy = false;
      });
    },
  };
  const queue = new JobQueue([worker], limits);
  return {
    model,
    ready: true,
    workers: { restarts: 0, memory: [1000] },
    queue,
    run: (job, signal) => queue.run(job, signal),
    close: async () => {},
  };
}

const services: Service[] = [];
const lines: string[] = [];

async function serve({
  run,
  limits: given,
  ...options
}: { run?: Run; limits?: Partial<ServiceLimits> } & Partial<Omit<ServiceOptions, 'limits'>> = {}) {
  const limits = serviceLimits(given);
  const log = { level: 'debug', write: (line: string) => void lines.push(line) };
  const service = await createService(runnerOf(run, limits), { limits, log, ...options });
  services.push(service);
  return service;
}

afterEach(async () => {
  for (const service of services.splice(0)) await service.stop();
  expect(await readdir(temporary)).toEqual([]);
});

let frames: Uint8Array<ArrayBuffer>[] = [];
/** The temporary folder of the system, for these tests alone. */
let temporary = '';
beforeAll(async () => {
  temporary = await mkdtemp(join(tmpdir(), 'mer-serve-test-'));
  vi.stubEnv(process.platform === 'win32' ? 'TEMP' : 'TMPDIR', temporary);
  await tf.setBackend('cpu');
  frames = await Promise.all(
    [10, 20, 30].map(
      async (red) => new Uint8Array(await encodeImage(tf.fill([4, 4, 3], red), 'png', { range: 'byte' })),
    ),
  );
});

afterAll(async () => {
  vi.unstubAllEnvs();
  await rm(temporary, { recursive: true });
});

/** A form as a browser sends it. */
async function form(files: readonly Uint8Array<ArrayBuffer>[], fields: Record<string, string> = {}) {
  const data = new FormData();
  for (const file of files) data.append('clip', new Blob([file]), 'Anna Smith.png');
  for (const [name, text] of Object.entries(fields)) data.append(name, text);
  const packed = new Response(data);
  return {
    method: 'POST' as const,
    url: '/predict',
    headers: { 'content-type': packed.headers.get('content-type')! },
    payload: Buffer.from(await packed.arrayBuffer()),
  };
}

const post = (type: string, payload: Uint8Array | string, url = '/predict') => ({
  method: 'POST' as const,
  url,
  headers: { 'content-type': type },
  payload: typeof payload === 'string' ? payload : Buffer.from(payload),
});

describe('clips', () => {
  it('takes frames in order, a zip of them by number, and an array', async () => {
    const { app } = await serve();
    const answer = await app.inject(await form(frames, { onset: '0', offset: '2', heatMaps: 'on', apex: '' }));
    expect(answer.statusCode).toBe(200);
    expect(answer.headers['cache-control']).toBe('no-store');
    expect(answer.json()).toEqual({
      answered: true,
      predicted: 'b',
      classes: ['a', 'b'],
      probabilities: [0.25, 0.75],
      std: [0, 0],
      members: 1,
      notes: [],
      marks: { onset: 0, offset: 2 },
      quality: { reds: [10, 20, 30] },
      heatMaps: [{ input: 'image', png: expect.stringMatching(/^iVBORw0KGgo/) }],
      model: { name: 'test network', created: '2026-01-01T00:00:00Z' },
    });
    const zip = zipSync({
      'clip/img10.png': frames[2]!,
      'clip/img9.png': frames[1]!,
      'clip/img1.png': frames[0]!,
      '__MACOSX/._x': new Uint8Array(3),
    });
    expect((await app.inject(await form([zip]))).json().quality).toEqual({ reds: [10, 20, 30] });
    const direct = await app.inject(post('application/zip', zip, '/predict?onset=1&offset=2'));
    expect(direct.json().marks).toEqual({ onset: 1, offset: 2 });
    const gray = encodeNpy({ dtype: 'uint8', shape: [2, 1, 2], data: Uint8Array.of(7, 8, 9, 10) });
    expect((await app.inject(post('application/x-npy', gray))).json().quality).toEqual({ reds: [7, 9] });
    const color = encodeNpy({ dtype: 'uint8', shape: [2, 1, 1, 3], data: Uint8Array.of(1, 2, 3, 4, 5, 6) });
    expect((await app.inject(post('application/octet-stream', color))).json().quality).toEqual({ reds: [1, 4] });
  });

  it('refuses what it cannot take, each with a status, a code and a sentence', async () => {
    const limits = { bytes: 4000, frames: 3, seconds: 1, pixels: 100, clipPixels: 40 };
    const { app } = await serve({ limits });
    const small = await encodeImage(tf.zeros([2, 2, 3]), 'png');
    const wide = await encodeImage(tf.zeros([4, 30, 3]), 'png');
    const png = small as Uint8Array<ArrayBuffer>;
    const npy = (shape: number[], dtype: 'uint8' | 'float32' = 'uint8') => {
      const size = shape.reduce((a, b) => a * b, 1);
      return encodeNpy({ dtype, shape, data: dtype === 'uint8' ? new Uint8Array(size) : new Float32Array(size) });
    };
    const cut = png.slice(0, png.length - 20);
    const cases: [number, string, InjectOptions][] = [
      [422, 'too-short', await form([png])],
      [422, 'unreadable', await form([png, cut])],
      [422, 'unreadable', await form([png, frames[0]!])],
      [422, 'unreadable', await form([png, new Uint8Array(0)])],
      [422, 'unreadable', await form([png, Uint8Array.of(80, 75, 3, 4)])],
      [422, 'unreadable', post('application/zip', zipSync({ 'a.txt': Uint8Array.of(1) }))],
      [422, 'unreadable', post('application/zip', zipSync({}))],
      [422, 'unreadable', post('application/zip', 'PK is no zip')],
      [422, 'unreadable', post('application/x-npy', npy([2, 2], 'uint8'))],
      [422, 'unreadable', post('application/x-npy', npy([2, 2, 2], 'float32'))],
      [422, 'unreadable', post('application/x-npy', npy([0, 2, 2]))],
      [422, 'unreadable', post('application/x-npy', '\x93NUMPY')],
      [413, 'too-large', await form([png, wide as Uint8Array<ArrayBuffer>])],
      [413, 'too-large', post('application/x-npy', npy([2, 20, 20]))],
      [413, 'too-large', post('application/x-npy', npy([4, 2, 2]))],
      [413, 'too-large', post('application/x-npy', npy([2, 5, 5]))],
      [413, 'too-large', await form([png, png], { fps: '0.5' })],
      [413, 'too-large', post('application/octet-stream', new Uint8Array(4001))],
      [413, 'too-large', await form([new Uint8Array(3000), new Uint8Array(3000)])],
      [
        413,
        'too-large',
        {
          ...post('application/octet-stream', 'x'),
          headers: { 'content-type': 'video/mp4', 'content-length': '5000' },
        },
      ],
      [413, 'too-many-frames', await form([png, png, png, png])],
      [400, 'wrong-field', await form([png], { name: 'Anna' })],
      [400, 'wrong-field', await form([png], { onset: '-1' })],
      [400, 'wrong-field', await form([png], { onset: '1.5' })],
      [400, 'wrong-field', await form([png], { onset: '2', offset: '1' })],
      [400, 'wrong-field', await form([png, png], { offset: '2' })],
      [400, 'wrong-field', await form([png], { fps: '0' })],
      [400, 'wrong-field', await form([png], { heatMaps: 'maybe' })],
      [400, 'wrong-field', await form([png], { onset: '1'.repeat(200) })],
      [400, 'wrong-field', { ...(await form([png], { onset: '1' })), url: '/predict?onset=1' }],
      [400, 'no-clip', await form([], { onset: '1' })],
      [400, 'damaged-form', post('multipart/form-data; boundary=x', '--x\r\nContent-Dispos')],
      [400, 'damaged-form', post('multipart/form-data', 'no boundary')],
      [415, 'unsupported-type', post('application/json', '{}')],
      [415, 'unsupported-type', post('video', 'x')],
      [415, 'unsupported-type', { method: 'POST', url: '/predict' }],
      [
        415,
        'unsupported-type',
        { ...post('application/zip', 'x'), headers: { 'content-type': 'application/zip', 'content-encoding': 'gzip' } },
      ],
      [404, 'not-found', { url: '/../etc/passwd' }],
      [404, 'not-found', { method: 'POST', url: '/nothing' }],
      [405, 'wrong-method', { url: '/predict' }],
      [405, 'wrong-method', { method: 'DELETE', url: '/model' }],
      [414, 'long-address', { url: `/model?${'x'.repeat(3000)}` }],
    ];
    for (const [i, [status, code, request]] of cases.entries()) {
      const answer = await app.inject(request);
      expect([i, answer.statusCode, answer.json()]).toEqual([
        i,
        status,
        { answered: false, code, reason: expect.stringMatching(/^Cannot [^\n]{10,}$/) },
      ]);
      expect(answer.json().reason).not.toMatch(/mer-serve-|limits\.|Anna/);
    }
    expect((await app.inject({ url: '/predict' })).headers['allow']).toBe('POST');
  });

  it('tells a client nothing of a fault of its own, and logs neither names nor content', async () => {
    lines.length = 0;
    const run: Run = async () => {
      throw new TypeError('secret in the clip of Anna');
    };
    const { app } = await serve({ run });
    const answer = await app.inject(await form(frames));
    expect(answer.statusCode).toBe(500);
    expect(answer.body).not.toMatch(/secret|TypeError/);
    const logged = lines.join('');
    expect(logged).toMatch(/"type":"TypeError"/);
    expect(logged).toMatch(/"route":"\/predict","status":500/);
    expect(logged).not.toMatch(/secret|Anna|127\.0/);
    for (const line of lines) JSON.parse(line);
  });
});

describe('who may ask', () => {
  it('wants the token where there is one, but for what probes and the page need', async () => {
    const token = '0123456789abcdef';
    const { app } = await serve({ token });
    for (const [url, authorization, status] of [
      ['/model', undefined, 401],
      ['/model', 'Bearer 0123456789abcdee', 401],
      ['/model', `Basic ${token}`, 401],
      ['/model', `Bearer ${token}`, 200],
      ['/metrics', undefined, 401],
      ['/metrics', `bearer ${token}`, 200],
      ['/healthz', undefined, 200],
      ['/readyz', undefined, 200],
      ['/openapi.json', undefined, 200],
      ['/', undefined, 200],
    ] as const) {
      const answer = await app.inject({ url, headers: authorization === undefined ? {} : { authorization } });
      expect([url, answer.statusCode]).toEqual([url, status]);
    }
    const refused = await app.inject(await form(frames));
    expect(refused.json().code).toBe('no-token');
    expect(refused.headers['www-authenticate']).toBe('Bearer');
  });

  it('answers by names of this machine alone where that is asked for', async () => {
    const { app } = await serve({ hosts: ['faces.example'] });
    for (const [host, status] of [
      ['127.0.0.1:8000', 200],
      ['localhost', 200],
      ['[::1]:8000', 200],
      ['Faces.example:8000', 200],
      ['evil.example', 421],
      ['127.0.0.1.evil.example', 421],
    ] as const) {
      expect([host, (await app.inject({ url: '/healthz', headers: { host } })).statusCode]).toEqual([host, status]);
    }
  });
});

describe('what it says of itself', () => {
  it('describes every address, and has a page that fetches nothing from elsewhere', async () => {
    const { app } = await serve();
    const { paths, components } = (await app.inject('/openapi.json')).json();
    expect(Object.keys(paths).sort()).toEqual([
      '/healthz',
      '/metrics',
      '/model',
      '/openapi.json',
      '/predict',
      '/readyz',
    ]);
    const named = [...JSON.stringify(paths).matchAll(/#\/components\/schemas\/(\w+)/g)].map(([, name]) => name);
    for (const name of named) expect(components.schemas).toHaveProperty(name!);
    const page = await app.inject('/');
    expect(page.headers['content-security-policy']).toMatch(/^default-src 'none'; script-src 'self'/);
    expect(page.body).not.toMatch(/https?:|<script(?! type="module" src="\/page.js")|style=|onclick/);
    expect((await app.inject('/page.js')).headers['content-type']).toMatch(/javascript/);
    expect((await app.inject('/model')).json()).toEqual(model);
  });

  it('counts what it answers and refuses', async () => {
    const { app } = await serve();
    await app.inject(await form(frames));
    await app.inject(await form([frames[0]!]));
    await app.inject('/nothing');
    const { body } = await app.inject('/metrics');
    for (const line of [
      'mer_requests_total{route="/predict",status="200"} 1',
      'mer_requests_total{route="/predict",status="422"} 1',
      'mer_requests_total{route="none",status="404"} 1',
      'mer_request_seconds_count{route="/predict"} 2',
      'mer_refused_total{code="too-short"} 1',
      'mer_queue_length 0',
      'mer_worker_memory_bytes{worker="0"} 1000',
      'mer_ready 1',
    ]) {
      expect(body).toContain(`${line}\n`);
    }
    expect(body).toMatch(/^process_resident_memory_bytes \d/m);
  });
});

const tick = () => new Promise((resolve) => setTimeout(resolve, 2));

/** Clips that are answered when they are told to be. */
function held() {
  const waiting: (() => void)[] = [];
  const run: Run = (_job, signal) =>
    new Promise((resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason));
      waiting.push(() => resolve({ status: 200, body: '{"answered":true}' }));
    });
  const until = async (count: number) => {
    while (waiting.length < count) await tick();
  };
  return { run, waiting, until };
}

describe('under load', () => {
  it('lets so many wait, each for so long, and tells the others when to come again', async () => {
    const { run, waiting, until } = held();
    const { app } = await serve({ run, limits: { queue: 1, waitSeconds: 0.2 } });
    const request = await form(frames);
    const first = app.inject(request);
    await until(1);
    const second = app.inject(request);
    while (!(await app.inject('/metrics')).body.includes('mer_queue_length 1\n')) await tick();
    const third = await app.inject(request);
    expect([third.statusCode, third.json().code]).toEqual([429, 'too-many']);
    expect(Number(third.headers['retry-after'])).toBeGreaterThan(0);
    const late = await second;
    expect([late.statusCode, late.json().code]).toEqual([503, 'waited-too-long']);
    expect(Number(late.headers['retry-after'])).toBeGreaterThan(0);
    waiting[0]!();
    expect((await first).statusCode).toBe(200);
  });

  it('answers what it accepted and refuses what comes after, when it is stopped', async () => {
    const { run, waiting, until } = held();
    const service = await serve({ run });
    const { app } = service;
    const request = await form(frames);
    const accepted = [app.inject(request), app.inject(request)];
    await until(1);
    const stopped = service.stop();
    const refused = await app.inject(request);
    expect([refused.statusCode, refused.json().code, refused.headers['connection']]).toEqual([
      503,
      'stopping',
      'close',
    ]);
    const ready = await app.inject('/readyz');
    expect([ready.statusCode, ready.json().code]).toEqual([503, 'stopping']);
    expect((await app.inject('/healthz')).statusCode).toBe(200);
    waiting[0]!();
    await until(2);
    waiting[1]!();
    expect((await Promise.all(accepted)).map(({ statusCode }) => statusCode)).toEqual([200, 200]);
    await stopped;
  });

  it('cuts off who is slow to send, answers bytes that are no request, and forgets who has gone', async () => {
    const { run, waiting, until } = held();
    const service = await serve({ run, limits: { uploadSeconds: 0.2 } });
    await service.app.listen({ host: '127.0.0.1', port: 0 });
    const { port } = service.app.server.address() as { port: number };
    const talk = (text: string) =>
      new Promise<string>((resolve, reject) => {
        let answer = '';
        const socket = connect(port, '127.0.0.1', () => socket.write(text));
        socket.on('data', (chunk) => {
          answer += chunk;
          if (answer.includes('}')) socket.end();
        });
        socket.on('close', () => resolve(answer));
        socket.on('error', reject);
      });
    const slow = await talk(
      'POST /predict HTTP/1.1\r\nHost: localhost\r\nContent-Type: video/mp4\r\nContent-Length: 1000\r\n\r\nabc',
    );
    expect(slow).toMatch(/^HTTP\/1\.1 408 .*"code":"slow-request"/s);
    const formed =
      'POST /predict HTTP/1.1\r\nHost: localhost\r\nContent-Type: multipart/form-data; boundary=x\r\nContent-Length: 1000\r\n\r\n';
    const part = '--x\r\nContent-Disposition: form-data; name="clip"; filename="a"\r\n\r\nabc';
    expect(await talk(formed + part)).toMatch(/^HTTP\/1\.1 408 .*"code":"slow-request"/s);
    expect(await talk('no request\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 .*"code":"wrong-request"/s);
    expect(await talk(`GET / HTTP/1.1\r\nx: ${'x'.repeat(20_000)}\r\n\r\n`)).toMatch(
      /^HTTP\/1\.1 431 .*"code":"long-headers"/s,
    );
    const leaving = connect(port, '127.0.0.1', () =>
      leaving.write(
        'POST /predict HTTP/1.1\r\nHost: localhost\r\nContent-Type: video/mp4\r\nContent-Length: 3\r\n\r\nabc',
      ),
    );
    await until(1);
    leaving.destroy();
    // its place is free again: the next one is looked at
    const next = fetch(`http://127.0.0.1:${port}/predict`, {
      method: 'POST',
      headers: { 'content-type': 'video/mp4' },
      body: 'abc',
    });
    await until(2);
    waiting[1]!();
    expect((await next).status).toBe(200);
  });

  it('keeps nothing of a request on a connection that stays open', async () => {
    const service = await serve();
    await service.app.listen({ host: '127.0.0.1', port: 0 });
    const { port } = service.app.server.address() as { port: number };
    const sockets: Socket[] = [];
    service.app.server.on('connection', (socket) => sockets.push(socket));
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const { headers, payload } = await form(frames);
    const ask = () =>
      new Promise<number | undefined>((resolve, reject) => {
        const address = { host: '127.0.0.1', port, path: '/predict', method: 'POST' };
        const sent = request({ ...address, headers, agent }, (reply) => {
          reply.resume().on('end', () => resolve(reply.statusCode));
        });
        sent.on('error', reject).end(payload);
      });
    const listeners = () => sockets[0]!.eventNames().map((name) => [name, sockets[0]!.listenerCount(name)]);
    expect(await ask()).toBe(200);
    const first = listeners();
    for (let i = 0; i < 5; i++) expect(await ask()).toBe(200);
    expect(sockets).toHaveLength(1);
    expect(listeners()).toEqual(first);
    agent.destroy();
  });

  it('keeps nothing of a form when it is answered, on a connection that was closed too', async () => {
    const { app } = await serve();
    const held: WeakRef<object>[] = [];
    const hold = (one: object) => void held.push(new WeakRef(one));
    app.server.on('request', hold);
    // a spy of vitest would keep what it returned
    const { any } = AbortSignal;
    onTestFinished(() => {
      AbortSignal.any = any;
    });
    AbortSignal.any = (signals) => {
      const signal = any.call(AbortSignal, signals);
      hold(signal);
      return signal;
    };
    const url = await app.listen({ port: 0, host: '127.0.0.1' });
    const headers = { connection: 'close' };
    for (let i = 0; i < 20; i++) {
      const body = new FormData();
      if (i % 2 === 0) for (const frame of frames) body.append('clip', new Blob([frame]), 'frame.png');
      else body.append('other', 'a field that is not known');
      const answer = await fetch(`${url}/predict`, { method: 'POST', body, headers });
      expect(answer.status).toBe(i % 2 === 0 ? 200 : 400);
      await answer.text();
    }
    setFlagsFromString('--expose-gc');
    const sweep = runInNewContext('gc') as () => void;
    // what has just ended may be held by what runs now
    await vi.waitFor(() => {
      sweep();
      expect(held.filter((one) => one.deref()).length).toBeLessThan(10);
    });
    // the request, and the two signals that end it
    expect(held).toHaveLength(60);
  });
});
