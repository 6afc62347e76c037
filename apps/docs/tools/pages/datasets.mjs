// A page for each data set, from its definition.
import { datasets } from '@mer/datasets';
import { code, number, optionsTable, plain, table } from '../markdown.mjs';
import { writePage } from '../site.mjs';

/** Sections of docs/datasets.md, where the adapter's section has another name. */
const SECTIONS = {
  casme2: 'casme-ii',
  samm: 'samm',
  smic: 'smic',
  mmew: 'mmew',
  'cas-me2': 'casme2',
  'cas-me3': 'casme3',
  casme1: 'casme',
  megc2019: 'megc2019',
  composite: 'megc2019',
  'megc2019-flow': 'flow-images',
  'clip-folder': 'your-own-clips',
  synthetic: 'a-synthetic-data-set',
};

function schemesTable(schemes) {
  return Object.entries(schemes).flatMap(([name, { title, classes, expected = [] }]) => [
    `### ${code(name)}`,
    `${plain(title)}.`,
    table(
      ['class', 'labels', ...expected.map(({ release, n }) => `${release ?? 'clips'}: n = ${n}`)],
      Object.entries(classes).map(([each, labels], i) => [
        each,
        labels.join(', '),
        ...expected.map(({ perClass }) => perClass?.[i] ?? ''),
      ]),
      { right: expected.map((_, i) => i + 2) },
    ),
  ]);
}

function correctionsTable(corrections) {
  return table(
    ['clip', 'field', 'in the release', 'read as', 'why', 'source'],
    corrections.map(({ key, field, wrong, right, reason, source }) => [
      code(key),
      field,
      wrong || 'empty',
      right || 'unknown',
      reason,
      source,
    ]),
  );
}

export async function writeDatasets() {
  const rows = [];
  for (const { name, title, paper, samples, needsRoot, options, traits } of Object.values(datasets)) {
    const section = SECTIONS[name] && `/datasets.md#${SECTIONS[name]}`;
    const { schemes, corrections = [], fps, apex } = traits;
    rows.push([
      `[${code(name)}](/reference/datasets/${name}.md)`,
      title,
      samples,
      fps ?? '',
      schemes ? Object.keys(schemes).map(code).join(', ') : '',
    ]);
    await writePage(
      `reference/datasets/${name}`,
      { title: name, description: title },
      `# ${plain(title)}`,
      paper ? `${plain(paper)}.` : false,
      section && `How to get it, the folder tree and what to know: [Data sets](${section}).`,
      [
        `- Samples are ${samples === 'images' ? 'images' : 'clips'}`,
        `- ${needsRoot ? 'Read from a folder that you have' : 'Needs no folder'}`,
        fps && `- ${number(fps)} frames per second`,
        traits.actionUnits &&
          '- Action units are annotated: `classes: action-units` makes [labels of them](/guides/several-labels.md), any number of a clip',
        apex !== undefined && `- ${apex ? 'Apexes are annotated' : 'No apex is annotated'}`,
      ]
        .filter(Boolean)
        .join('\n'),
      `\`\`\`sh\nnpx mer datasets inspect ${name}${needsRoot ? ' <folder>' : ''}    # counts, and everything missing, damaged or corrected\n\`\`\``,
      `\`\`\`yaml\ndata: { name: ${name}${needsRoot ? ', root: <folder>' : ''} } # in an experiment\n\`\`\``,
      schemes && '## Classes',
      ...(schemes ? schemesTable(schemes) : []),
      corrections.length > 0 && '## Corrections',
      corrections.length > 0 &&
        'Known errors of the release that are put right, each with a line that says so (`corrections: false` leaves them).',
      corrections.length > 0 && correctionsTable(corrections),
      '## Options',
      'Under `data.options` in an experiment, behind `--set` on the command line.',
      optionsTable(options),
    );
  }
  await writePage(
    'reference/datasets/index',
    { title: 'Data sets', description: 'The data sets that mer reads' },
    '# Data sets',
    'mer contains no data set: [Data sets](/datasets.md) says whom to ask for each, and where its files go.',
    table(['name', 'data set', 'samples', 'frames per second', 'class schemes'], rows),
  );
  return Object.keys(datasets);
}
