// Writes the table of every recipe into docs/recipes.md, between its two markers; needs a build.
//   node tools/recipes-table.mjs           writes it
//   node tools/recipes-table.mjs --check   exit status 1 where the page is not what would be written
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { findDataset } from '@mer/datasets';
import { openSweep, readExperiment } from '@mer/experiments';
import { checkOptions } from '@mer/options';
import { between, tableText } from './markdown-table.mjs';

const recipes = fileURLToPath(new URL('../packages/experiments/recipes/', import.meta.url));
const page = fileURLToPath(new URL('../docs/recipes.md', import.meta.url));
const begin = '<!-- recipes:begin (written by tools/recipes-table.mjs) -->';
const end = '<!-- recipes:end -->';

/** Foot notes by their text, in order of appearance. */
const notes = new Map();
const noteOf = (text) => notes.get(text) ?? notes.set(text, notes.size + 1).get(text);

const protocols = {
  'leave-one-subject-out': () => 'LOSO',
  'leave-one-dataset-out': () => 'leave one data set out',
  'group-k-fold': ({ folds }) => `${folds} folds`,
  'hold-out': ({ fraction }) => `hold-out ${fraction}`,
};

/** Classes and n of the releases, as far as the data set's schemes say. */
function sizeOf({ name, options }) {
  const definition = findDataset(name);
  const resolved = checkOptions(`open ${name}`, definition.options, options);
  const { schemes } = definition.traits;
  // a generated set has what its options say
  if (!schemes) return [resolved.classes.length, `${resolved.subjects * resolved.clipsPerSubject}`];
  // which action units, and how many clips say them, depends on the workbook
  if (resolved.classes?.name === 'action-units') return [`${resolved.classes.units.length || ''} action units`, ''];
  const { classes, expected = [], labelKind } = schemes[resolved.classes ?? Object.keys(schemes)[0]];
  const counts = expected.filter(({ release }) => resolved.part === undefined || release === resolved.part);
  const count = Object.keys(classes).length;
  return [labelKind === 'multiple' ? `${count} labels` : count, [...new Set(counts.map(({ n }) => n))].join(' or ')];
}

const names = [
  ['accuracy', 'accuracy'],
  ['uf1', 'UF1'],
  ['uar', 'UAR'],
];

function publishedText(published) {
  return published
    .map((entry) => {
      const scores = names.flatMap(([key, label]) =>
        entry[key] === undefined ? [] : [`${label} ${entry[key].toFixed(4)}`],
      );
      const note = noteOf(`${entry.source}.${entry.caveat ? ` ${entry.caveat}` : ''}`);
      return `${scores.join(', ')} [${note}](#note-${note})`;
    })
    .join('; ');
}

async function rowOf(file) {
  const { description = '', data, model, training, protocol, published } = await readExperiment(recipes + file);
  const paper = /^(.+?) \(/.exec(description)?.[1] ?? description;
  const [classes, n] = sizeOf(data);
  const epochs = `${training.epochChoice}${training.oracle ? ' + oracle' : ''}`;
  return [
    `[${file.replace(/\.yaml$/, '')}](../packages/experiments/recipes/${file})`,
    file.startsWith('small/')
      ? ''
      : file.startsWith('baseline-')
        ? 'none: a baseline'
        : /^(units|labels)-/.test(file)
          ? 'none: any number of labels'
          : paper,
    model.name,
    findDataset(data.name).title.split(/[:;]| as /)[0],
    classes,
    n,
    `${protocols[protocol.name](protocol)}, ${epochs}`,
    publishedText(published),
  ];
}

async function written() {
  const files = (await readdir(recipes, { recursive: true })).map((path) => path.replaceAll('\\', '/')).sort();
  const rows = [];
  // the quickstart and the first steps are no paper's
  for (const file of files) {
    if (file.endsWith('.yaml') && !/^(quickstart|first-steps|sweeps\/)/.test(file)) rows.push(await rowOf(file));
  }
  const head = ['recipe', 'paper', 'network', 'data set', 'classes', 'n', 'protocol, epoch', 'published'];
  const papers = rows.filter(([file]) => !file.includes('/small/'));
  const small = rows.filter(([file]) => file.includes('/small/'));
  const without = (columns, row) => row.filter((_, i) => !columns.includes(i));
  return [
    tableText(head, papers),
    '',
    'Where the published numbers come from, and what keeps them from being compared:',
    '',
    ...[...notes].map(([text, number]) => `${number}. <a id="note-${number}"></a>${text}`),
    '',
    '### Sweeps',
    '',
    'The comparisons of papers, each as one file; `mer run <recipe> --dry-run` says what every cell would cost.',
    '',
    tableText(['recipe', 'what', 'data set', 'cells'], await sweepRows(files)),
    '',
    '### Small twins',
    '',
    tableText(
      without([1, 3, 7], head),
      small.map((row) => without([1, 3, 7], row)),
    ),
  ].join('\n');
}

/** Of each sweep its cells by name. */
async function sweepRows(files) {
  const rows = [];
  for (const file of files.filter((each) => /^sweeps\/.*\.yaml$/.test(each))) {
    const { cells, description } = await openSweep(recipes + file);
    const [, paper] = /^Sweep of \d+ cells: (.*?),? on [A-Z]/s.exec(description.replaceAll(/\s+/g, ' ')) ?? [];
    rows.push([
      `[${file.replace(/\.yaml$/, '')}](../packages/experiments/recipes/${file})`,
      paper ?? description,
      findDataset(cells[0].experiment.data.name).title.split(/[:;]| as /)[0],
      cells.map(({ name }) => `\`${name}\``).join(', '),
    ]);
  }
  return rows;
}

const old = await readFile(page, 'utf8');
const text = between(old, { begin, end }, await written());
if (text === undefined) {
  console.error(`Cannot write the table as docs/recipes.md must have the lines ${begin} and ${end}`);
  process.exit(2);
}
if (!process.argv.includes('--check')) await writeFile(page, text);
else if (text !== old) {
  console.error('docs/recipes.md is not what the recipes say: run node tools/recipes-table.mjs');
  process.exit(1);
}
