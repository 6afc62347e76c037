import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type MadeRunOptions, writeMadeRun } from '../../test/made-run.js';
import { readRun } from '../run/read-run.js';
import { foldFolder } from '../run/run-store.js';
import { buildReport, writeReport } from './build-report.js';
import { csvText } from './csv.js';
import { texText } from './latex.js';
import { reportData } from './report-data.js';

let dir = '';
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'mer-report-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

async function reportOf(options?: MadeRunOptions) {
  await writeMadeRun(dir, options);
  return buildReport(await readRun(dir));
}

const published = [
  { source: 'a paper', caveat: 'chosen on the <test> subject', uf1: 0.7 },
  { source: 'another', uar: 0.5 },
];

describe('reportData()', () => {
  it('names the surest mistakes first and each sample once, counts seeds, and scores guessing', async () => {
    await writeMadeRun(dir, { seeds: [0, 1] });
    const { mistakes, surest, subjects, guessing, confusion, environment } = reportData(await readRun(dir), {
      mistakes: 4,
      surest: 2,
    });
    expect(mistakes).toHaveLength(4);
    expect(new Set(mistakes.map(({ id }) => id)).size).toBe(4);
    expect(mistakes[0]!.confidence).toBeGreaterThanOrEqual(mistakes[3]!.confidence);
    expect(mistakes.every(({ truth, predicted, seeds }) => truth !== predicted && seeds === 2)).toBe(true);
    expect(surest.map(({ truth }) => truth)).toEqual(['neg', 'neg', 'pos', 'pos']);
    expect(subjects[0]).toEqual({
      dataset: 'x',
      subject: 's0',
      n: 6,
      accuracy: 9 / 12,
      perSeed: [
        { seed: 0, correct: 5 },
        { seed: 1, correct: 4 },
      ],
    });
    expect(guessing).toMatchObject({ class: 'neg', accuracy: 0.5, uar: 0.5 });
    expect(confusion!.flat().reduce((a, b) => a + b)).toBe(60);
    expect(environment.seconds).toBe(15);
  });
});

describe('buildReport()', () => {
  it('names protocol, epoch choice, n, classes and seeds in every table of scores', async () => {
    const files = await reportOf({ seeds: [0, 1], oracle: true, changes: { published } });
    const context = 'leave-one-subject-out, 5 folds; epoch: last of 3; n = 30 (5 subjects); 2 classes; seeds 0, 1';
    const tables = files['report.html']!.match(/<caption>.*?<\/caption>/gs)!;
    expect(tables.length).toBeGreaterThan(5);
    for (const table of tables.filter((text) => !/Where, when/.test(text)))
      expect(table).toContain(
        /Oracle/.test(table) ? context.replace('last of 3', 'best of 3 on the test subject (oracle)') : context,
      );
    expect(files['table.tex']).toContain(context);
  });

  it('is one page without scripts or anything from elsewhere, with text from files escaped', async () => {
    const evil = `"><img src=x onerror=alert(1)><script>alert(2)</script>`;
    await writeMadeRun(dir, { classes: ['neg', evil], changes: { published, description: evil } });
    const manifest = JSON.parse(await readFile(join(dir, 'run.json'), 'utf8'));
    await writeFile(
      join(dir, 'run.json'),
      JSON.stringify({ ...manifest, versions: { [evil]: evil }, hardware: { cpu: evil, cores: 1, platform: evil } }),
    );
    const run = await readRun(dir);
    const files = await buildReport(run, {
      gallery: [{ id: evil, title: evil, right: false, pictures: [{ caption: evil, png: Uint8Array.of(1, 2) }] }],
    });
    const html = files['report.html']!;
    expect(html).not.toMatch(/<script|<link|<img src=x|@import|url\(/i);
    expect(html).toContain(
      `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">`,
    );
    expect(html.match(/(src|href)="(?!data:image\/png;base64,|#)/g)).toBeNull();
    for (const [path, svg] of Object.entries(files).filter(([name]) => name.endsWith('.svg')))
      expect([path, /<script|<img/.test(svg)]).toEqual([path, false]);
    expect(html).not.toMatch(/\b(NaN|undefined|Infinity)\b/);
  });

  it('keeps oracle scores in a place of their own, marked', async () => {
    const html = (await reportOf({ oracle: true }))['report.html']!;
    const section = html.match(/<section id="oracle">.*?<\/section>/s)![0];
    expect(section).toContain('not comparable: epoch chosen on the test subject');
    expect(section).toContain('1.0000');
    expect(html.replace(section, '')).not.toMatch(/oracle scores/i);
    expect((await reportOf())['report.html']).not.toMatch(/id="oracle"/);
  });

  it('marks a run that is not finished, and names the folds that are missing', async () => {
    const files = await reportOf({ undone: ['x/s2'] });
    expect(files['report.html']).toContain('INCOMPLETE:</strong> 4 of 5 folds');
    expect(files['report.html']).toContain('x/s2 (seed 0)');
    expect(files['table.tex']).toContain('% INCOMPLETE: 4 of 5 folds');
    expect((await reportOf())['report.html']).not.toContain('INCOMPLETE');
  });

  it('counts the folds of a seed rightly where another seed has not begun', async () => {
    const folds = ['x/s0', 'x/s1', 'x/s2', 'y/s0', 'y/s1'];
    await writeMadeRun(dir, { seeds: [0, 1] });
    for (const fold of folds) await rm(join(foldFolder(dir, 1, fold), 'predictions.json'));
    const html = (await buildReport(await readRun(dir)))['report.html']!;
    expect(html).toContain('leave-one-subject-out, 5 folds; epoch: last of 3; n = 30 (5 subjects); 2 classes; seed 0');
    expect(html).toContain('INCOMPLETE:</strong> 5 of 10 folds');
  });

  it('shows published scores with their caveats, and says where there is none', async () => {
    const html = (await reportOf({ changes: { published } }))['report.html']!;
    expect(html).toContain('chosen on the &#60;test&#62; subject');
    expect(html).toContain('No caveat is given');
    expect(html).toContain('0.7000');
  });

  it('gives tables that other programs read', async () => {
    const files = await reportOf({ seeds: [0, 1], oracle: true, changes: { published } });
    const rows = files['predictions.csv']!.trim()
      .split('\r\n')
      .map((line) => line.split(','));
    expect(rows).toHaveLength(61);
    expect(rows[0]!.slice(0, 13)).toEqual([
      'seed',
      'fold',
      'id',
      'dataset',
      'subject',
      'clip',
      'truth',
      'predicted',
      'correct',
      'onset',
      'apex',
      'offset',
      'fps',
    ]);
    expect(Number(rows[1]![15]) + Number(rows[1]![16])).toBeCloseTo(1, 12);
    const scores = files['scores.csv']!.trim()
      .split('\r\n')
      .map((line) => line.split(','));
    expect(new Set(scores.map((row) => row.length))).toEqual(new Set([scores[0]!.length]));
    expect(scores.map(([kind]) => kind)).toEqual([
      'kind',
      ...Array(6).fill('result'),
      ...Array(3).fill('mean of seeds'),
      'guessing the most frequent class',
      'published',
      'published',
      ...Array(6).fill('not comparable'),
    ]);
    expect(files['per-subject.csv']).toContain('x,s0,x/s0,6,0.75,5,4\r\n');
    expect(JSON.parse(files['report.json']!).summary.n).toBe(30);
  });

  it('is the same for the same run', async () => {
    const first = await reportOf();
    expect(await buildReport(await readRun(dir))).toEqual(first);
  });
});

it('csvText() quotes as RFC 4180 says and lets no text become a formula', () => {
  expect(
    csvText([
      ['a,b', 'say "x"', 'two\nlines'],
      [-1.5, undefined, Number.NaN],
    ]),
  ).toBe('"a,b","say ""x""","two\nlines"\r\n-1.5,,\r\n');
  expect(csvText([['=1+1', '+1', '-1', '@a', '\tx', ' =1', 'a=1']])).toBe(`'=1+1,'+1,'-1,'@a,'\tx,' =1,a=1\r\n`);
  expect(csvText([['=HYPERLINK("http://x", 1)']])).toBe(`"'=HYPERLINK(""http://x"", 1)"\r\n`);
});

it('texText() writes what TeX would take for commands', () => {
  expect(texText('a_b & 50 % \\x\n{$#}~^')).toBe(
    'a\\_b \\& 50 \\% \\textbackslash{}x \\{\\$\\#\\}\\textasciitilde{}\\textasciicircum{}',
  );
  expect(texText('é “a” --b <|> α ≥ −1')).toBe(
    'é “a” -{}-b \\textless{}\\textbar{}\\textgreater{} $\\alpha$ $\\geq$ $-$1',
  );
  expect(texText('微')).toBe('\\ifdefined\\Umathcode 微\\else[U+5FAE]\\fi{}');
});

it('writeReport() writes every file, and nothing half', async () => {
  const files = await reportOf();
  const out = join(dir, 'out', 'deep');
  await writeReport(out, files);
  expect((await readdir(out, { recursive: true })).filter((name) => name !== 'figures').sort()).toEqual(
    Object.keys(files).sort(),
  );
  expect(await readFile(join(out, 'report.html'), 'utf8')).toBe(files['report.html']);
});
