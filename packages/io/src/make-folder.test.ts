import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeFolder } from './node/make-folder.js';

let root = '';
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'mer-folder-'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

describe('makeFolder()', () => {
  it('makes what is not there and gives the first of it', async () => {
    expect(await makeFolder(join(root, 'a', 'b', 'c'))).toBe(join(root, 'a'));
    expect(await makeFolder(join(root, 'a', 'b', 'c'))).toBeUndefined();
    expect(await makeFolder(join(root, 'a', 'd'))).toBe(join(root, 'a', 'd'));
    await Promise.all([1, 2, 3].map(() => makeFolder(join(root, 'e', 'f'))));
    expect((await stat(join(root, 'e', 'f'))).isDirectory()).toBe(true);
  });

  it('says why it cannot', async () => {
    await writeFile(join(root, 'file'), '');
    for (const path of [join(root, 'file'), join(root, 'file', 'x'), join(root, 'file', 'x', 'y')]) {
      await expect(makeFolder(path)).rejects.toThrow(
        `Cannot make the folder ${path} as a part of the path is a file where a folder must be`,
      );
    }
    await expect(makeFolder(join(root, 'n'.repeat(300)))).rejects.toThrow('the name is too long');
  });

  it.skipIf(process.platform !== 'linux')('comes back where nothing can be made', async () => {
    for (const path of ['/proc/mer', '/proc/mer/a/b', '/proc/self/fd/mer']) {
      await expect(makeFolder(path)).rejects.toThrow(
        /^Cannot make the folder .*(nothing can be made there|permission)/,
      );
    }
  });
});
