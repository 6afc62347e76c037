import { existsSync, readFileSync } from 'node:fs';
import { useBackend } from '@mer/backends';
import { compareRuns, summarizeRun } from '@mer/experiments';
import { countParameters, createModel, findModel } from '@mer/models';
import { tableText } from '../../tools/markdown-table.mjs';
import { finished } from './finished.mjs';
import { holm } from './holm.mjs';

/** The row that all others are compared with. */
const AGAINST = 'ststnet';
const SCORES = ['uf1', 'uar', 'accuracy'];
const SUBJECTS = 68;

/** The table of the rows that have a whole seed: as CSV and as a page. */
export async function makeTable(rows, results) {
  await useBackend('cpu');
  const states = await Promise.all(rows.map(async (row) => ({ row, ...(await finished(results, row)) })));
  const runs = new Map(states.filter(({ run }) => run).map(({ row, run }) => [row.name, run]));
  // fewer rows than planned are corrected for as many as planned: a p-value does not grow as the table does
  const against = testsOf(rows, runs, ({ name, of }) => (name === AGAINST || of ? undefined : AGAINST));
  const controls = testsOf(rows, runs, ({ of }) => of);
  const lines = states
    .filter(({ run }) => run)
    .map(({ row, run }) => lineOf(row, run, { against: against.get(row.name), control: controls.get(row.name) }));
  const waiting = states
    .filter(({ row, run }) => (run?.manifest.experiment.seeds.length ?? 0) < row.seeds.length)
    .map(({ row, done }) => ({ name: row.name, done, total: SUBJECTS * row.seeds.length }));
  return { csv: csvOf(lines), page: pageOf(lines, waiting, minimaIn(`${results}-minimum.csv`)) };
}

/** Each row compared with the row that `otherOf` names, p-values corrected by Holm over all rows that have one. */
function testsOf(rows, runs, otherOf) {
  const planned = rows.filter(otherOf);
  const tests = planned
    .filter((row) => runs.has(row.name) && runs.has(otherOf(row)))
    .map((row) => [row.name, compareRuns(runs.get(otherOf(row)), runs.get(row.name)).scores.uf1]);
  const corrected = holm(new Map(tests.map(([name, { permutation }]) => [name, permutation.pValue])), planned.length);
  return new Map(
    tests.map(([name, { difference, interval, permutation }]) => [
      name,
      { difference, interval, p: permutation.pValue, corrected: corrected.get(name), among: planned.length },
    ]),
  );
}

const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
const meansOf = (rows) => Object.fromEntries(SCORES.map((score) => [score, mean(rows.map((each) => each[score]))]));

function lineOf(row, run, { against, control }) {
  const summary = summarizeRun(run);
  const { experiment, classes } = run.manifest;
  const all = summary.perSeed.map(({ scores }) => scores[0]);
  const interval = (score) => summary.overSeeds?.[score].interval ?? all[0].intervals?.[score];
  const processor = run.folds.map(({ processorSeconds }) => processorSeconds).filter((value) => value !== undefined);
  return {
    name: row.name,
    of: row.of,
    without: row.without,
    model: experiment.model.name,
    epochs: experiment.training.epochs,
    seeds: summary.seeds,
    planned: row.seeds.length,
    n: summary.n,
    subjects: summary.subjects,
    parameters: parametersOf(experiment.model, classes.length),
    processorMinutes:
      processor.length === run.folds.length ? processor.reduce((sum, value) => sum + value, 0) / 60 : undefined,
    trainingAccuracy: mean(run.folds.map(({ history }) => history.at(-1).accuracy)),
    scores: Object.fromEntries(
      SCORES.map((score) => [
        score,
        { mean: mean(all.map((each) => each[score])), seeds: all.map((each) => each[score]), ...interval(score) },
      ]),
    ),
    sets:
      all.length === 0
        ? []
        : summary.perSeed[0].scores.slice(1).map(({ name, n }, index) => ({
            name,
            n,
            ...meansOf(summary.perSeed.map(({ scores }) => scores[index + 1])),
          })),
    oracle: summary.oracle && meansOf(summary.oracle.perSeed.map(({ scores }) => scores[0])),
    against,
    control,
    guessing: summary.guessing,
    published: summary.published ?? [],
    hardware: `${run.manifest.hardware.cpu}, ${run.manifest.backend.name}`,
    less: row.less,
  };
}

function parametersOf({ name, preset, options }, classes) {
  const model = createModel(name, {
    ...(preset !== undefined && { preset }),
    ...options,
    inputShape: [28, 28, 3],
    classes,
  });
  const { trainable } = countParameters(model);
  model.dispose();
  return trainable;
}

const fixed = (value, places = 4) => value?.toFixed(places) ?? '';

const CSV_COLUMNS = {
  row: ({ name }) => name,
  model: ({ model }) => model,
  parameters: ({ parameters }) => parameters,
  epochs: ({ epochs }) => epochs,
  seeds: ({ seeds }) => seeds.length,
  n: ({ n }) => n,
  subjects: ({ subjects }) => subjects,
  ...Object.fromEntries(
    SCORES.flatMap((score) => [
      [score, ({ scores }) => fixed(scores[score].mean)],
      [`${score}_low`, ({ scores }) => fixed(scores[score].lower)],
      [`${score}_high`, ({ scores }) => fixed(scores[score].upper)],
      [`${score}_of_seeds`, ({ scores }) => scores[score].seeds.map((value) => fixed(value)).join(' ')],
    ]),
  ),
  uf1_of_sets: ({ sets }) => sets.map(({ name, uf1 }) => `${name} ${fixed(uf1)}`).join(' '),
  uar_of_sets: ({ sets }) => sets.map(({ name, uar }) => `${name} ${fixed(uar)}`).join(' '),
  accuracy_of_sets: ({ sets }) => sets.map(({ name, accuracy }) => `${name} ${fixed(accuracy)}`).join(' '),
  oracle_uf1: ({ oracle }) => fixed(oracle?.uf1),
  less_ststnet: ({ against }) => fixed(against?.difference),
  p: ({ against }) => fixed(against?.p),
  p_holm: ({ against }) => fixed(against?.corrected),
  training_accuracy: ({ trainingAccuracy }) => fixed(trainingAccuracy),
  processor_minutes: ({ processorMinutes }) => fixed(processorMinutes, 1),
  on: ({ hardware }) => `"${hardware}"`,
};

function csvOf(lines) {
  const header = Object.keys(CSV_COLUMNS).join(',');
  return `${[header, ...lines.map((line) => Object.values(CSV_COLUMNS).map((of) => of(line)))].join('\n')}\n`;
}

const digits = (value) => value.toFixed(3).replace(/^(-?)0\./, '$1.');
const withInterval = ({ mean, lower, upper }) =>
  lower === undefined ? digits(mean) : `${digits(mean)} [${digits(lower)}, ${digits(upper)}]`;
const cellOf = (text) => String(text).replaceAll('|', '\\|').replaceAll(/\s+/g, ' ');
const table = (header, rows) =>
  tableText(
    header,
    rows.map((cells) => cells.map(cellOf)),
  );
const listed = (title, items) =>
  items.length === 0 ? '' : `\n${title}\n\n${items.map((item) => `- ${item}`).join('\n')}\n`;

const INTRO = `# Many methods on the same clips

Made by \`node benchmarks/megc2019.mjs --table\` from the predictions in \`benchmarks/results/megc2019\`; nothing is typed in by hand.
`;

function pageOf(lines, waiting, minima) {
  const waits = listed(
    'Not finished, and so with fewer seeds above or without a line:',
    waiting.map(({ name, done, total }) => `${name}: ${done} of ${total} folds`),
  );
  if (lines.length === 0) return `${INTRO}${waits}`;
  return [
    INTRO,
    conditions(lines[0], lines),
    main(lines),
    waits,
    standingOut(lines),
    bySet(lines),
    leasts(lines, minima),
    authors(lines),
    controls(lines),
    oracles(lines),
    less(lines),
    published(lines),
  ]
    .filter((part) => part !== '')
    .join('\n')
    .replaceAll(/\n{3,}/g, '\n\n');
}

function conditions({ n, subjects, guessing }, lines) {
  const among = lines.find(({ against }) => against)?.against.among;
  return `**Data**: the ${n} flow images (u, v, strain; 28 x 28; each channel stretched by itself, so direction and size of motion are gone) that the
authors of STSTNet give for the MEGC2019 composite; ${subjects} subjects; 3 classes. **Protocol**: leave one subject out, every clip predicted once by a network that
never saw its subject, pooled over the three sets. **Epoch**: the last; no epoch, threshold or setting was chosen by a score on these images.
**Intervals**: 95 %, BCa expanded for few subjects, of 2,000 draws of subjects; they say nothing of other seeds. **UF1 less STSTNet**
and **p**: over the seeds that both have (of most rows the first alone, so that the difference is not that of the columns); p from permutation of the two methods' names per subject${among === undefined ? ' (not finished: no tests yet)' : `, corrected by Holm for the ${among} rows planned`}. **Minutes**: of one core, a seed, wasm. Runs were begun
on ${machinesOf(lines)} and some went on elsewhere; machines differ by up to two, other work on them makes the minutes more: read them as a magnitude. **Training**: share of the training clips that are right in the last epoch.

A network that is no better than always guessing "${guessing.class}" has UF1 ${digits(guessing.uf1)}, UAR ${digits(guessing.uar)} and accuracy ${digits(guessing.accuracy)}.
`;
}

const machinesOf = (lines) => [...new Set(lines.map(({ hardware }) => hardware.replace(/, wasm$/, '')))].join(', ');

const seedsOf = ({ seeds, planned }) => (seeds.length === planned ? `${planned}` : `${seeds.length} of ${planned}`);

function main(lines) {
  const { guessing } = lines[0];
  return `${table(
    [
      'method',
      'parameters',
      'epochs',
      'seeds',
      'UF1',
      'UAR',
      'accuracy',
      'training',
      'UF1 less STSTNet',
      'p',
      'p (Holm)',
      'minutes',
    ],
    [
      ['guessing', 0, '', '', ...SCORES.map((score) => digits(guessing[score])), '', '', '', '', ''],
      ...lines.map((line) => [
        line.name,
        line.parameters.toLocaleString('en'),
        line.epochs,
        seedsOf(line),
        ...SCORES.map((score) => withInterval(line.scores[score])),
        digits(line.trainingAccuracy),
        line.against ? digits(line.against.difference) : '',
        line.against ? digits(line.against.p) : '',
        line.against ? digits(line.against.corrected) : '',
        line.processorMinutes === undefined ? '' : (line.processorMinutes / line.seeds.length).toFixed(0),
      ]),
    ],
  )}\n`;
}

/** What a reader may not have expected, as far as the numbers say it. */
function standingOut(lines) {
  const rows = lines.filter(({ of }) => !of).toSorted((a, b) => b.scores.uf1.mean - a.scores.uf1.mean);
  const told = ({ name, scores }) => `${name} (${digits(scores.uf1.mean)})`;
  const linear = rows.find(({ name }) => LINEAR.includes(name));
  const networks = rows.filter(({ name }) => !LINEAR.includes(name));
  const above = rows.slice(0, linear && rows.indexOf(linear));
  const other = rows.filter(({ against }) => against?.corrected < 0.05);
  const [most] = rows.filter(({ oracle }) => oracle).toSorted((a, b) => gained(b) - gained(a));
  const range = rows[0].scores.uf1.mean - rows.at(-1).scores.uf1.mean;
  return listed('## What stands out', [
    `The highest UF1 is that of ${told(rows[0])}, the lowest that of ${told(rows.at(-1))}.`,
    ...(linear === undefined || networks.length === 0
      ? []
      : [
          `Of ${networks.length} networks ${above.length === 0 ? 'none is' : `${above.map(told).join(', ')} ${above.length === 1 ? 'is' : 'are'}`} above ${told(linear)}, which is linear in the pixels.`,
        ]),
    `Told apart from STSTNet at .05 after correction: ${other.length === 0 ? 'no row' : other.map(told).join(', ')}.`,
    ...(most === undefined
      ? []
      : [
          `Choosing the epoch on the test subject gains up to ${digits(gained(most))} (${most.name}); from the highest to the lowest row above it is ${digits(range)}.`,
        ]),
  ]);
}

const LINEAR = ['logistic-regression', 'linear-svm'];
const gained = ({ oracle, scores }) => oracle.uf1 - scores.uf1.mean;

function bySet(lines) {
  return `## By data set

UF1 / UAR / accuracy of the clips of each set; the networks are the same.

${table(
  ['method', ...lines[0].sets.map(({ name, n }) => `${name} (n = ${n})`)],
  lines.map((line) => [line.name, ...line.sets.map((set) => SCORES.map((score) => digits(set[score])).join(' / '))]),
)}\n`;
}

/** What minimum.mjs found, by row. */
function minimaIn(path) {
  if (!existsSync(path)) return new Map();
  const [header, ...rows] = readFileSync(path, 'utf8')
    .trim()
    .split('\n')
    .map((line) => line.split(','));
  return new Map(rows.map((cells) => [cells[0], Object.fromEntries(header.map((name, i) => [name, cells[i]]))]));
}

function leasts(lines, minima) {
  const rows = lines.filter(({ name }) => minima.has(name));
  if (rows.length === 0) return '';
  return `## Whether the linear rows were trained long enough

Their losses are convex: each fold was solved again by L-BFGS in float64 (\`benchmarks/megc2019/minimum.mjs\`), and the answers compared with those of the trained row.

${table(
  [
    'method',
    'epochs',
    'UF1',
    'UF1 at the minimum',
    'clips answered otherwise',
    'logits apart, mean',
    'logits apart, most',
  ],
  rows.map(({ name, epochs, scores }) => {
    const least = minima.get(name);
    return [
      name,
      epochs,
      digits(scores.uf1.mean),
      digits(Number(least.uf1_minimum)),
      `${least.other_answers} of ${least.clips}`,
      least.mean_logit_difference,
      least.largest_logit_difference,
    ];
  }),
)}\n`;
}

/** Seeds of the reference beside what its authors' weights give. */
function authors(lines) {
  const line = lines.find(({ name }) => name === AGAINST);
  if (!line) return '';
  const { results } = findModel(line.model);
  return `## STSTNet beside its authors

${table(
  ['run', 'UF1', 'UAR', 'accuracy'],
  [
    ...line.seeds.map((seed, index) => [
      `here, seed ${seed}`,
      ...SCORES.map((score) => fixed(line.scores[score].seeds[index])),
    ]),
    ...results
      .filter(({ id }) => id !== 'megc2019-paper')
      .map(({ scores, source }) => [source, ...SCORES.map((score) => fixed(scores[score]))]),
  ],
)}\n`;
}

function controls(lines) {
  const rows = lines.filter(({ control }) => control);
  if (rows.length === 0) return '';
  return `## With and without what a network is named for

The same network and training with its named module switched off. p as above, corrected by Holm for the ${rows[0].control.among} pairs planned.

${table(
  ['network', 'without', 'UF1 with', 'UF1 without', 'difference', 'p', 'p (Holm)'],
  rows.map(({ of, without, scores, control }) => [
    of,
    without,
    digits(lines.find(({ name }) => name === of).scores.uf1.mean),
    digits(scores.uf1.mean),
    control.interval
      ? `${digits(-control.difference)} [${digits(-control.interval.upper)}, ${digits(-control.interval.lower)}]`
      : digits(-control.difference),
    digits(control.p),
    digits(control.corrected),
  ]),
)}\n`;
}

function oracles(lines) {
  const rows = lines.filter(({ oracle }) => oracle);
  if (rows.length === 0) return '';
  return `## Not comparable: the best epoch on the test subject

What the same runs would be said to have if the epoch were chosen for each subject on the clips that it is then scored on, as the code of several papers does; beside it what its paper
says (below, with caveats).

${table(
  [
    'method',
    'UF1, last epoch',
    'UF1, oracle',
    'UAR, oracle',
    'accuracy, oracle',
    'gained by looking',
    'UF1 of the paper',
  ],
  rows.map((line) => [
    line.name,
    digits(line.scores.uf1.mean),
    ...SCORES.map((score) => digits(line.oracle[score])),
    digits(gained(line)),
    line.published
      .filter(({ source, uf1 }) => uf1 !== undefined && /paper/.test(source))
      .map(({ uf1 }) => digits(uf1))
      .join(' '),
  ]),
)}\n`;
}

const less = (lines) =>
  listed(
    'Less than its recipe has:',
    lines.filter((line) => line.less).map(({ name, less: text }) => `${name}: ${text}`),
  );

function published(lines) {
  const rows = lines
    .filter(({ of }) => !of)
    .flatMap(({ name, published }) =>
      published.map(({ uf1, uar, accuracy, source, caveat }) => [
        name,
        ...[uf1, uar, accuracy].map((score) => (score === undefined ? '' : digits(score))),
        source,
        caveat ?? '',
      ]),
    );
  if (rows.length === 0) return '';
  return `## Published beside it

Other people's numbers, with other flow images, other settings and often an epoch chosen on the test subjects: not to be compared with the table above
without their caveats.

${table(['method', 'UF1', 'UAR', 'accuracy', 'source', 'caveat'], rows)}\n`;
}
