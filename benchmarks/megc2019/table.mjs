import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { compareRuns, readRun, summarizeRun } from '@mer/experiments';
import { createModel, findModel } from '@mer/models';

/** The row that all others are compared with. */
const AGAINST = 'ststnet';
const SCORES = ['uf1', 'uar', 'accuracy'];

/** Writes the table of the rows that have folds, as CSV and as a page. */
export async function writeTable(rows, results, { csv, page }) {
  const runs = [];
  for (const row of rows) {
    const dir = join(results, row.name);
    if (existsSync(join(dir, 'run.json'))) runs.push({ row, run: await readRun(dir) });
  }
  const whole = runs.filter(({ run }) => run.missing.length === 0);
  const reference = whole.find(({ row }) => row.name === AGAINST);
  const others = reference ? whole.filter((each) => each !== reference) : [];
  const tests = new Map(others.map(({ row, run }) => [row.name, compareRuns(reference.run, run)]));
  const corrected = holm(new Map([...tests].map(([name, { scores }]) => [name, scores.uf1.permutation.pValue])));
  const lines = runs.map(({ row, run }) => lineOf(row, run, tests.get(row.name), corrected.get(row.name)));
  await writeFile(csv, csvOf(lines));
  await writeFile(page, pageOf(lines, reference));
}

/** Holm's correction: the largest of the p-values so far, each times the number that are left. */
function holm(values) {
  const sorted = [...values].sort(([, a], [, b]) => a - b);
  let highest = 0;
  return new Map(
    sorted.map(([name, p], index) => {
      highest = Math.max(highest, Math.min(1, p * (sorted.length - index)));
      return [name, highest];
    }),
  );
}

const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

function lineOf(row, run, comparison, corrected) {
  const summary = summarizeRun(run);
  const { experiment, classes } = run.manifest;
  const all = summary.perSeed.map(({ scores }) => scores[0]);
  const model = createModel(experiment.model.name, { ...experiment.model.options, classes: classes.length });
  const parameters = model.trainableWeights.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);
  model.dispose();
  const interval = (score) => summary.overSeeds?.[score].interval ?? all[0].intervals?.[score];
  return {
    name: row.name,
    title: findModel(experiment.model.name).title,
    model: experiment.model.name,
    epochs: experiment.training.epochs,
    seeds: summary.seeds.length,
    folds: summary.folds,
    n: summary.n,
    subjects: summary.subjects,
    parameters,
    minutes: run.folds.reduce((sum, { seconds }) => sum + seconds, 0) / 60,
    scores: Object.fromEntries(
      SCORES.map((score) => [
        score,
        { mean: mean(all.map((each) => each[score])), seeds: all.map((each) => each[score]), ...interval(score) },
      ]),
    ),
    sets: summary.perSeed[0].scores.slice(1).map(({ name, n }, index) => ({
      name,
      n,
      uf1: mean(summary.perSeed.map(({ scores }) => scores[index + 1].uf1)),
      uar: mean(summary.perSeed.map(({ scores }) => scores[index + 1].uar)),
    })),
    oracle: summary.oracle && mean(summary.oracle.perSeed.map(({ scores }) => scores[0].uf1)),
    difference: comparison?.scores.uf1.difference,
    p: comparison?.scores.uf1.permutation.pValue,
    corrected,
    guessing: summary.guessing,
    published: summary.published,
    less: row.less,
  };
}

const CSV_COLUMNS = {
  row: ({ name }) => name,
  model: ({ model }) => model,
  parameters: ({ parameters }) => parameters,
  epochs: ({ epochs }) => epochs,
  seeds: ({ seeds }) => seeds,
  folds: ({ folds }) => `${folds.done}/${folds.total}`,
  n: ({ n }) => n,
  subjects: ({ subjects }) => subjects,
  ...Object.fromEntries(
    SCORES.flatMap((score) => [
      [score, ({ scores }) => scores[score].mean.toFixed(4)],
      [`${score}_low`, ({ scores }) => scores[score].lower?.toFixed(4) ?? ''],
      [`${score}_high`, ({ scores }) => scores[score].upper?.toFixed(4) ?? ''],
      [`${score}_of_seeds`, ({ scores }) => scores[score].seeds.map((value) => value.toFixed(4)).join(' ')],
    ]),
  ),
  uf1_of_sets: ({ sets }) => sets.map(({ name, uf1 }) => `${name} ${uf1.toFixed(4)}`).join(' '),
  oracle_uf1: ({ oracle }) => oracle?.toFixed(4) ?? '',
  against_ststnet: ({ difference }) => difference?.toFixed(4) ?? '',
  p: ({ p }) => p?.toFixed(4) ?? '',
  p_holm: ({ corrected }) => corrected?.toFixed(4) ?? '',
  minutes_of_folds: ({ minutes }) => minutes.toFixed(1),
};

function csvOf(lines) {
  const header = Object.keys(CSV_COLUMNS).join(',');
  return `${[header, ...lines.map((line) => Object.values(CSV_COLUMNS).map((of) => of(line)))].join('\n')}\n`;
}

const digits = (value) => value.toFixed(3).replace(/^0/, '').replace(/^-0/, '-');
const withInterval = ({ mean, lower, upper }) =>
  lower === undefined ? digits(mean) : `${digits(mean)} [${digits(lower)}, ${digits(upper)}]`;
const table = (header, rows) =>
  [header, header.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

function pageOf(lines, reference) {
  const sets = lines[0].sets;
  const guess = lines[0].guessing;
  const ours = table(
    ['method', 'parameters', 'epochs', 'seeds', 'UF1', 'UAR', 'accuracy', 'UF1 less STSTNet', 'p (Holm)', 'minutes'],
    lines.map((line) => [
      line.name,
      line.parameters.toLocaleString('en'),
      line.epochs,
      line.folds.done === line.folds.total
        ? line.seeds
        : `${line.seeds}, ${line.folds.done} of ${line.folds.total} folds`,
      ...SCORES.map((score) => withInterval(line.scores[score])),
      line.difference === undefined ? '' : digits(line.difference),
      line.corrected === undefined ? '' : digits(line.corrected),
      line.minutes.toFixed(0),
    ]),
  );
  const bySet = table(
    ['method', ...sets.map(({ name, n }) => `${name} (n = ${n})`)],
    lines.map((line) => [line.name, ...line.sets.map(({ uf1, uar }) => `${digits(uf1)} / ${digits(uar)}`)]),
  );
  const published = table(
    ['method', 'UF1', 'UAR', 'source', 'caveat'],
    lines
      .filter(({ model }, index, all) => all.findIndex((line) => line.model === model) === index)
      .flatMap(({ name, published = [] }) =>
        published.map(({ uf1, uar, source, caveat }) => [
          name,
          uf1 === undefined ? '' : digits(uf1),
          uar === undefined ? '' : digits(uar),
          source,
          caveat ?? '',
        ]),
      ),
  );
  const less = lines.filter((line) => line.less).map(({ name, less: text }) => `- ${name}: ${text}`);
  return `# Many methods on the same clips

Made by \`node benchmarks/megc2019.mjs --table\` from the predictions in \`benchmarks/results/megc2019\`; nothing is typed in by hand.

**Data**: the ${lines[0].n} flow images (u, v, strain; 28 x 28; each channel stretched by itself, so direction and size of motion are gone) that the
authors of STSTNet give for the MEGC2019 composite; ${lines[0].subjects} subjects; 3 classes. **Protocol**: leave one subject out, every clip predicted once by a network that
never saw its subject, pooled over the three sets. **Epoch**: the last; no epoch, threshold or setting was chosen by a score on these images.
**Intervals**: 95 %, percentiles of 2,000 draws of subjects. **p**: permutation of the two methods' names per subject, UF1 against
STSTNet${reference ? '' : ' (not finished: no tests yet)'}, corrected by Holm for ${Math.max(0, lines.length - 1)} comparisons.

${ours}

Always guessing "${guess.class}": UF1 ${digits(guess.uf1)}, UAR ${digits(guess.uar)}, accuracy ${digits(guess.accuracy)}.

By data set, UF1 / UAR:

${bySet}
${less.length > 0 ? `\nLess than in the papers:\n\n${less.join('\n')}\n` : ''}
## Published beside it

Other people's numbers, with other flow images, other settings and often an epoch chosen on the test subjects: not to be compared with the table above
without their caveats.

${published}
`;
}
