import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomStream, uniformBelow } from '@mer/training';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeMadeRun } from '../../test/made-run.js';
import { predictClip } from '../predict/predict-clip.js';
import { buildReport } from '../report/build-report.js';
import { compareRuns } from '../report/compare-runs.js';
import { comparisonText } from '../report/comparison-text.js';
import { ExperimentError } from '../schema/experiment-error.js';
import { summarizeRun } from '../summaries/read-summary.js';
import { summaryText } from '../summaries/summary-text.js';
import { mergeRuns } from './merge.js';
import { readRun } from './read-run.js';
import { foldFolder, openRun, readManifest } from './run-store.js';

const MUTANTS = 250;
const RAW = /Cannot (read|set) propert|is not (a function|iterable)|call stack|undefined|Unexpected|ENO|EACC|\[object/;

let root = '';
let run = '';
let manifest: Record<string, unknown> = {};
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'mer-files-'));
  run = join(root, 'run');
  await writeMadeRun(run, { seeds: [0, 1], oracle: true });
  manifest = JSON.parse(await readFile(join(run, 'run.json'), 'utf8'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

async function withManifest(name: string, content: unknown): Promise<string> {
  const dir = join(root, name);
  await mkdir(dir, { recursive: true });
  await writeFile(join(dir, 'run.json'), typeof content === 'string' ? content : JSON.stringify(content));
  return dir;
}

/** Every place of a value, the whole left out. */
function placesOf(value: unknown, path: string[] = []): string[][] {
  if (typeof value !== 'object' || value === null) return [path];
  const inner = Object.entries(value).flatMap(([key, each]) => placesOf(each, [...path, key]));
  return path.length > 0 ? [path, ...inner] : inner;
}

function changed(value: unknown, [key, ...rest]: readonly string[], to: unknown): unknown {
  const copy = structuredClone(value) as Record<string, unknown>;
  if (rest.length > 0) copy[key!] = changed(copy[key!], rest, to);
  else if (to === undefined) delete copy[key!];
  else copy[key!] = to;
  return copy;
}

const OTHERS = [
  undefined,
  null,
  -1,
  0.5,
  1e300,
  '',
  '../../evil',
  'x'.repeat(2000),
  true,
  [],
  {},
  [[]],
  { length: 1e9 },
];

describe('the files of a run, changed in any place,', () => {
  it('are used or refused in words that name the file', async () => {
    const random = randomStream([1, 'run files']);
    const fold = foldFolder(run, 0, 'x/s0');
    const files = [join(run, 'run.json'), join(fold, 'predictions.json'), join(fold, 'history.json')];
    let refused = 0;
    for (let i = 0; i < MUTANTS; i++) {
      const path = files[i % files.length]!;
      const text = await readFile(path, 'utf8');
      const value: unknown = JSON.parse(text);
      const places = placesOf(value);
      const place = places[uniformBelow(places.length, random)]!;
      const other = OTHERS[uniformBelow(OTHERS.length, random)];
      await writeFile(path, JSON.stringify(changed(value, place, other)));
      const what = `${place.join('.')} = ${JSON.stringify(other)?.slice(0, 50)}`;
      try {
        const read = await readRun(run);
        summaryText(summarizeRun(read));
        comparisonText(compareRuns(read, read));
      } catch (error) {
        refused++;
        expect(error, what).toBeInstanceOf(ExperimentError);
        expect((error as Error).message, what).toContain(root);
        expect((error as Error).message, what).not.toMatch(RAW);
      } finally {
        await writeFile(path, text);
      }
    }
    expect(refused).toBeGreaterThan(MUTANTS / 3);
    await expect(readRun(run)).resolves.toMatchObject({ missing: [] });
  });
});

describe('a run.json', () => {
  it('without an experiment is refused by everything that reads it, key by key', async () => {
    const dir = await withManifest('bare', { format: 1, hash: 'x', experiment: {} });
    const other = await readRun(run);
    for (const reading of [
      () => readManifest(dir),
      () => readRun(dir),
      () => mergeRuns([dir], join(root, 'out')),
      () => predictClip(dir, {} as never),
      () => openRun(dir, other.manifest),
    ]) {
      await expect(reading()).rejects.toThrow(ExperimentError);
      await expect(reading()).rejects.toThrow(
        /bare\/run\.json as it must be the manifest of a run:\n {2}experiment\.name is missing: .*\n[\s\S]*and \d+ more\nBring the file back/,
      );
    }
  });

  it('of another form, cut short, empty, or nested too deeply is named', async () => {
    for (const content of ['[]', 'null', '3', '"x"', '{}']) {
      await expect(readManifest(await withManifest('odd', content))).rejects.toThrow(/run\.json is not of format 1/);
    }
    const text = JSON.stringify(manifest, null, 1);
    const reading = async (content: string) => readManifest(await withManifest('odd', content));
    await expect(reading('')).rejects.toThrow('it is empty');
    await expect(reading(text.slice(0, -2))).rejects.toThrow('it is cut short');
    await expect(reading(text.replace('"format"', 'format'))).rejects.toThrow('line 2, column 2 is not');
    for (const depth of [100, 50_000]) {
      const deep = text.replace('{', `{"a":${'['.repeat(depth)}${']'.repeat(depth)},`);
      await expect(reading(deep)).rejects.toThrow('nested deeper than 64 levels');
    }
  });

  it('whose experiment is none of this version is refused by what uses it, with the key', async () => {
    const dir = await withManifest('later', changed(manifest, ['experiment', 'training', 'temperature'], 3));
    await expect(predictClip(dir, {} as never)).rejects.toThrow(
      /experiment in .*later\/run\.json \(version 0\.0\.0\):\n {2}training\.temperature is not an option[\s\S]*Run the experiment again/,
    );
  });
});

describe('mergeRuns()', () => {
  it('writes nothing outside its folder, whatever a part calls its seeds and folds', async () => {
    const before = await readdir(root);
    for (const seed of ['../../evil', -1, 1.5, null]) {
      const dir = await withManifest('part', changed(manifest, ['folds', '0', 'seed'], seed));
      await expect(mergeRuns([dir], join(root, 'merged'))).rejects.toThrow(/folds\.0\.seed must be an integer/);
    }
    const names = { ...manifest, folds: [{ seed: 0, name: '../../evil' }] };
    await expect(mergeRuns([await withManifest('part', names)], join(root, 'merged'))).rejects.toThrow('no fold');
    expect((await readdir(root)).sort()).toEqual([...before, 'part'].sort());
  });

  it('copies the files of folds and no others, and leaves nothing half written', async () => {
    const out = join(root, 'copied');
    await mkdir(out);
    await writeFile(join(out, '.run.json.0123456789ab.tmp'), '{');
    const stray = join(foldFolder(run, 0, 'x/s0'), 'stray');
    await mkdir(stray);
    await mergeRuns([run], out);
    await rm(stray, { recursive: true });
    const names = (await readdir(out, { recursive: true })).filter((name) => /stray|tmp|lock/.test(name));
    expect(names).toEqual([]);
    for (const { seed, name } of (await readRun(run)).folds.map(({ seed, fold }) => ({ seed, name: fold }))) {
      for (const file of ['predictions.json', 'history.json', 'weights.safetensors']) {
        const [a, b] = [run, out].map((dir) => join(foldFolder(dir, seed, name), file));
        expect(await readFile(b!)).toEqual(await readFile(a!));
      }
    }
  });
});

describe('names that a terminal would obey', () => {
  it('are escapes in every text and harmless in every file of a report', async () => {
    const dir = join(root, 'named');
    const evil = 'neg\u001b[2J\u009b31m\n=1+1 <b>&"';
    await writeMadeRun(dir, { classes: [evil, '\u202epos'] });
    const read = await readRun(dir);
    const lines = (text: string) => text.split('\n').length;
    const text = summaryText(summarizeRun(read));
    expect(text).not.toMatch(/[^\P{Cc}\n]|[\u202a-\u202e]/u);
    expect(text).toContain('neg\\x1b[2J\\x9b31m\\n=1+1');
    await writeMadeRun(join(root, 'plain'), {});
    expect(lines(text)).toBe(lines(summaryText(summarizeRun(await readRun(join(root, 'plain'))))));
    expect(comparisonText(compareRuns(read, read))).not.toMatch(/[^\P{Cc}\n]|[\u202a-\u202e]/u);
    const files = await buildReport(read);
    expect(files['report.html']).not.toMatch(/[^\P{Cc}\n\r\t]|<b>&/u);
    expect(files['table.tex']).not.toMatch(/[^\P{Cc}\n]/u);
    for (const [name, svg] of Object.entries(files).filter(([name]) => name.endsWith('.svg'))) {
      expect(svg, name).not.toMatch(/[^\P{Cc}\n\r\t]|<b>&/u);
    }
  });
});
