import { existsSync } from 'node:fs';
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runMer, spawnMer } from '../test/run-mer.ts';

const files = ['per-subject.csv', 'predictions.csv', 'report.html', 'report.json', 'scores.csv', 'table.tex'];

let root = '';

const mer = (...args: string[]) => runMer(root, ...args);

async function makeRun(name: string, changes: object = {}): Promise<void> {
  const experiment = {
    name,
    data: { name: 'synthetic', options: { subjects: 3, clipsPerSubject: 3, size: 24, frames: 6 } },
    inputs: [{ steps: ['dynamic-image'] }],
    model: { name: 'small-cnn', options: { widths: [4, 4] } },
    training: { epochs: 2, batchSize: 4, optimizer: { name: 'adam', learningRate: 0.01 }, oracle: true },
    published: [{ source: 'a paper', caveat: 'other people', uf1: 0.9 }],
    backend: 'cpu',
    ...changes,
  };
  await writeFile(join(root, `${name}.json`), JSON.stringify(experiment));
  const { status, stderr } = spawnMer(root, 'run', `${name}.json`, '--out', name, '--workers', '1');
  expect([status, stderr]).toEqual([0, expect.any(String)]);
}

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'mer-report-'));
  await makeRun('one');
  await makeRun('two', { seeds: [0, 5] });
});
afterAll(() => rm(root, { recursive: true, force: true }));

describe('mer report', () => {
  it('writes the report into the folder of the run, prints the scores, and leaves the run as it is', async () => {
    const before = await readFile(join(root, 'one', 'summary.json'), 'utf8');
    const { status, stdout, stderr } = await mer('report', 'one');
    expect(status).toBe(0);
    expect(stderr).toBe('report: one/report.html\n');
    expect(stdout).toMatch(/UF1 +UAR +accuracy/);
    expect(stdout).toContain('ORACLE, not comparable: epoch chosen on the test subject');
    for (const file of files) expect(existsSync(join(root, 'one', file))).toBe(true);
    expect((await readdir(join(root, 'one', 'figures'))).sort()).toEqual([
      'class-scores.svg',
      'confusion-matrix.svg',
      'learning-curves-accuracy.svg',
      'learning-curves-loss.svg',
      'scores.svg',
      'subject-accuracy.svg',
    ]);
    const html = await readFile(join(root, 'one', 'report.html'), 'utf8');
    expect(html).toContain('<img src="data:image/png;base64,');
    expect(html).not.toMatch(/<script|https?:\/\/(?!www\.w3\.org\/2000\/svg)/);
    expect(html.length).toBeLessThan(3e6);
    expect(await readFile(join(root, 'one', 'summary.json'), 'utf8')).toBe(before);
    expect(spawnMer(root, 'run', 'one.json', '--out', 'one').stderr).toMatch(/3 done before/);
  });

  it('writes elsewhere with --out, without pictures where they are not wanted', async () => {
    const { status } = await mer('report', 'two', '--out', 'elsewhere', '--no-pictures', '--json');
    expect(status).toBe(0);
    expect((await readdir(join(root, 'elsewhere'))).sort()).toEqual([...files, 'figures'].sort());
    expect(await readFile(join(root, 'elsewhere', 'report.html'), 'utf8')).not.toContain('<img');
    expect(existsSync(join(root, 'two', 'report.html'))).toBe(false);
  });

  it('goes without pictures where weights are gone, and says so', async () => {
    await cp(join(root, 'one'), join(root, 'bare'), { recursive: true });
    for (const fold of await readdir(join(root, 'bare', 'folds', '0')))
      await rm(join(root, 'bare', 'folds', '0', fold, 'weights.safetensors'));
    const { status, stderr } = await mer('report', 'bare');
    expect(status).toBe(0);
    expect(stderr).toMatch(/^no pictures of samples: .*weights\.safetensors.*\nreport: bare\/report\.html\n$/);
  });

  it('ends with status 2 where there is no run', async () => {
    const { status, stderr } = await mer('report', 'nowhere');
    expect([status, stderr]).toEqual([2, expect.stringContaining('it holds no run.json')]);
  });
});

describe('mer table and mer status', () => {
  it('put runs into one table, in the format that the file or --format names', async () => {
    const { status, stdout } = await mer('table', 'one', 'two', '--against', 'one', '--scores', 'uf1');
    expect(status).toBe(0);
    expect(stdout).toMatch(/run +seeds +UF1 +UF1 less one +p \(Holm\)/);
    expect(stdout).toContain('NOT COMPARABLE: epoch chosen on the test subject (oracle)');
    const written = await mer('table', 'one', 'two', '--out', 'table.tex');
    expect([written.stdout, written.stderr]).toEqual(['', 'table: table.tex\n']);
    expect(await readFile(join(root, 'table.tex'), 'utf8')).toContain('\\toprule');
    expect(JSON.parse((await mer('table', 'one', '--format', 'json')).stdout)).toMatchObject({
      format: 1,
      settings: [],
    });
    const wrong = await mer('table', 'one', '--scores', 'uf2');
    expect([wrong.status, wrong.stderr]).toEqual([2, expect.stringContaining('did you mean "uf1"')]);
    expect(await mer('table', 'one', '--out', 'table.doc')).toMatchObject({ status: 2 });
  });

  it('tell how far a run is, and what holds neither run nor sweep', async () => {
    expect((await mer('status', 'two')).stdout).toMatch(/two +6 +6 +0 5 +.* finished\n/);
    const { status, stderr } = await mer('status', '.');
    expect([status, stderr]).toEqual([2, expect.stringContaining('it holds no run.json and no sweep.json')]);
  });

  it('come after a sweep on the command line, planned or wrong', async () => {
    const planned = await mer('run', 'one.json', '--grid', 'training.epoch=1,2');
    expect([planned.status, planned.stderr]).toEqual([
      2,
      expect.stringContaining('cell epoch-1 of the sweep one.json'),
    ]);
  });
});

describe('mer compare', () => {
  it('pairs by seed and says what it did, as text and as JSON', async () => {
    const { status, stdout } = await mer('compare', 'one', 'two');
    expect(status).toBe(0);
    expect(stdout).toMatch(/UF1 +0\.\d{4} +0\.\d{4} +0\.0000 +\[0\.000, 0\.000\] +1\.0000/);
    expect(stdout).toContain('WARNING: only one of the runs has seed 5: left out');
    expect(stdout).toContain('McNemar');
    const [comparison] = JSON.parse((await mer('compare', 'one', 'two', '--json')).stdout);
    expect(comparison).toMatchObject({ n: 9, subjects: 3, seeds: [0], mcNemar: [{ seed: 0, pValue: 1 }] });
  });

  it('compares each further run with the first, and corrects p-values for their number', async () => {
    const { stdout } = await mer('compare', 'one', 'two', 'one');
    expect(stdout.match(/McNemar/g)).toHaveLength(2);
    expect(stdout).toMatch(/2 comparisons with one: .* p corrected by Holm.*\n.*UF1 +p +UAR +p/);
  });

  it('ends with status 2 for one run, and for runs of other samples, naming them', async () => {
    expect(await mer('compare', 'one')).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('at least two runs'),
    });
    await makeRun('other', {
      data: { name: 'synthetic', options: { subjects: 4, clipsPerSubject: 3, size: 24, frames: 6 } },
    });
    const { status, stderr } = await mer('compare', 'one', 'other');
    expect([status, stderr]).toEqual([2, expect.stringMatching(/other has synthetic\/sub04\/.*one has not/)]);
  });
});
