// A page for each recipe: what it says, what it needs, the file itself.
import { readFile } from 'node:fs/promises';
import { findDataset } from '@mer/datasets';
import { listRecipes, readExperiment } from '@mer/experiments';
import { findModel } from '@mer/models';
import { findStep } from '@mer/representations';
import { code, number, plain, table } from '../markdown.mjs';
import { scoresText } from '../published.mjs';
import { measuredOn, readResults } from '../results.mjs';
import { writePage } from '../site.mjs';

/** The comments at the head of a recipe, one paragraph for each that begins with a word and a colon. */
function remarksOf(yaml) {
  const head = yaml
    .split('\n')
    .filter((line, i, lines) => line.startsWith('#') && lines.slice(0, i).every((before) => before.startsWith('#')))
    .filter((line) => !line.includes('yaml-language-server'))
    .map((line) => line.replace(/^#/, ''));
  const remarks = [];
  for (const line of head) {
    if (remarks.length > 0 && /^ {3}/.test(line)) remarks[remarks.length - 1] += ` ${line.trim()}`;
    else remarks.push(line.trim());
  }
  return remarks.filter(Boolean).map((remark) => `- ${plain(remark.replace(/^([A-Z][^:`]{1,60}):/, '**$1:**'))}`);
}

export async function readRecipes() {
  return Promise.all(
    (await listRecipes()).map(async ({ name, path }) => {
      const experiment = await readExperiment(path);
      const yaml = await readFile(path, 'utf8');
      return { slug: name, name, model: experiment.model.name, experiment, yaml };
    }),
  );
}

export async function writeRecipes(recipes) {
  const measured = await readResults('recipes');
  for (const { slug, experiment, yaml } of recipes) {
    const { description = '', data, model, training, protocol, seeds, inputs, published } = experiment;
    const run = measured.find(({ recipe, status }) => recipe === slug && status === 'done');
    const twin = recipes.find((other) => other.slug === `small/${slug}`);
    const full = slug.startsWith('small/') && recipes.find((other) => `small/${other.slug}` === slug);
    const { needsRoot } = findDataset(data.name);
    const remarks = remarksOf(yaml);
    const steps = inputs.map(({ steps: list }) => list.map((step) => step.step ?? step));
    const representations = [...new Set(steps.flat())].map(String);
    await writePage(
      `reference/recipes/${slug}`,
      { title: slug, description: description.split('. ')[0], source: `packages/experiments/recipes/${slug}.yaml` },
      `# ${slug}`,
      plain(description),
      '```sh\n' +
        `npx mer run ${slug}${needsRoot && slug !== 'quickstart' ? ` --data <folder of ${data.name}>` : ''} --dry-run   # what it would do, in what time and memory\n` +
        `npx mer run ${slug}${needsRoot && slug !== 'quickstart' ? ` --data <folder of ${data.name}>` : ''}\n` +
        '```',
      twin && `Its small twin, for tests and for looking: [${twin.slug}](/reference/recipes/${twin.slug}.md).`,
      full && `The small twin of [${full.slug}](/reference/recipes/${full.slug}.md).`,
      '## What it needs',
      table(
        ['', ''],
        [
          [
            'data set',
            `[${code(data.name)}](/reference/datasets/${data.name}.md)${data.options?.classes ? `, classes ${code(JSON.stringify(data.options.classes))}` : ''}`,
          ],
          [
            'network',
            `[${code(model.name)}](/reference/models/${model.name}.md)${model.preset ? `, preset ${code(model.preset)}` : ''}`,
          ],
          ['steps', representations.map((name) => stepLink(name)).join(', ') || 'the frames themselves'],
          ['protocol', `${code(protocol.name)}, ${seeds.length} seed${seeds.length > 1 ? 's' : ''}`],
          [
            'training',
            `${training.epochs} epochs in batches of ${training.batchSize}, ${code(training.optimizer.name)}, epoch ${code(training.epochChoice)}`,
          ],
          ...(run
            ? [
                [
                  'memory of the process',
                  `${number(run.peak_memory_bytes / 1e6)} MB on ${run.backend}; ${run.strategy}`,
                ],
                ['a step', `${Number(run.seconds_per_step).toFixed(1)} s (${measuredOn([run])})`],
              ]
            : []),
        ],
      ),
      remarks.length > 0 && '## What is the paper’s, and what is not',
      remarks.join('\n'),
      published.length > 0 && '## Published beside it',
      published.map((each) => publishedText(each, model.name)).join('\n'),
      '## The file',
      `\`\`\`yaml\n${yaml.trim()}\n\`\`\``,
      'Every key: [Experiment files](/reference/experiment/index.md).',
    );
  }
}

/** The link to the page of a step. */
const stepLink = (name) =>
  `[${code(name)}](/reference/${findStep(name).kind === 'representation' ? 'representations' : 'steps'}/${name}.md)`;

function publishedText(entry, model) {
  const result = entry.result && findModel(model).results.find(({ id }) => id === entry.result);
  const { source } = { ...result, ...entry };
  const caveat = [result?.caveat, entry.caveat].filter(Boolean).join(' ');
  return `- **${scoresText({ ...result?.scores, ...entry })}**: ${plain(source)}.${caveat ? ` ${plain(caveat)}` : ''}`;
}
