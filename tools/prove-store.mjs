// The store in a bucket against a server that answers as S3 does and checks signatures: moto (PyPI), which keeps to If-None-Match.
//
//   npm run nightly:store [-- <path of moto_server>]     without one, moto is installed into a temporary folder (needs python3 with venv; 320 MB, deleted at the end)
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { openStore } from '@mer/experiments';
import { freePort } from './free-port.mjs';

const require = createRequire(fileURLToPath(new URL('../packages/experiments/package.json', import.meta.url)));
const { AwsClient } = await import(require.resolve('aws4fetch'));

const folder = mkdtempSync(join(tmpdir(), 'mer-store-'));
const moto = process.argv[2] ?? installed();
const port = await freePort();
const endpoint = `http://127.0.0.1:${port}`;
// the first requests make a user and a bucket; all others are checked
const setUp = 5;
const server = spawn(moto, ['-H', '127.0.0.1', '-p', String(port)], {
  env: { ...process.env, INITIAL_NO_AUTH_ACTION_COUNT: String(setUp) },
  stdio: 'ignore',
});
process.on('exit', () => {
  server.kill();
  rmSync(folder, { recursive: true, force: true });
});

function installed() {
  const venv = join(folder, 'venv');
  execFileSync('python3', ['-m', 'venv', venv], { stdio: 'inherit' });
  execFileSync(join(venv, 'bin', 'pip'), ['install', '--quiet', 'moto[server]==5.2.5'], { stdio: 'inherit' });
  return join(venv, 'bin', 'moto_server');
}

async function userAndBucket() {
  const anyone = { accessKeyId: 'none', secretAccessKey: 'none', region: 'us-east-1', retries: 0 };
  const iam = new AwsClient({ ...anyone, service: 'iam' });
  const ask = async (action) => {
    const query = new URLSearchParams({ Version: '2010-05-08', UserName: 'mer', ...action });
    const answer = await iam.fetch(`${endpoint}/`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: query.toString(),
    });
    const text = await answer.text();
    assert.equal(answer.status, 200, text);
    return text;
  };
  await ask({ Action: 'CreateUser' });
  const key = await ask({ Action: 'CreateAccessKey' });
  const allowed = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 's3:*', Resource: '*' }] };
  await ask({ Action: 'PutUserPolicy', PolicyName: 'store', PolicyDocument: JSON.stringify(allowed) });
  const s3 = new AwsClient({ ...anyone, service: 's3' });
  for (const bucket of ['mer-proof', 'mer-listing']) {
    assert.equal((await s3.fetch(`${endpoint}/${bucket}`, { method: 'PUT' })).status, 200);
  }
  const of = (tag) => new RegExp(`<${tag}>([^<]+)<`).exec(key)[1];
  return { id: of('AccessKeyId'), secret: of('SecretAccessKey') };
}

for (let tries = 0; ; tries++) {
  const there = await fetch(`${endpoint}/moto-api/`).then(
    () => true,
    () => false,
  );
  if (there) break;
  assert.ok(tries < 200, 'moto does not answer');
  await pause(100);
}
const { id, secret } = await userAndBucket();
const withKeys = (key, value) => {
  process.env.AWS_ACCESS_KEY_ID = key;
  process.env.AWS_SECRET_ACCESS_KEY = value;
};
withKeys(id, secret);
const address = `s3://mer-proof/some/prefix?endpoint=${encodeURIComponent(endpoint)}`;
const bytes = (text) => new TextEncoder().encode(text);
const messageOf = async (promise) => {
  const error = await promise.then(
    () => undefined,
    (thrown) => thrown,
  );
  assert.ok(error, 'must be refused');
  assert.ok(!error.message.includes(secret), 'the message must not tell the keys');
  return error.message;
};
const proofs = [];
async function prove(what, work) {
  const began = performance.now();
  const told = await work();
  proofs.push({ what, told });
  console.log(`ok  ${what} (${((performance.now() - began) / 1000).toFixed(1)} s)${told ? `\n      ${told}` : ''}`);
}

const store = await openStore(address);
const raw = new AwsClient({ accessKeyId: id, secretAccessKey: secret, service: 's3', region: 'us-east-1' });

await prove('what is put is got, with names of every character that a key may have', async () => {
  for (const key of ['a/b', 'a/%C3%A9~x_y-z.w', '0', `${'k'.repeat(200)}/1`]) {
    assert.equal(await store.has(key), false);
    assert.equal(await store.get(key), undefined);
    assert.equal(await store.put(key, bytes(`content of ${key}`)), 'written');
    assert.equal(await store.put(key, bytes('another')), 'there');
    assert.equal(new TextDecoder().decode(await store.get(key)), `content of ${key}`);
    assert.equal(await store.has(key), true);
  }
  await store.remove('0');
  assert.equal(await store.has('0'), false);
  await store.put('empty', new Uint8Array());
  assert.equal((await store.get('empty')).length, 0);
});

await prove('of ten that put one key at a time, one wins, fifty times', async () => {
  const stores = await Promise.all(Array.from({ length: 10 }, () => openStore(address)));
  for (let race = 0; race < 50; race++) {
    const said = await Promise.all(stores.map((one, i) => one.put(`race/${race}`, bytes(`writer ${i}`))));
    assert.equal(said.filter((answer) => answer === 'written').length, 1);
    assert.equal(new TextDecoder().decode(await store.get(`race/${race}`)), `writer ${said.indexOf('written')}`);
  }
});

await prove(
  'a large file goes in pieces and comes back the same, one of two writers wins, and goes as a whole',
  async () => {
    const from = join(folder, 'large.bin');
    writeFileSync(from, randomBytes(75 * (1 << 20) + 17));
    const hash = (path) => createHash('sha256').update(readFileSync(path)).digest('hex');
    const before = process.memoryUsage.rss();
    const said = await Promise.all([store.putFile('large', from), (await openStore(address)).putFile('large', from)]);
    assert.deepEqual(said.sort(), ['there', 'written']);
    assert.equal(await store.getFile('large', join(folder, 'back.bin')), true);
    assert.equal(hash(join(folder, 'back.bin')), hash(from));
    assert.equal(await store.getFile('none', join(folder, 'none.bin')), false);
    assert.ok(!existsSync(join(folder, 'none.bin')));
    assert.equal(
      createHash('sha256')
        .update(await store.get('large'))
        .digest('hex'),
      hash(from),
    );
    const pieces = async () => {
      const query = new URLSearchParams({ 'list-type': '2', prefix: 'some/prefix/.pieces' });
      const text = await (await raw.fetch(`${endpoint}/mer-proof?${query}`)).text();
      return [...text.matchAll(/<Key>([^<]+)/g)].map(([, key]) => key);
    };
    assert.equal((await pieces()).length, 5);
    await raw.fetch(`${endpoint}/mer-proof/${(await pieces())[3]}`, { method: 'DELETE' });
    assert.match(
      await messageOf(store.getFile('large', join(folder, 'none.bin'))),
      /large as it is damaged: its piece .* is not there/,
    );
    await store.remove('large');
    assert.equal((await pieces()).length, 0);
    return `79 MB, twice in and once out: ${((process.memoryUsage.rss() - before) / 1e6).toFixed(0)} MB more in memory`;
  },
);

await prove('a damaged object is refused by its name', async () => {
  await store.put('damaged', bytes('hello'));
  const at = `${endpoint}/mer-proof/some/prefix/damaged`;
  const text = await (await raw.fetch(at)).text();
  await raw.fetch(at, { method: 'PUT', body: text.replace('hello', 'jello') });
  const told = await messageOf(store.get('damaged'));
  assert.match(told, /s3:\/\/mer-proof\/some\/prefix\/damaged as it is damaged: its bytes are not those/);
  await raw.fetch(at, { method: 'PUT', body: text.slice(0, -2) });
  assert.match(await messageOf(store.getFile('damaged', join(folder, 'x'))), /5 bytes and has 3/);
  await raw.fetch(at, { method: 'PUT', body: '' });
  assert.match(await messageOf(store.get('damaged')), /does not begin/);
  return told;
});

await prove('2,500 keys are listed, each once, those of another prefix not', async () => {
  const listing = await openStore(`s3://mer-listing/p?endpoint=${encodeURIComponent(endpoint)}`);
  const keys = Array.from({ length: 2500 }, (_, i) => `list/${i}`);
  for (let i = 0; i < keys.length; i += 50) {
    await Promise.all(keys.slice(i, i + 50).map((key) => listing.put(key, bytes(key))));
  }
  await listing.put('lost/1', bytes('x'));
  await raw.fetch(`${endpoint}/mer-listing/p/list/of%20others`, { method: 'PUT', body: 'x' });
  const found = [];
  for await (const key of listing.list('list/')) found.push(key);
  assert.deepEqual(found.sort(), keys.sort());
});

await prove('wrong keys, a bucket that is not there and a server that is down are told', async () => {
  const told = [];
  told.push(await messageOf(openStore(address.replace('mer-proof', 'mer-absent'))));
  assert.match(told.at(-1), /there is no bucket mer-absent/);
  withKeys(id, 'wrong');
  told.push(await messageOf(openStore(address)));
  assert.match(told.at(-1), /does not accept the keys .* SignatureDoesNotMatch/);
  withKeys('AKIAUNKNOWN', secret);
  told.push(await messageOf(openStore(address)));
  assert.match(told.at(-1), /does not accept the keys .* InvalidAccessKeyId/);
  withKeys('', '');
  told.push(await messageOf(openStore(address)));
  assert.match(told.at(-1), /AWS_ACCESS_KEY_ID must be set/);
  withKeys(id, secret);
  const down = `s3://mer-proof?endpoint=${encodeURIComponent(`http://127.0.0.1:${await freePort()}`)}`;
  told.push(await messageOf(openStore(down)));
  assert.match(told.at(-1), /nothing answers at http:\/\/127.0.0.1:\d+, 4 times in a row/);
  return told.join('\n      ');
});

const machine = (name) => {
  const cache = mkdtempSync(join(folder, name));
  const child = spawn(process.execPath, [
    fileURLToPath(new URL('prove-store/prepare.mjs', import.meta.url)),
    address,
    cache,
  ]);
  const lines = [];
  let rest = '';
  child.stdout.on('data', (chunk) => {
    rest += chunk;
    lines.push(...rest.split('\n').slice(0, -1));
    rest = rest.slice(rest.lastIndexOf('\n') + 1);
  });
  child.stderr.pipe(process.stderr);
  const ended = new Promise((resolve) => child.on('exit', (code, signal) => resolve(signal ?? code)));
  return { child, lines, cache, ended, made: () => lines.filter((line) => line === 'made').length };
};
const rows = ({ cache }) => {
  const names = readdirSync(cache).filter((name) => name.endsWith('.npy'));
  return names.sort().map(
    (name) =>
      `${name} ${createHash('sha256')
        .update(readFileSync(join(cache, name)))
        .digest('hex')}`,
  );
};
const keysOf = async (prefix) => {
  const keys = [];
  for await (const key of store.list(prefix)) keys.push(key);
  return keys;
};

let before;
await prove('of three processes that need the same pictures one makes them; all have the same bytes', async () => {
  const machines = ['a', 'b', 'c'].map(machine);
  for (const { ended } of machines) assert.equal(await ended, 0);
  assert.deepEqual(machines.map(({ made }) => made()).sort(), [0, 0, 12]);
  for (const one of machines) assert.deepEqual(rows(one), rows(machines[0]));
  assert.equal(rows(machines[0]).length, 2);
  before = rows(machines[0]);
  assert.deepEqual(await keysOf('claims/'), []);
});

await prove('one that is killed while it makes them is followed by one other, with the same bytes', async () => {
  for (const key of await keysOf('pictures/')) await store.remove(key);
  const first = machine('killed');
  while (first.made() < 3) await pause(10);
  first.child.kill('SIGKILL');
  assert.equal(await first.ended, 'SIGKILL');
  const others = ['d', 'e'].map(machine);
  for (const { ended } of others) assert.equal(await ended, 0);
  assert.deepEqual(others.map(({ made }) => made()).sort(), [0, 12]);
  for (const one of others) assert.deepEqual(rows(one), before);
  assert.deepEqual(await keysOf('claims/'), []);
  return others.flatMap(({ lines }) => lines.filter((line) => line !== 'made')).join('\n      ');
});

console.log(`${proofs.length} proofs hold`);
process.exit(0);
