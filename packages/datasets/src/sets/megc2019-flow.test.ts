import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as io from '@mer/io';
import { memory } from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DatasetError } from '../dataset-error.js';
import { fingerprint } from '../fingerprint.js';
import { inspectDataset } from '../inspect.js';
import { openMegc2019Flow } from './megc2019-flow.js';

const shared = process.env.MER_SHARED_DATA ?? fileURLToPath(new URL('../../../../shared/data', import.meta.url));
const flow = join(shared, 'megc2019-flow28');
const withoutReal = !existsSync(flow);

let home = '';
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'mer-flow-'));
});
afterAll(() => rm(home, { recursive: true, force: true }));

// A 1x1 PNG, red 1, green 2, blue 3.
const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGNgZGIGAAAOAAfXb+R4AAAAAElFTkSuQmCC',
  'base64',
);

let made = 0;
/** A folder with a manifest of these lines; images a.png, b.png and sub/c.png exist. */
async function folder(lines: string[], header = 'dataset,subject,clip,label,file'): Promise<string> {
  const root = join(home, `set${++made}`);
  await mkdir(join(root, 'sub'), { recursive: true });
  for (const name of ['a.png', 'b.png', 'sub/c.png']) await writeFile(join(root, name), png);
  await writeFile(join(root, 'manifest.csv'), `${[header, ...lines].join('\n')}\n`);
  return root;
}

/** A folder in the published tree. */
async function tree(files: string[]): Promise<string> {
  const root = join(home, `tree${++made}`);
  for (const file of files) {
    await mkdir(dirname(join(root, file)), { recursive: true });
    await writeFile(join(root, file), png);
  }
  return root;
}

const failure = (root: string, options = {}) => openMegc2019Flow({ root, ...options }).then(() => '', String);

describe('openMegc2019Flow()', () => {
  it('reads a manifest: order by data set, subject and clip, numbers by value', async () => {
    const root = await folder([
      'samm,006,006_1_2,2,sub/c.png',
      'casme2,sub10,EP01_10,positive,a.png',
      'casme2,sub2,EP01_9,0,b.png',
    ]);
    const dataset = await openMegc2019Flow({ root });
    expect(dataset.samples).toEqual([
      { id: 'casme2/sub2/EP01_9', dataset: 'casme2', subject: 'sub2', clip: 'EP01_9', label: 0 },
      { id: 'casme2/sub10/EP01_10', dataset: 'casme2', subject: 'sub10', clip: 'EP01_10', label: 1 },
      { id: 'samm/006/006_1_2', dataset: 'samm', subject: '006', clip: '006_1_2', label: 2 },
    ]);
    expect(dataset.classes).toEqual(['negative', 'positive', 'surprise']);
    expect(await dataset.sources(1)).toEqual([{ path: 'a.png', size: png.length, modified: expect.any(Number) }]);
    await expect(dataset.readImage(3)).rejects.toThrow('index must be 0 to 2: current value is 3');
  });

  it('reads the published tree: a space before .png, u_test of every subject, no u_train', async () => {
    const root = await tree([
      'sub01/u_test/0/sub01_EP02_01f .png',
      'sub01/u_test/2/sub01_EP09f.png',
      'sub01/u_train/1/s01_s01_po_01 .png',
      's01/u_test/1/s01_s01_po_01 .png',
      '006/u_test/0/006_006_1_2 .png',
      '006/u_train/0/sub01_EP02_01f .png',
      'notes/readme.txt',
    ]);
    const dataset = await openMegc2019Flow({ root });
    expect(dataset.samples.map(({ id, label }) => `${id} ${label}`)).toEqual([
      'casme2/sub01/EP02_01f 0',
      'casme2/sub01/EP09f 2',
      'smic/s01/s01_po_01 1',
      'samm/006/006_1_2 0',
    ]);
  });

  it('names every wrong row of a manifest at once', async () => {
    const root = await folder([
      'casme2,sub01,EP01,0,a.png',
      'casme2,sub01,EP02,3,b.png',
      'casme3,sub01,EP03,0,b.png',
      'casme2,sub01,EP04,0,none.png',
      'casme2,sub01,EP01,1,sub/c.png',
      'casme2,../sub01,EP05,1,sub/c.png',
      'casme2,sub01,EP06',
    ]);
    const error = await openMegc2019Flow({ root }).catch((reason) => reason);
    expect(error).toBeInstanceOf(DatasetError);
    expect(error.notes.map((note: { row: number }) => note.row).sort()).toEqual([3, 4, 5, 6, 7, 8]);
    for (const part of [
      "manifest.csv, row 3: class label '3' is unknown: the labels are 0 (negative), 1 (positive), 2 (surprise)",
      "manifest.csv, row 4: data set 'casme3' is unknown: the data sets are casme2, smic, samm",
      "manifest.csv, row 5 (casme2/sub01/EP04): image 'none.png' does not exist",
      'manifest.csv, row 6 (casme2/sub01/EP01): the clip is also in row 2',
      "manifest.csv, row 7: subject '../sub01' must be a name without slashes",
      'manifest.csv, row 8: the row has 3 fields, the header 5',
    ]) {
      expect(error.message).toContain(part);
    }
    expect(error.message).toContain(root);
  });

  it('takes further columns and rows of commas', async () => {
    const extra = 'dataset,subject,clip,label,file,emotion';
    const root = await folder(['casme2,sub01,EP01,0,a.png,x', ',,,,,', 'casme2,sub01,EP02,1,b.png,y'], extra);
    expect((await openMegc2019Flow({ root })).samples.map(({ id }) => id)).toEqual([
      'casme2/sub01/EP01',
      'casme2/sub01/EP02',
    ]);
  });

  it('refuses a missing and a repeated column', async () => {
    expect(await failure(await folder(['casme2,sub01,EP01,a.png'], 'dataset,subject,clip,file'))).toContain(
      "manifest.csv, row 1: column 'label' must be there once: it is there 0 times",
    );
    expect(await failure(await folder([], 'dataset,subject,clip,label,label,file'))).toContain('it is there 2 times');
    expect(await failure(await folder([]))).toContain('no row below the header');
  });

  it('refuses a path that leaves the root', async () => {
    await writeFile(join(home, 'outside.png'), png);
    for (const path of ['../outside.png', 'sub/../../outside.png', '..\\outside.png', join(home, 'outside.png')]) {
      expect(await failure(await folder([`casme2,sub01,EP01,0,${path}`]))).toContain("must stay inside the data set's");
    }
    const root = await folder(['casme2,sub01,EP01,0,link.png', 'casme2,sub01,EP02,0,inner.png']);
    await symlink(join(home, 'outside.png'), join(root, 'link.png'));
    await symlink(join(root, 'sub', 'c.png'), join(root, 'inner.png'));
    const message = await failure(root);
    expect(message).toContain(
      "row 2 (casme2/sub01/EP01): Cannot use path as it must stay inside the data set's folder: 'link.png'",
    );
    expect(message).not.toContain('row 3');
  });

  it('refuses one file for two clips, an empty file and a folder in place of a file', async () => {
    expect(await failure(await folder(['casme2,sub01,EP01,0,a.png', 'casme2,sub01,EP02,0,./a.png']))).toContain(
      "row 3 (casme2/sub01/EP02): file 'a.png' is also that of row 2",
    );
    const root = await folder(['casme2,sub01,EP01,0,a.png', 'casme2,sub01,EP02,0,sub']);
    await writeFile(join(root, 'a.png'), '');
    const message = await failure(root);
    expect(message).toContain("row 2 (casme2/sub01/EP01): image 'a.png' is empty");
    expect(message).toContain("row 3 (casme2/sub01/EP02): image 'sub' does not exist");
  });

  it('refuses a tree with an unknown subject, class or file name, and a clip in two classes', async () => {
    const root = await tree([
      'anna/u_test/0/anna_1 .png',
      'sub01/u_test/3/sub01_EP01 .png',
      'sub01/u_test/0/EP02 .png',
      'sub01/u_test/0/sub01_EP03 .png',
      'sub01/u_test/1/sub01_EP03 .png',
    ]);
    const message = await failure(root);
    expect(message).toContain("subject 'anna' is unknown");
    expect(message).toContain("class folder '3' is unknown");
    expect(message).toContain("must be named 'sub01_<clip> .png'");
    expect(message).toContain("the clip is also in 'sub01/u_test/0/sub01_EP03 .png'");
  });

  it('refuses a folder that does not exist, is a file, is empty, or lacks the manifest asked for', async () => {
    expect(await failure(join(home, 'nowhere'))).toContain(`'${join(home, 'nowhere')}' does not`);
    await writeFile(join(home, 'file'), 'x');
    expect(await failure(join(home, 'file'))).toContain('is a file');
    await mkdir(join(home, 'empty'));
    expect(await failure(join(home, 'empty'))).toContain('there is neither a manifest.csv nor a');
    expect(await failure(join(home, 'empty'), { layout: 'manifest' })).toContain('manifest.csv: the file does not');
    expect(await failure(home, { layout: 'list' })).toContain('one of auto, manifest, tree');
    expect(await failure(home, { layuot: 'tree' })).toContain(
      '"layuot" is not an option, did you mean "layout"?: the options are layout',
    );
  });

  it.skipIf(!('decodeImage' in io))('reads an image exactly as stored, and names a broken one', async () => {
    const root = await folder(['casme2,sub01,EP01,0,a.png', 'casme2,sub01,EP02,0,b.png']);
    await writeFile(join(root, 'b.png'), png.subarray(0, 50));
    const dataset = await openMegc2019Flow({ root });
    const before = memory().numTensors;
    const image = await dataset.readImage(0);
    expect(image.shape).toEqual([1, 1, 3]);
    expect(image.dtype).toBe('float32');
    expect([...(await image.data())]).toEqual([1, 2, 3]);
    image.dispose();
    await expect(dataset.readImage(1)).rejects.toThrow(/casme2\/sub01\/EP02 as 'b\.png' in .* must be a whole picture/);
    expect(memory().numTensors).toBe(before);
  });

  it.skipIf(withoutReal)(
    'counts the published set, and reads both layouts alike (skipped without ../shared/data)',
    async () => {
      const dataset = await openMegc2019Flow({ root: flow });
      const { n, subjects, perClass, perDataset } = await inspectDataset(dataset);
      expect({ n, subjects, perClass }).toEqual({
        n: 442,
        subjects: 68,
        perClass: { negative: 250, positive: 109, surprise: 83 },
      });
      expect(Object.entries(perDataset).map(([name, counts]) => [name, counts.n, counts.subjects])).toEqual([
        ['casme2', 145, 24],
        ['smic', 164, 16],
        ['samm', 133, 28],
      ]);
      const root = join(home, 'published');
      for (const line of (await readFile(join(flow, 'manifest.csv'), 'utf8')).trim().split('\n').slice(1)) {
        const [, subject, clip, label, file] = line.split(',') as [string, string, string, string, string];
        const target = join(root, subject, 'u_test', label, `${subject}_${clip} .png`);
        await mkdir(dirname(target), { recursive: true });
        await cp(join(flow, file), target);
      }
      const published = await openMegc2019Flow({ root });
      expect(published.samples).toEqual(dataset.samples);
      expect(await fingerprint(published)).toBe(await fingerprint(dataset));
      expect(await fingerprint(published, { content: 'bytes' })).toBe(await fingerprint(dataset, { content: 'bytes' }));
    },
  );
});
