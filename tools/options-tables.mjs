// Writes the options of every part into docs/options.md, between its two markers; needs a build.
//   node tools/options-tables.mjs           writes them
//   node tools/options-tables.mjs --check   exit status 1 where the page is not what would be written
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { readClipOptions, writeRecordingsOptions, writeSyntheticOptions } from '@mer/datasets';
import { experimentParts, experimentSchema } from '@mer/experiments';
import { describeOptions } from '@mer/options';
import { trainingOptions } from '@mer/training';
import { between, tableText } from './markdown-table.mjs';

const page = fileURLToPath(new URL('../docs/options.md', import.meta.url));
const begin = '<!-- options:begin (written by tools/options-tables.mjs) -->';
const end = '<!-- options:end -->';

const { models, steps, datasets, protocols, optimizers, losses, schedules, imageAugmentations, clipAugmentations } =
  experimentParts();
const ofKind = (kind) => steps.filter((step) => step.kind === kind);

const chapters = [
  ['Models', 'Under `model`.', models],
  ['Representations', 'Among the `steps` of an input.', ofKind('representation')],
  ['Steps', 'Among the `steps` of an input, and under `preprocessing`.', ofKind('step')],
  ['Data sets', 'Under `data`.', datasets],
  ['Protocols', 'Under `protocol`.', protocols],
  ['Optimizers', 'Under `training.optimizer`.', optimizers],
  ['Losses', 'Under `training.loss`.', losses],
  ['Schedules', 'Under `training.schedule`.', schedules],
  ['Augmentations of images', 'Under `training.augmentation.images`.', imageAugmentations],
  ['Augmentations of clips', 'Under `training.augmentation.clips`.', clipAugmentations],
];

/** Text as it may stand in a cell. */
const cell = (text) => text.replaceAll('|', '\\|').replaceAll(/\s+/g, ' ');

function optionsTable(entries, { forms = true } = {}) {
  const rows = describeOptions(entries).filter(({ of }) => forms || of === undefined);
  if (rows.length === 0) return 'No options.';
  return tableText(
    ['option', 'must be', 'default', 'meaning'],
    rows.map(({ name, of, expected, default: fallback, required, about }) => [
      of === undefined ? `\`${name}\`` : `\`${name}\` (${of})`,
      cell(expected),
      required ? 'must be given' : fallback === undefined ? '' : `\`${cell(JSON.stringify(fallback))}\``,
      cell(about),
    ]),
  );
}

/** A preset as text: the options that it sets. */
function presetText([name, options]) {
  const set = Object.entries(options).map(([option, value]) => `\`${option}: ${JSON.stringify(value)}\``);
  return `Preset \`${name}\`: ${set.join(', ') || 'the defaults'}.`;
}

function partText({ name, title, paper, options, presets = {} }) {
  const presetLines = Object.entries(presets).map(presetText);
  return [
    `### \`${name}\``,
    `${title}.${paper ? ` Source: ${paper}.` : ''}`,
    ...presetLines,
    optionsTable(options),
  ].join('\n\n');
}

function written() {
  return [
    ...chapters.flatMap(([title, where, parts]) => [`## ${title}`, where, ...parts.map(partText)]),
    '## Reading of clips',
    'Under `data.frames`, and what `readClip` and `readFrames` of `@mer/datasets` take.',
    optionsTable(readClipOptions),
    '## Training',
    'Under `training`, and what `fit` of `@mer/training` takes. An experiment also takes `augmentation.clips`, and `augmentation.test`: `clean` (default) or `mean`, the mean probability over the views of `phases`.',
    // those of each optimizer, loss and schedule stand in its own chapter
    optionsTable(trainingOptions(), { forms: false }),
    '## Sweeps',
    'Under `sweep`: what makes an experiment many runs.',
    optionsTable({ sweep: experimentSchema().entries.sweep }),
    '## Generated data on disk',
    'What `mer synth` takes with `--set`, and `writeSyntheticDataset` of `@mer/datasets`.',
    optionsTable(writeSyntheticOptions),
    'What `mer synth --long` takes, and `writeSyntheticRecordings`.',
    optionsTable(writeRecordingsOptions),
  ].join('\n\n');
}

const old = await readFile(page, 'utf8');
const text = between(old, { begin, end }, written());
if (text === undefined) {
  console.error(`Cannot write the tables as docs/options.md must have the lines ${begin} and ${end}`);
  process.exit(2);
}
if (!process.argv.includes('--check')) await writeFile(page, text);
else if (text !== old) {
  console.error('docs/options.md is not what the parts say: run node tools/options-tables.mjs');
  process.exit(1);
}
