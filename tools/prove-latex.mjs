// Compiles what `mer table` and `mer report` write as LaTeX: of real runs (benchmarks/results/megc2019), and of runs whose names, settings, classes and sources have every
// character that TeX takes for something else. After `npm run build`, with Debian's texlive-latex-recommended and poppler-utils:
//   npm run nightly:latex
//   npm run nightly:latex -- --screenshots <folder>      pictures of the pages, to look at
// Each is compiled with booktabs alone, and with xcolor and graphicx; exit status 1 where LaTeX refuses one, a character is missing, a line is too wide, a table is
// longer than its page, or the table of the real runs with their intervals, published results and differences is made smaller than can be read.
import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { resultTable, resultTableLatex } from '@mer/experiments';
import { finished } from '../benchmarks/megc2019/finished.mjs';
import { ROWS } from '../benchmarks/megc2019/rows.mjs';

const { values } = parseArgs({ options: { screenshots: { type: 'string' } } });
if (spawnSync('pdflatex', ['--version']).status !== 0) {
  console.error(
    'Cannot compile as pdflatex is not installed: apt-get install --no-install-recommends texlive-latex-recommended poppler-utils',
  );
  process.exit(2);
}
const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const mer = here('../packages/cli/bin/mer.js');
// a control has a column more for the setting that is off, and is compared with its own row
const rows = await Promise.all(
  ROWS.filter(({ of }) => !of).map((row) => finished(here('../benchmarks/results/megc2019'), row)),
);
const real = rows.flatMap(({ run }) => run ?? []);

const MARKS = '_ % & # ^ ~ $ { } \\ < > | -- --- "a" \'b\' `c` * [d] @ ! ?';
const LETTERS = 'é ß ø Ł ő “q” ‘r’ – — … ± × µ ² § € α λ Δ ≥ − → « þ 微表情 Ж 😀';

/** The run with another name and settings. */
function changed(run, name, { options, classes = run.manifest.classes, published = [], seeds = 1 }) {
  const { manifest, folds } = run;
  const { experiment } = manifest;
  const all = [...Array(seeds).keys()];
  // of another seed a few more are right
  const ofSeed = (fold, seed) => ({
    ...fold,
    seed,
    predictions: fold.predictions.map((each, i) =>
      seed > 0 && i % (4 + seed) === 0 ? { ...each, predicted: each.truth } : each,
    ),
  });
  return {
    ...run,
    manifest: {
      ...manifest,
      hash: name,
      classes,
      experiment: {
        ...experiment,
        name,
        seeds: all,
        published,
        model: { ...experiment.model, options: { ...experiment.model.options, ...options } },
      },
      folds: all.flatMap((seed) => manifest.folds.map((fold) => ({ ...fold, seed }))),
    },
    folds: all.flatMap((seed) => folds.map((fold) => ofSeed(fold, seed))),
  };
}

const classes = ['neg_ative & 50%', 'positiv 微', '#1 {sur\\prise}'];
const published = [
  { source: `A & B_2020 ${MARKS}`, uf1: 0.7, caveat: `${MARKS} ${LETTERS}` },
  { source: '[3] and others', uf1: 0.71, uar: 0.7 },
];
const hostile = ['a_b', 'c__d', 'e.f-g'].map((name, i) =>
  changed(real[i % 2], name, {
    options: { note: `${i} ${MARKS}`, kind_of: `${LETTERS} ${i % 2}` },
    classes,
    published,
  }),
);
const seeds = ['one', 'two'].map((name, i) => changed(real[i], name, { options: {}, seeds: 3 }));
const tables = {
  long: resultTableLatex(
    resultTable(Array.from({ length: 60 }, (_, i) => changed(real[i % 2], `row-${i}`, { options: { width: i } }))),
    { scores: ['uf1'] },
  ),
  real: resultTableLatex(resultTable(real, { against: 'ststnet-megc2019' })),
  hostile: resultTableLatex(resultTable(hostile), { sets: true }),
  against: resultTableLatex(resultTable(hostile, { against: 'a_b' }), { scores: ['uf1'] }),
  seeds: resultTableLatex(resultTable(seeds), { scores: ['uf1', 'uar'] }),
};

const PREAMBLES = {
  plain: '\\usepackage{booktabs}',
  // says how wide a table is that is made smaller
  whole:
    '\\usepackage[T1]{fontenc}\\usepackage{booktabs,xcolor,graphicx}\\let\\resize\\resizebox\\renewcommand{\\resizebox}[3]{\\typeout{smaller: \\the\\linewidth\\space of \\the\\wd0}\\resize{#1}{#2}{#3}}',
};
// \small is 9 points: the numbers of the real runs have 7 or more
const SMALLEST = 7 / 9;
const work = await mkdtemp(join(tmpdir(), 'mer-latex-'));
const faults = [];
try {
  const report = spawnSync(process.execPath, [
    mer,
    'report',
    here('../benchmarks/results/megc2019/cnn'),
    '--out',
    join(work, 'report'),
    '--no-pictures',
  ]);
  if (report.status !== 0) throw new Error(`Cannot compile a report as mer report failed: ${report.stderr}`);
  const rows = await readFile(join(work, 'report/table.tex'), 'utf8');
  tables.report = `\\begin{tabular}{l*{12}{r}}\\toprule\n${rows}\\bottomrule\\end{tabular}\n`;
  for (const [name, text] of Object.entries(tables)) {
    for (const [which, preamble] of Object.entries(PREAMBLES)) {
      const job = `${name}-${which}`;
      const document = `\\documentclass{article}\n${preamble}\n\\pagestyle{empty}\n\\begin{document}\n\\input{${name}-table}\n\\end{document}\n`;
      await writeFile(join(work, `${name}-table.tex`), text);
      await writeFile(join(work, `${job}.tex`), document);
      const { status } = spawnSync(
        'pdflatex',
        ['-halt-on-error', '-interaction=nonstopmode', '-no-shell-escape', job],
        { cwd: work },
      );
      const log = await readFile(join(work, `${job}.log`), 'latin1');
      const wrong =
        log.match(
          /^(!.*|Missing character.*|Overfull \\hbox \((?:[2-9]|\d{2,})\..*|LaTeX Warning: Float too large.*)$/gm,
        ) ?? [];
      // without graphicx a large table stays large, and the rows of a report are in a table of the reader's own
      const counted =
        which === 'plain' || name === 'report' ? wrong.filter((line) => !/^Overfull|too large/.test(line)) : wrong;
      const [, line, width] = /^smaller: ([\d.]+)pt of ([\d.]+)pt$/m.exec(log) ?? [];
      const scale = line === undefined ? 1 : line / width;
      if (name === 'real' && scale < SMALLEST) counted.push(`made smaller to ${scale.toFixed(2)}`);
      if (status !== 0 || counted.length > 0) faults.push(`${job}: ${counted.join('; ') || `status ${status}`}`);
      else spawnSync('pdftoppm', ['-r', '110', '-png', '-singlefile', `${job}.pdf`, job], { cwd: work });
      console.log(
        `${job.padEnd(16)} ${status === 0 ? 'compiled' : 'refused'}, size ${scale.toFixed(2)}${counted.length > 0 ? `, ${counted.length} faults` : ''}`,
      );
    }
  }
  if (values.screenshots !== undefined) {
    await mkdir(values.screenshots, { recursive: true });
    for (const name of await readdir(work)) {
      if (/\.(png|tex)$/.test(name)) await writeFile(join(values.screenshots, name), await readFile(join(work, name)));
    }
  }
} finally {
  await rm(work, { recursive: true, force: true, maxRetries: 5 });
}
for (const fault of faults) console.error(fault);
process.exit(faults.length > 0 ? 1 : 0);
