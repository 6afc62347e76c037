// A page for each data set: its text in docs/datasets/, and what its definition says.
import { datasets } from '@mer/datasets';
import { code, number, optionsTable, plain, table } from '../markdown.mjs';
import { writePage } from '../site.mjs';
import { readProse } from './prose.mjs';

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

const samplesText = {
  images: 'Samples are images',
  clips: 'Samples are clips',
  recordings: 'Samples are whole recordings, with the expressions in them',
};

export async function writeDatasets() {
  const rows = [];
  for (const { name, title, paper, samples, needsRoot, options, traits } of Object.values(datasets)) {
    const text = `docs/datasets/${name}.md`;
    const prose = await readProse(text);
    const { schemes, corrections = [], fps, apex, longest } = traits;
    rows.push([
      `[${code(name)}](/reference/datasets/${name}.md)`,
      title,
      samples,
      fps ?? '',
      schemes ? Object.keys(schemes).map(code).join(', ') : '',
    ]);
    await writePage(
      `reference/datasets/${name}`,
      { title: prose.title, description: prose.description, source: text, edit: true },
      `# ${plain(prose.title)}`,
      paper ? `${plain(title)}. ${plain(paper)}.` : `${plain(title)}.`,
      [
        `- ${samplesText[samples]}`,
        `- ${needsRoot ? 'Read from a folder that you have' : 'Needs no folder'}`,
        fps && `- ${number(fps)} frames per second`,
        traits.actionUnits &&
          '- Action units are annotated: `classes: action-units` makes [labels of them](/guides/several-labels.md), any number of a clip',
        apex !== undefined && `- ${apex ? 'Apexes are annotated' : 'No apex is annotated'}`,
        longest && `- Clips of at most ${number(longest)} frames from onset to offset`,
      ]
        .filter(Boolean)
        .join('\n'),
      prose.body,
      samples !== 'recordings' &&
        `\`\`\`yaml\ndata: { name: ${name}${needsRoot ? ', root: <folder>' : ''} } # in an experiment\n\`\`\``,
      samples === 'recordings' &&
        `\`\`\`ts\nimport { openRecordings } from '@mer/datasets';\n\nconst { samples, openRecording } = await openRecordings('${name}', { root: '<folder>' });\n\`\`\``,
      schemes && '## Classes',
      ...(schemes ? schemesTable(schemes) : []),
      corrections.length > 0 && '## Corrections',
      corrections.length > 0 &&
        'Known errors of the release that are put right, each with a line that says so (`corrections: false` leaves them).',
      corrections.length > 0 && correctionsTable(corrections),
      '## Options',
      samples === 'recordings'
        ? 'Beside `root` in `openRecordings`, behind `--set` on the command line.'
        : 'Under `data.options` in an experiment, behind `--set` on the command line.',
      optionsTable(options),
    );
  }
  await writePage(
    'reference/datasets/index',
    { title: 'Data sets', description: 'The data sets that mer reads' },
    '# Data sets',
    'mer contains no data set. Each page says whom to ask, where the files go and how they are read; [Data sets](/datasets.md) says what holds for all.',
    table(['name', 'data set', 'samples', 'frames per second', 'class schemes'], rows),
  );
  return Object.keys(datasets);
}
