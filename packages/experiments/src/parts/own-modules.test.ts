import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkSameModules, hashOfModules, loadAgain, loadParts } from './own-modules.js';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'mer-parts-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

async function write(files: Record<string, string>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    const path = join(dir, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
  }
}

const part = (name: string, kind = 'protocol') =>
  `{ kind: '${kind}', name: '${name}', title: 'Mine', paper: null, options: {}, split: () => [] }`;

/** Each load gets a file of its own: Node keeps modules that it has loaded. */
const hashOf = async (file: string) => (await loadParts([file], { from: dir })).modules[0]!.hash;

describe('loadParts()', () => {
  it('takes exports that are parts, one by one or in lists, and no others', async () => {
    await write({
      'mine.mjs': `export const first = ${part('first-one')};\nexport default [${part('second-one')}];\nexport const help = () => 1;`,
    });
    const { parts, modules } = await loadParts(['./mine.mjs'], { from: dir });
    expect(parts.map(({ name }) => name).sort()).toEqual(['first-one', 'second-one']);
    expect(modules[0]).toMatchObject({ use: './mine.mjs', hash: expect.stringMatching(/^[0-9a-f]{64}$/) });
  });

  it('knows the contents: its own, those of files it imports, the versions of packages, and not where they lie', async () => {
    await write({
      'a/mine.mjs': `import { title } from './more/title.mjs';\nexport const p = { ...${part('mine')}, title };`,
      'a/more/title.mjs': `export const title = 'One';`,
      'b/mine.mjs': `import { title } from './more/title.mjs';\nexport const p = { ...${part('mine')}, title };`,
      'b/more/title.mjs': `export const title = 'One';`,
      'c/mine.mjs': `import { title } from './more/title.mjs';\nexport const p = { ...${part('mine')}, title };`,
      'c/more/title.mjs': `export const title = 'Two';`,
      'd/mine.mjs': `import { title } from 'titles';\nexport const p = { ...${part('mine')}, title };`,
      'd/node_modules/titles/package.json': `{ "name": "titles", "version": "1.0.0", "type": "module", "exports": { "import": "./index.mjs" } }`,
      'd/node_modules/titles/index.mjs': `export const title = 'One';`,
      'e/mine.mjs': `import { title } from 'titles';\nexport const p = { ...${part('mine')}, title };`,
      'e/node_modules/titles/package.json': `{ "name": "titles", "version": "1.0.1", "type": "module", "exports": { "import": "./index.mjs" } }`,
      'e/node_modules/titles/index.mjs': `export const title = 'One';`,
    });
    const [a, b, c, d, e] = await Promise.all(['a', 'b', 'c', 'd', 'e'].map((each) => hashOf(`./${each}/mine.mjs`)));
    expect(b).toBe(a);
    expect(new Set([a, c, d, e]).size).toBe(4);
  });

  it('finds installed packages from the folder of the experiment', async () => {
    await write({
      'node_modules/@lab/parts/package.json': `{ "name": "@lab/parts", "version": "2.0.0", "type": "module", "exports": { "import": "./index.mjs" } }`,
      'node_modules/@lab/parts/index.mjs': `export const p = ${part('from-the-lab')};`,
    });
    const { modules } = await loadParts(['@lab/parts'], { from: dir });
    expect(modules[0]!.parts).toEqual([{ kind: 'protocol', name: 'from-the-lab' }]);
  });

  it.each([
    ['nothing', `export {};`, /must export at least one part.*it exports nothing/],
    ['no part', `export const x = 1;`, /its exports are x/],
    ['a throw', `throw new Error('no such weights');`, /loading it failed: no such weights/],
    ['a missing file', `import './gone.mjs';\nexport const p = 1;`, /imports \.\/gone\.mjs, which is not there/],
    ['a name of ours', `export const p = ${part('leave-one-subject-out')};`, /one of that name already/],
    ['two of one name', `export const p = ${part('x')};\nexport const q = ${part('x')};`, /one of that name already/],
    ['another kind', `export const p = ${part('x', 'spell')};`, /its export p is a spell: an experiment takes model/],
    ['a syntax error', `export const = 3;`, /must be JavaScript|loading it failed/],
  ])('refuses %s', async (name, text, message) => {
    const file = `${name.replaceAll(' ', '-')}.mjs`;
    await write({ [file]: text });
    await expect(loadParts([`./${file}`], { from: dir })).rejects.toThrow(message);
  });

  it('says what to do with paths without a dot, and with packages that are not installed', async () => {
    await expect(loadParts(['mine.mjs'], { from: dir })).rejects.toThrow('a path begins with ./ (./mine.mjs)');
    await expect(loadParts(['@lab/none'], { from: dir })).rejects.toThrow('no package of that name is installed');
    await expect(loadParts(['https://example.org/x.mjs'], { from: dir })).rejects.toThrow('must be a path');
    await expect(loadParts(['./gone.mjs'], { from: dir })).rejects.toThrow('must be a readable file');
  });

  it('says what to do with TypeScript where Node does not run it', async () => {
    await write({ 'mine.ts': `export const p: object = ${part('typed-one')};` });
    const runs = Boolean((process.features as { typescript?: unknown }).typescript);
    if (runs) expect((await loadParts(['./mine.ts'], { from: dir })).parts).toHaveLength(1);
    else
      await expect(loadParts(['./mine.ts'], { from: dir })).rejects.toThrow(/is TypeScript.*use Node 22\.18 or newer/);
  });
});

describe('loadAgain()', () => {
  it('refuses a module that has changed', async () => {
    await write({ 'again.mjs': `export const p = ${part('again')};` });
    const { modules } = await loadParts(['./again.mjs'], { from: dir });
    expect((await loadAgain(modules)).parts).toHaveLength(1);
    await write({ 'again.mjs': `export const p = ${part('again')}; // other` });
    await expect(loadAgain(modules)).rejects.toThrow('./again.mjs has changed since the run was begun');
  });
});

describe('checkSameModules()', () => {
  it('loads nothing that a run names, and says which modules to name', async () => {
    const mark = join(dir, 'loaded');
    await write({
      'stranger.mjs': `import { writeFileSync } from 'node:fs';\nwriteFileSync(${JSON.stringify(mark)}, '');\nexport const p = ${part('strange')};`,
      'other.mjs': `export const p = ${part('strange')};`,
    });
    const made = [{ use: './stranger.mjs', hash: '0'.repeat(64), parts: [{ kind: 'protocol', name: 'strange' }] }];
    expect(() => checkSameModules('runs/x', made)).toThrow(/\.\/stranger\.mjs \(protocol strange\)\n.*--use/);
    expect(existsSync(mark)).toBe(false);
    const own = await loadParts(['./other.mjs'], { from: dir });
    expect(() => checkSameModules('runs/x', made, own)).toThrow('the file that was named has other contents');
    expect(() => checkSameModules('runs/x', [{ ...made[0]!, hash: own.modules[0]!.hash }], own)).not.toThrow();
    expect(() => checkSameModules('runs/x', undefined)).not.toThrow();
  });
});

describe('hashOfModules()', () => {
  it('does not depend on the order, and is nothing for none', () => {
    const [a, b] = ['a', 'b'].map((hash) => ({ use: hash, hash, parts: [] }));
    expect(hashOfModules([a!, b!])).toBe(hashOfModules([b!, a!]));
    expect(hashOfModules([])).toBeUndefined();
  });
});
