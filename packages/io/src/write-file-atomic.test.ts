import { chmod, mkdtemp, readdir, readFile, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { writeFileAtomic } from './node/write-file-atomic.js';

const folder = (): Promise<string> => mkdtemp(join(tmpdir(), 'mer-io-'));

describe('writeFileAtomic()', () => {
  it('writes bytes and text, replaces a file, and leaves nothing else', async () => {
    const path = join(await folder(), 'a.json');
    await writeFileAtomic(path, Uint8Array.of(1, 2, 3));
    expect(await readFile(path)).toEqual(Buffer.of(1, 2, 3));
    await chmod(path, 0o666);
    await writeFileAtomic(path, '{"é": 1}');
    expect(await readFile(path, 'utf8')).toBe('{"é": 1}');
    if (process.platform !== 'win32') expect((await stat(path)).mode & 0o777).toBe(0o666);
    expect(await readdir(join(path, '..'))).toEqual(['a.json']);
  });

  it('keeps the old file and removes the new one where writing fails', async () => {
    const path = await folder();
    await writeFileAtomic(join(path, 'a'), 'old');
    // The name is that of a folder which is not empty: the last step fails.
    await expect(writeFileAtomic(path, 'new')).rejects.toThrow(`Cannot write ${path} as `);
    expect(await readdir(path)).toEqual(['a']);
    expect(
      (await readdir(join(path, '..'))).filter((name) => name.includes('.tmp') && name.includes(path.slice(-10))),
    ).toEqual([]);
    await expect(writeFileAtomic(join(path, 'no/such/folder'), 'new')).rejects.toThrow(
      `Cannot write ${join(path, 'no/such/folder')} as there is no such file or folder`,
    );
    await expect(writeFileAtomic(join(path, 'a', 'b'), 'new')).rejects.toThrow('a part of the path is a file');
    await expect(writeFileAtomic(join(path, 'n'.repeat(300)), 'new')).rejects.toThrow('the name is too long');
  });

  it('lets the last of many writers at once win whole', async () => {
    const path = join(await folder(), 'a');
    const contents = Array.from({ length: 20 }, (_, i) => String(i).repeat(10_000));
    await Promise.all(contents.map((content) => writeFileAtomic(path, content)));
    expect(contents).toContain(await readFile(path, 'utf8'));
    expect(await readdir(join(path, '..'))).toEqual(['a']);
  });
});
