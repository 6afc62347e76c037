// Pages of committed results, drawn by Observable Plot.
import { readFile } from 'node:fs/promises';
import { models } from '@mer/models';
import { axisX, barX, dot, gridX, ruleX, text } from '@observablehq/plot';
import { chart } from '../draw/chart.mjs';
import { writeBoth } from '../draw/themes.mjs';
import { figure, fileLink, number, table } from '../markdown.mjs';
import { inRepository } from '../paths.mjs';
import { resultText } from '../published.mjs';
import { measuredOn, readResults } from '../results.mjs';
import { writePage, writePublic } from '../site.mjs';

const WIDTH = 680;
const FILES = ['models', 'backends', 'recipes', 'representations', 'datasets', 'gpu', 'gpu-gradients', 'runs'];
const download = (name) => fileLink(`${name}.csv`, `/data/${name}.csv`);

async function draw(name, title, optionsOf) {
  await writeBoth(writePublic, `/pictures/results/${name}`, (theme) =>
    chart({ width: WIDTH, ...optionsOf(theme) }, title, theme),
  );
  return figure(`/pictures/results/${name}`, title, { width: WIDTH });
}

/** Bars of one measure, one a row, with the value at their end. */
function bars(rows, { label, log = false, unit = '', digits = 0, reference }) {
  return (theme) => {
    const values = rows.map(({ value }) => value);
    const longest = Math.max(...rows.map(({ name }) => name.length));
    const least = 10 ** Math.floor(Math.log10(Math.min(...values)));
    return {
      height: rows.length * 20 + 58,
      marginLeft: longest * 6.7 + 16,
      marginRight: 62,
      marginTop: 40,
      marginBottom: 8,
      x: log
        ? { type: 'log', domain: [least, Math.max(...values)], label: null }
        : { domain: [0, Math.max(...values)], label: null },
      y: { domain: rows.map(({ name }) => name), label: null, tickSize: 0 },
      marks: [
        gridX({ stroke: theme.grid, strokeOpacity: 1, ticks: 5 }),
        axisX({
          anchor: 'top',
          ticks: 5,
          tickSize: 0,
          color: theme.muted,
          label,
          labelAnchor: 'left',
          ...(log && {
            tickFormat: (value) =>
              /^1e?/.test(value.toExponential()) && value.toExponential().startsWith('1e')
                ? number(value, value < 1 ? Math.ceil(-Math.log10(value)) : 0)
                : '',
          }),
        }),
        barX(rows, {
          x1: log ? () => least : () => 0,
          x2: 'value',
          y: 'name',
          fill: theme.series[0],
          insetTop: 3,
          insetBottom: 3,
        }),
        ...(reference === undefined
          ? []
          : [ruleX([reference], { stroke: theme.series[1], strokeDasharray: '4 3', strokeWidth: 1.5 })]),
        text(rows, {
          x: 'value',
          y: 'name',
          text: ({ value }) => `${number(value, digits)}${unit}`,
          textAnchor: 'start',
          dx: 5,
          fill: theme.ink,
        }),
      ],
    };
  };
}

async function modelCharts() {
  const rows = await readResults('models');
  const single = rows.filter(({ batch, backend, median_ms }) => batch === '1' && backend === 'wasm' && median_ms);
  const by = (column) =>
    single
      .filter((row) => row[column] !== '')
      .map((row) => ({ name: row.model, value: Number(row[column]) }))
      .sort((a, b) => a.value - b.value);
  return [
    '## Inference, one image',
    `Processor time of one image at the published size on wasm, one thread (${measuredOn(single)}). ${download('models')}`,
    await draw(
      'inference',
      'Milliseconds of processor time for one image, by network',
      bars(by('cpu_ms'), { label: 'ms of processor time (logarithmic)', log: true, digits: 1 }),
    ),
    '### Beside onnxruntime-web and PyTorch',
    'The time here by the time there. Left of the line: faster here. Both run on the processor; PyTorch uses AVX-512, which WebAssembly has not.',
    await draw('beside', 'Time here by the time of onnxruntime-web and of PyTorch, by network', (theme) => {
      const points = single.flatMap((row) =>
        [
          ['onnxruntime-web (wasm)', row.onnx_cpu_ratio],
          ['PyTorch', row.cpu_ratio],
        ]
          .filter(([, ratio]) => ratio !== '')
          .map(([beside, ratio]) => ({ name: row.model, beside, ratio: Number(ratio) })),
      );
      return {
        height: single.length * 20 + 64,
        marginLeft: 120,
        marginTop: 40,
        marginRight: 20,
        x: { type: 'log', domain: [0.1, 5], label: null },
        y: { domain: single.map(({ model }) => model), label: null, tickSize: 0 },
        color: { domain: ['onnxruntime-web (wasm)', 'PyTorch'], range: [theme.series[0], theme.series[1]] },
        marks: [
          gridX({ stroke: theme.grid, strokeOpacity: 1, ticks: [0.1, 0.2, 0.5, 1, 2, 5] }),
          axisX({
            anchor: 'top',
            ticks: [0.1, 0.2, 0.5, 1, 2, 5],
            tickFormat: String,
            tickSize: 0,
            color: theme.muted,
            label: 'time here by the time there (logarithmic); blue: onnxruntime-web, orange: PyTorch',
            labelAnchor: 'left',
          }),
          ruleX([1], { stroke: theme.ink }),
          dot(points, {
            x: 'ratio',
            y: 'name',
            fill: 'beside',
            r: 5,
            symbol: ({ beside }) => (beside === 'PyTorch' ? 'square' : 'circle'),
          }),
        ],
        symbol: { domain: ['circle', 'square'], range: ['circle', 'square'] },
      };
    }),
  ];
}

async function trainingCharts() {
  const rows = (await readResults('recipes')).filter(({ status }) => status === 'done');
  const byMemory = rows
    .map((row) => ({ name: row.recipe, value: Number(row.peak_memory_bytes) / 1e6 }))
    .sort((a, b) => a.value - b.value);
  const steps = (await readResults('backends')).filter(
    ({ phase, ratio_to_torch }) => phase === 'train' && ratio_to_torch !== '',
  );
  const own = steps
    .filter(({ backend }) => backend === 'wasm')
    .map((row) => ({
      name: `${row.workload}, batch ${row.batch}`,
      value: Number(row.cpu_ratio_to_avx2 || row.cpu_ratio_to_torch),
    }));
  return [
    '## Training',
    `Processor time of a training step on wasm by that of PyTorch held to AVX2, one thread each (${measuredOn(steps)}). ${download('backends')}`,
    await draw(
      'steps',
      'Time of a training step by that of PyTorch, by network',
      bars(own, {
        label: 'time here by the time of PyTorch with AVX2; at the line: the same',
        digits: 2,
        reference: 1,
      }),
    ),
    '### Memory of every full-size recipe',
    `What the process held in three whole batches of each recipe at its own sizes and the test of a fold (${measuredOn(rows)}): [how it was measured](/full-size.md). ${download('recipes')}`,
    await draw('memory', 'Memory of the process in MB, by recipe', bars(byMemory, { label: 'MB', unit: ' MB' })),
  ];
}

/** Our own runs, the mean over their seeds. */
async function ownRuns() {
  const rows = await readResults('runs');
  const groups = new Map();
  for (const row of rows) {
    const key = `${row.run} ${row.choice} ${row.pooling}`;
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  const mean = (group, key) => group.reduce((sum, row) => sum + Number(row[key]), 0) / group.length;
  const lines = [...groups.values()].map((group) => ({
    ...group[0],
    seeds: group.length,
    ...Object.fromEntries(['uf1', 'uar', 'accuracy'].map((key) => [key, mean(group, key)])),
  }));
  const about = new Map(rows.map((row) => [row.run, row.about]));
  return [
    '## Our own runs',
    `On generated clips, as no data set may be passed on: they show what the machinery does, and nothing about faces. \`npm run bench -- runs\` makes them; means over the seeds (${measuredOn(rows)}). What they teach: [evaluating without leaks](/guides/evaluating.md). ${download('runs')}`,
    [...about].map(([run, words]) => `- **${run}**: ${words}`).join('\n'),
    await draw('runs', 'UF1 of our own runs, by choice of the epoch', (theme) => {
      const shown = lines.filter(({ pooling }) => pooling === 'pooled');
      return {
        height: about.size * 34 + 64,
        marginLeft: 130,
        marginTop: 40,
        marginRight: 20,
        x: { domain: [0, 1], label: null },
        y: { domain: [...about.keys()], label: null, tickSize: 0 },
        color: { domain: ['last', 'oracle'], range: [theme.series[0], theme.series[1]] },
        symbol: { domain: ['last', 'oracle'], range: ['circle', 'times'] },
        marks: [
          gridX({ stroke: theme.grid, strokeOpacity: 1 }),
          axisX({
            anchor: 'top',
            tickSize: 0,
            color: theme.muted,
            label:
              'UF1, pooled; dot: the last epoch, cross: the epoch that was best on the test subject (not comparable)',
            labelAnchor: 'left',
          }),
          dot(shown, {
            x: 'uf1',
            y: 'run',
            stroke: 'choice',
            fill: ({ choice }) => (choice === 'last' ? theme.series[0] : 'none'),
            r: 5,
            symbol: 'choice',
            strokeWidth: 2,
          }),
        ],
      };
    }),
    table(
      ['run', 'epoch', 'scores over', 'n', 'subjects', 'classes', 'seeds', 'UF1', 'UAR', 'accuracy'],
      lines.map((row) => [
        row.run,
        row.choice === 'oracle' ? 'oracle (not comparable)' : row.choice,
        row.pooling === 'pooled' ? 'pooled predictions' : 'the mean of folds',
        row.n,
        row.subjects,
        row.classes,
        row.seeds,
        ...['uf1', 'uar', 'accuracy'].map((key) => number(row[key], 3)),
      ]),
      { right: [3, 4, 5, 6, 7, 8, 9] },
    ),
  ];
}

/** Writes the pages; gives pictures that other pages show. */
export async function writeMeasurements() {
  for (const name of FILES)
    await writePublic(`/data/${name}.csv`, await readFile(inRepository(`benchmarks/results/${name}.csv`)));
  await writePage(
    'measurements',
    { title: 'Speed and memory', description: 'Benchmarks of inference and training, from the committed files' },
    '# Speed and memory',
    'Drawn from the files in `benchmarks/results` when these pages are built; nothing is typed in by hand. [Benchmarks](/benchmarks.md) says what every column means and how to measure on your machine.',
    ...(await modelCharts()),
    ...(await trainingCharts()),
    '## All files',
    FILES.map((name) => `- ${download(name)}`).join('\n'),
  );
  const runs = await ownRuns();
  const networks = Object.values(models).filter(({ results }) => results.length > 0);
  const faces = networks.flatMap(({ name, results }) =>
    results.flatMap(({ id, scores }) =>
      scores.uf1 === undefined ? [] : [{ name: `${name}: ${id}`, value: scores.uf1 }],
    ),
  );
  await writePage(
    'results',
    { title: 'Results', description: 'Published results of the networks, and our own runs' },
    '# Results',
    ...runs,
    '## Published results',
    'What papers and authors report for the networks that mer has, as `mer models <name>` prints it. They cannot be compared: data sets, classes, protocols and, above all, the way the epoch was chosen differ, and most papers do not say.',
    await draw(
      'published',
      'Published UF1, by network and result',
      bars(
        faces.sort((a, b) => b.value - a.value),
        { label: 'UF1 as published', digits: 3 },
      ),
    ),
    ...networks.flatMap(({ name, results }) => [
      `### [${name}](/reference/models/${name}.md)`,
      results.map(resultText).join('\n'),
    ]),
  );
  return { runs: runs.find((piece) => piece.startsWith('<img')) };
}
