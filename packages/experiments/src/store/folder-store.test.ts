import { mkdir, mkdtemp, readdir, readFile, rm, stat, truncate, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ExperimentError } from '../schema/experiment-error.js';
import { openStore, type Store } from './store.js';

let root = '';
let store: Store;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'mer-store-'));
  store = await openStore(join(root, 'store'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

const bytes = (text: string) => new TextEncoder().encode(text);
const text = (found: Uint8Array | undefined) => found && new TextDecoder().decode(found);
const keys = async (prefix: string) => {
  const found: string[] = [];
  for await (const key of store.list(prefix)) found.push(key);
  return found.sort();
};

describe('a store in a folder', () => {
  it('keeps what was put first', async () => {
    expect(await store.get('a/first')).toBeUndefined();
    expect(await store.has('a/first')).toBe(false);
    expect(await store.put('a/first', bytes('one'))).toBe('written');
    expect(await store.put('a/first', bytes('two'))).toBe('there');
    expect(text(await store.get('a/first'))).toBe('one');
    expect(await store.has('a/first')).toBe(true);
    await store.put('a/empty', bytes(''));
    expect(await store.get('a/empty')).toHaveLength(0);
  });

  it('lets one of many win, and readers see nothing of the others', async () => {
    const stores = await Promise.all(Array.from({ length: 10 }, () => openStore(join(root, 'store'))));
    const said = await Promise.all(stores.map((one, i) => one.put('race/one', bytes(`writer ${i}`.repeat(1000)))));
    expect(said.filter((answer) => answer === 'written')).toHaveLength(1);
    expect(text(await store.get('race/one'))).toBe(`writer ${said.indexOf('written')}`.repeat(1000));
    expect(await readdir(join(root, 'store', '.tmp'))).toEqual([]);
  });

  it('copies files in and out', async () => {
    const [from, to] = [join(root, 'from.bin'), join(root, 'new', 'to.bin')];
    const content = Buffer.alloc(3 * (1 << 20) + 17, 'mer');
    await writeFile(from, content);
    expect(await store.putFile('files/large', from)).toBe('written');
    expect(await store.putFile('files/large', from)).toBe('there');
    expect(await store.getFile('files/large', to)).toBe(true);
    expect((await readFile(to)).equals(content)).toBe(true);
    expect(Buffer.from((await store.get('files/large'))!).equals(content)).toBe(true);
    expect(await store.getFile('files/none', join(root, 'none'))).toBe(false);
    await expect(store.putFile('files/none', join(root, 'no-file'))).rejects.toThrow(
      /no-file as there is no such file/,
    );
    expect(await readdir(join(root, 'new'))).toEqual(['to.bin']);
  });

  it('lists by the beginning of keys', async () => {
    for (const key of ['l/a', 'l/b/c', 'l/b/d', 'l/bc']) await store.put(key, bytes(key));
    expect(await keys('l/')).toEqual(['l/a', 'l/b/c', 'l/b/d', 'l/bc']);
    expect(await keys('l/b')).toEqual(['l/b/c', 'l/b/d', 'l/bc']);
    expect(await keys('l/b/')).toEqual(['l/b/c', 'l/b/d']);
    expect(await keys('none/')).toEqual([]);
    expect((await keys('')).length).toBeGreaterThan(4);
    await store.remove('l/a');
    await store.remove('l/a');
    expect(await keys('l/a')).toEqual([]);
  });

  it('refuses keys that lead elsewhere', async () => {
    const wrong = ['', '/', '../x', 'a/../../x', 'a//b', '/etc/passwd', 'a/.hidden', 'a/b.', 'a\\b', 'a b', 'é', 'a/'];
    for (const key of [...wrong, 'x'.repeat(201), 'y/'.repeat(360).concat('z')]) {
      await expect(store.put(key, bytes('x')), key).rejects.toThrow(/Cannot use the key .* as it must/);
      await expect(store.get(key), key).rejects.toThrow(RangeError);
    }
    await expect(keys('../')).rejects.toThrow(RangeError);
    expect(await store.put('x'.repeat(200), bytes('x'))).toBe('written');
  });

  it('tells of an object that is damaged', async () => {
    const damage: [string, (path: string) => Promise<void>, RegExp][] = [
      ['short', (path) => truncate(path, 130), /written with 5 bytes and has 2/],
      ['cut', (path) => truncate(path, 100), /does not begin/],
      [
        'changed',
        async (path) => writeFile(path, (await readFile(path, 'latin1')).replace('hello', 'jello')),
        /SHA-256/,
      ],
      ['foreign', (path) => writeFile(path, 'something else'), /does not begin/],
    ];
    for (const [name, change, says] of damage) {
      await store.put(`damaged/${name}`, bytes('hello'));
      await change(join(root, 'store', 'damaged', name));
      for (const read of [store.get(`damaged/${name}`), store.getFile(`damaged/${name}`, join(root, 'got', name))]) {
        const error = await read.then(
          () => undefined,
          (thrown: Error) => thrown,
        );
        expect(error).toBeInstanceOf(ExperimentError);
        expect(error!.message).toMatch(says);
        expect(error!.message).toContain(`${join('damaged', name)} as it is damaged`);
        expect(error!.message).toContain('delete it');
      }
    }
    expect(await readdir(join(root, 'got'))).toEqual([]);
  });

  it('opens a folder that is there, or makes one, not those above', async () => {
    expect((await openStore(pathToFileURL(join(root, 'store')).href)).url).toMatch(/^file:/);
    await expect(openStore(join(root, 'absent', 'store'))).rejects.toThrow(/the folder .*absent must be there/);
    await expect(openStore(join(root, 'unmounted'), { create: false })).rejects.toThrow(/is it mounted here/);
    await writeFile(join(root, 'file'), '');
    await expect(openStore(join(root, 'file'))).rejects.toThrow(/must be a folder/);
    for (const url of ['http://host/x', 'redis://host', '']) {
      await expect(openStore(url), url).rejects.toThrow(/must be a folder, or s3:\/\//);
    }
  });

  it('ends when it is told to, and deletes what others left half written a day ago', async () => {
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(store.put('late', bytes('x'), { signal })).rejects.toThrow('enough');
    await expect(store.get('a/first', { signal })).rejects.toThrow('enough');
    expect(await store.has('late')).toBe(false);
    const temporary = join(root, 'other', '.tmp');
    await mkdir(temporary, { recursive: true });
    for (const name of ['old', 'new']) await writeFile(join(temporary, name), 'half');
    await utimes(join(temporary, 'old'), 1e9, 1e9);
    await (await openStore(join(root, 'other'))).put('x', bytes('x'));
    expect(await readdir(temporary)).toEqual(['new']);
    expect((await stat(join(root, 'other', 'x'))).nlink).toBe(1);
  });
});
