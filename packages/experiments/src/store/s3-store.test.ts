import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { bucketServer, type Fault } from '../../test/bucket-server.js';
import { ExperimentError } from '../schema/experiment-error.js';
import { openS3Store, type S3StoreOptions } from './s3-store.js';
import { openStore } from './store.js';
import { storePlace } from './store-place.js';

let root = '';
let bucket: Awaited<ReturnType<typeof bucketServer>>;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'mer-s3-'));
  bucket = await bucketServer({ page: 3 });
  setKeys();
});
afterEach(() => {
  expect(bucket.faults, 'faults that were not met').toHaveLength(0);
  bucket.objects.clear();
  bucket.seen.length = 0;
  vi.unstubAllEnvs();
  setKeys();
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await bucket.close();
  await rm(root, { recursive: true, force: true });
});

function setKeys(): void {
  for (const name of ['SESSION_TOKEN', 'ENDPOINT_URL', 'ENDPOINT_URL_S3', 'REGION', 'DEFAULT_REGION']) {
    vi.stubEnv(`AWS_${name}`, undefined);
  }
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'id');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'very-secret');
}

const bytes = (text: string) => new TextEncoder().encode(text);
const text = (found: Uint8Array | undefined) => found && new TextDecoder().decode(found);
const hurried = { patience: { tries: 3, pause: 1, timeout: 5000 } };
const open = (options: S3StoreOptions = {}, url = bucket.url()) => {
  const place = storePlace(url);
  if (place.kind !== 's3') throw new Error('a bucket');
  return openS3Store(url, place, { ...hurried, ...options });
};
const refused = async (work: Promise<unknown>) => {
  const error = await work.then(
    () => undefined,
    (thrown: Error) => thrown,
  );
  expect(error).toBeInstanceOf(Error);
  expect(error!.message).not.toContain('very-secret');
  return error!;
};

/** The bucket answers so, once, where a request fits. */
const answering =
  (method: string, status: number, code = '', headers = {}): Fault =>
  (request, response) => {
    if (request.method !== method) return false;
    response.writeHead(status, headers).end(code && `<Error><Code>${code}</Code></Error>`);
    return true;
  };

describe('a store in a bucket', () => {
  it('signs what it sends, and puts under the condition that there is none', async () => {
    vi.stubEnv('AWS_SESSION_TOKEN', 'a-token');
    vi.stubEnv('AWS_REGION', 'eu-central-1');
    const store = await open();
    expect(await store.get('a/%41~b')).toBeUndefined();
    expect(await store.put('a/%41~b', bytes('one'))).toBe('written');
    expect(await store.put('a/%41~b', bytes('two'))).toBe('there');
    expect(text(await store.get('a/%41~b'))).toBe('one');
    expect([await store.has('a/%41~b'), await store.has('a/b')]).toEqual([true, false]);
    expect([...bucket.objects.keys()]).toEqual(['runs/.mer-store', 'runs/a/%41~b']);
    for (const { method, headers } of bucket.seen) {
      expect(headers.authorization).toMatch(/^AWS4-HMAC-SHA256 Credential=id\/\d{8}\/eu-central-1\/s3\//);
      expect(headers['x-amz-security-token']).toBe('a-token');
      if (method === 'PUT') expect(headers['if-none-match']).toBe('*');
    }
    await store.remove('a/%41~b');
    await store.remove('a/%41~b');
    expect(await store.has('a/%41~b')).toBe(false);
    await expect(store.put('../x', bytes(''))).rejects.toThrow(RangeError);
  });

  it('takes endpoint and region from the environment too', async () => {
    vi.stubEnv('AWS_ENDPOINT_URL', 'http://127.0.0.1:1');
    vi.stubEnv('AWS_ENDPOINT_URL_S3', bucket.endpoint);
    const store = await openStore('s3://test?region=us-west-2');
    await store.put('x', bytes('x'));
    expect(bucket.objects.has('x')).toBe(true);
    expect(bucket.seen[0]!.headers.authorization).toContain('/us-west-2/s3/');
  });

  it('lists by the beginning of keys, page by page, and leaves out what is none', async () => {
    const store = await open();
    const keys = Array.from({ length: 8 }, (_, i) => `l/${i}`);
    for (const key of [...keys, 'other']) await store.put(key, bytes(key));
    bucket.objects.set('runs/l/of others', Buffer.from(''));
    const found: string[] = [];
    for await (const key of store.list('l/')) found.push(key);
    expect(found).toEqual(keys);
    const all: string[] = [];
    for await (const key of store.list('')) all.push(key);
    expect(all).toEqual([...keys, 'other']);
  });

  it('puts what is large in pieces, goes on where it was, and deletes them with it', async () => {
    const store = await open({ piece: 1000 });
    const [from, to] = [join(root, 'from.bin'), join(root, 'to', 'to.bin')];
    const content = Buffer.from(Array.from({ length: 3500 }, (_, i) => i % 251));
    await writeFile(from, content);
    bucket.faults.push(({ path }, response) => path.endsWith('/2') && !!response.writeHead(400).end());
    await refused(store.putFile('large', from));
    expect(await store.has('large')).toBe(false);
    bucket.seen.length = 0;
    expect(await store.putFile('large', from)).toBe('written');
    expect(bucket.objects.size).toBe(6);
    expect(await store.put('large', content)).toBe('there');
    expect(Buffer.from((await store.get('large'))!).equals(content)).toBe(true);
    expect(await store.getFile('large', to)).toBe(true);
    expect((await readFile(to)).equals(content)).toBe(true);
    const piece = [...bucket.objects.keys()].find((key) => key.endsWith('/1'))!;
    const whole = bucket.objects.get(piece)!;
    bucket.objects.set(piece, Buffer.concat([whole.subarray(0, -1), Buffer.from('x')]));
    expect((await refused(store.get('large'))).message).toContain(`${piece} as it is damaged`);
    bucket.objects.delete(piece);
    expect((await refused(store.getFile('large', to))).message).toMatch(/runs\/large as it is damaged: its piece/);
    await store.remove('large');
    expect([...bucket.objects.keys()]).toEqual(['runs/.mer-store']);
    expect(await readdir(join(root, 'to'))).toEqual(['to.bin']);
  });

  it('tells of an object that is damaged', async () => {
    const store = await open();
    for (const wrong of ['', 'something else', `${'x'.repeat(300)}`]) {
      bucket.objects.set('runs/wrong', Buffer.from(wrong));
      const error = await refused(store.get('wrong'));
      expect(error).toBeInstanceOf(ExperimentError);
      expect(error.message).toMatch(/s3:\/\/test\/runs\/wrong as it is damaged: it does not begin/);
    }
  });
});

describe('a bucket that fails', () => {
  it('is asked again', async () => {
    const store = await open();
    await store.put('first', bytes('x'));
    bucket.faults.push(answering('PUT', 503, 'SlowDown'), answering('PUT', 409, 'ConditionalRequestConflict'));
    expect(await store.put('second', bytes('y'))).toBe('written');
    bucket.faults.push((_, response) => !!response.destroy());
    expect(text(await store.get('second'))).toBe('y');
  });

  it('may have written what it did not answer for', async () => {
    const store = await open();
    await store.put('first', bytes('x'));
    // the object is there, and the connection breaks
    const silently: Fault = ({ path, body }, response) => {
      bucket.objects.set(path.slice('/test/'.length), body);
      return !!response.destroy();
    };
    bucket.faults.push(silently);
    expect(await store.put('mine', bytes('y'))).toBe('written');
    const theirs = bucket.objects.get('runs/mine')!;
    bucket.faults.push(({ path }, response) => {
      bucket.objects.set(path.slice('/test/'.length), theirs);
      return !!response.destroy();
    });
    expect(await store.put('raced', bytes('z'))).toBe('there');
  });

  it('is told, after some tries', async () => {
    const store = await open();
    bucket.faults.push(...Array.from({ length: 3 }, () => answering('GET', 500, 'InternalError')));
    expect((await refused(store.get('x'))).message).toMatch(
      /Cannot reach the store s3:.* as its server answers 500 InternalError, 3 times in a row/,
    );
    const down = await bucketServer();
    await down.close();
    expect((await refused(open({}, down.url()))).message).toMatch(/nothing answers at http:\/\/127.0.0.1/);
    bucket.faults.push(() => true);
    const slow = { patience: { tries: 1, pause: 1, timeout: 30 - 21_000 } };
    expect((await refused(open(slow))).message).toMatch(/no answer came in time/);
  });

  it.each<[string, Fault, RegExp]>([
    ['wrong keys', answering('GET', 403, 'InvalidAccessKeyId'), /does not accept the keys of AWS_ACCESS_KEY_ID/],
    ['keys that may not', answering('GET', 403, 'AccessDenied'), /do not allow it/],
    ['old keys', answering('GET', 400, 'ExpiredToken'), /no longer valid/],
    ['a wrong clock', answering('GET', 403, 'RequestTimeTooSkewed'), /the clocks of this machine/],
    ['another region', answering('GET', 301, '', { 'x-amz-bucket-region': 'eu-west-1' }), /add \?region=eu-west-1/],
    ['no bucket', answering('GET', 404, 'NoSuchBucket'), /there is no bucket test .*: make it/],
  ])('says what to do: %s', async (_, fault, says) => {
    bucket.faults.push(fault);
    const error = await refused(open());
    expect(error).toBeInstanceOf(ExperimentError);
    expect(error.message).toMatch(says);
  });

  it('is refused where it keeps to no conditions', async () => {
    const store = await open();
    const overwriting: Fault = ({ method, headers }, _, answer) => {
      if (method !== 'PUT') return false;
      delete headers['if-none-match'];
      answer();
      return true;
    };
    bucket.faults.push(overwriting, overwriting);
    expect((await refused(store.put('x', bytes('x')))).message).toMatch(/must keep to If-None-Match/);
    expect(await store.put('x', bytes('x'))).toBe('written');
  });

  it('is waited for no longer than wanted', async () => {
    const store = await open({ patience: { tries: 8, pause: 60_000, timeout: 5000 } });
    const stop = new AbortController();
    bucket.faults.push((_, response) => {
      setTimeout(() => stop.abort(new Error('enough')), 20);
      return !!response.writeHead(503).end();
    });
    await expect(store.get('x', { signal: stop.signal })).rejects.toThrow('enough');
  });
});

describe('the address of a bucket', () => {
  it('is checked, and so are the keys', async () => {
    const wrong: [string, RegExp][] = [
      ['s3://id:very-secret@test', /it must hold no keys/],
      ['s3:///x', /must name a bucket/],
      ['s3://test/a b', /its prefix must be of/],
      ['s3://test/.hidden', /its prefix must be of/],
      ['s3://test?key=x', /may set endpoint and region: it sets key/],
      ['s3://test?endpoint=host', /its endpoint must be an address/],
      ['s3://test?endpoint=http://a:very-secret@host', /its endpoint must be an address/],
      ['s3://test?region=no/where', /the region must be a name/],
    ];
    for (const [url, says] of wrong) expect((await refused(openStore(url))).message, url).toMatch(says);
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', '');
    expect((await refused(openStore(bucket.url()))).message).toMatch(/AWS_SECRET_ACCESS_KEY must be set/);
  });
});
