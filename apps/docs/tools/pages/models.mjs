// A page for each network, from its definition, its layers and what was measured.
import { rehearse, useBackend } from '@mer/backends';
import { createModel, layerTable, models } from '@mer/models';
import { commentOf } from '../api.mjs';
import { layOut, networkPicture } from '../draw/network.mjs';
import { writeBoth } from '../draw/themes.mjs';
import { code, figure, number, optionsTable, plain, table } from '../markdown.mjs';
import { resultText } from '../published.mjs';
import { measuredOn, readResults } from '../results.mjs';
import { sourceLink, writePage, writePublic } from '../site.mjs';

const ORIGINS = {
  'authors-code': "Layers and names are those of the authors' code.",
  torchvision: 'Layers and names are those of torchvision.',
  abstract: 'Made from the paper as far as it was readable: no code of the authors is public.',
  own: 'From no code of others.',
};
/** Layers of a network, without memory for its weights. */
function layersOf(name, options) {
  let rows;
  rehearse(() => {
    rows = layerTable(createModel(name, options));
  });
  return rows;
}

const shapeText = (shape) => shape.map((side) => side ?? '?').join(' × ');
const sum = (rows, key) => rows.reduce((total, row) => total + row[key], 0);

function inputsTable({ inputs }) {
  return table(
    ['input', 'shape', 'representations that suit it', 'values'],
    inputs.map(({ name, shape, representations, values }) => [
      code(name),
      shapeText(shape),
      representations.map((each) => `[${code(each)}](/reference/representations/${each}.md)`).join(', ') || 'any',
      values,
    ]),
  );
}

function published(results) {
  if (results.length === 0) return ['None that is known here for faces.'];
  return [
    'Read the caveats: few of these numbers can be compared with each other, or with yours. An experiment prints one beside its own scores where it says `published: [{ result: <id> }]`.',
    results.map(resultText).join('\n'),
  ];
}

function measured(name, inference, recipes) {
  const own = inference.filter(({ model, backend }) => model === name && backend === 'wasm');
  const trained = recipes.filter(({ model, status }) => model === name && status === 'done');
  const pieces = [];
  if (own.length > 0) {
    pieces.push(
      `Inference on wasm, one thread, medians (${measuredOn(own)}); the last columns are times by those of the others, below 1 where wasm is faster.`,
      table(
        ['input', 'images', 'ms', 'processor ms', 'by PyTorch', 'by onnxruntime-web'],
        own.map((row) => [
          row.input.replaceAll('x', ' × '),
          row.batch,
          row.median_ms,
          row.cpu_ms,
          row.cpu_ratio,
          row.onnx_cpu_ratio,
        ]),
        { right: [1, 2, 3, 4, 5] },
      ),
    );
  }
  if (trained.length > 0) {
    pieces.push(
      `A training step on wasm, at the sizes of each recipe (${measuredOn(trained)}).`,
      table(
        ['recipe', 'batch', 'memory of the process, MB', 'seconds a step', 'how it keeps to its memory'],
        trained.map((row) => [
          `[${row.recipe}](/reference/recipes/${row.recipe}.md)`,
          row.batch,
          number(row.peak_memory_bytes / 1e6),
          Number(row.seconds_per_step).toFixed(1),
          row.strategy,
        ]),
        { right: [1, 2, 3] },
      ),
    );
  }
  return pieces.length > 0
    ? [...pieces, 'What the numbers mean: [benchmarks](/benchmarks.md).']
    : ['Not measured: no benchmark and no recipe of full size has it.'];
}

export async function writeModels(api, recipes) {
  await useBackend('wasm');
  const [inference, training] = await Promise.all([readResults('models'), readResults('recipes')]);
  const functions = [...api.keys()].filter((path) => path.startsWith('models/functions/create'));
  const rows = [];
  for (const definition of Object.values(models)) {
    const { name, title, paper, origin, ours, parameters, presets, options, results } = definition;
    const own = { ...(parameters && { classes: parameters.classes }) };
    const layers = layersOf(name, own);
    const graph = layOut(layers);
    await writeBoth(writePublic, `/pictures/models/${name}`, (theme) =>
      networkPicture(graph, `Layers of ${title}`, theme),
    );
    const creator = functions.find(
      (path) => path.split('/').at(-1).toLowerCase() === `create${name.replaceAll('-', '')}`,
    );
    const comment = creator && commentOf(api, creator);
    const used = recipes.filter((recipe) => recipe.model === name);
    const small = presets.small && sum(layersOf(name, { preset: 'small', ...own }), 'trainable');
    rows.push([
      `[${code(name)}](/reference/models/${name}.md)`,
      title,
      paper?.match(/arXiv [\d.]+\d/)?.[0] ?? '',
      definition.inputs.map((input) => `${input.name} ${shapeText(input.shape)}`).join(', '),
      number(sum(layers, 'trainable')),
      small === undefined ? '' : number(small),
    ]);
    await writePage(
      `reference/models/${name}`,
      { title: name, description: title, source: comment?.source?.split(':')[0] },
      `# ${plain(title)}`,
      paper ? `${plain(paper)}.` : 'From no paper.',
      `**What is whose.** ${ORIGINS[origin]}${ours ? ` Ours: ${plain(ours)}` : ''}`,
      '## Inputs',
      inputsTable(definition),
      comment && '## In words',
      comment?.words,
      comment?.reference,
      '## Use',
      comment?.example,
      `In an experiment:\n\n\`\`\`yaml\nmodel: { name: ${name} }\n\`\`\``,
      comment &&
        `[\`${creator.split('/').at(-1)}\`](${comment.link}) in the API${comment.source ? `; source: ${sourceLink(comment.source.split(':')[0])}` : ''}.`,
      '## Options',
      optionsTable(options),
      Object.keys(presets).length > 0 && '### Presets',
      ...Object.entries(presets).map(([preset, given]) => {
        const set = Object.entries(given).map(([key, value]) => code(`${key}: ${JSON.stringify(value)}`));
        return `${code(preset)}: ${set.join(', ') || 'the default options'}${preset === 'small' ? `; ${number(small)} parameters` : ''}.`;
      }),
      '## Layers',
      `${number(sum(layers, 'trainable'))} trainable parameters with ${parameters?.classes ?? 'the default'} classes, and ${number(sum(layers, 'fixed'))} running statistics and other fixed numbers, in ${layers.length} layers. The picture joins layers by their names; numbers are trainable parameters, then the shape that goes out.`,
      figure(
        `/pictures/models/${name}`,
        `The layers of ${title} from its inputs to the logits; the table below has the same`,
        { width: Math.round(graph.graph().width) },
      ),
      `<details>\n<summary>All ${layers.length} layers as a table</summary>\n\n${table(
        ['layer', 'kind', 'output', 'parameters'],
        layers.map((row) => [code(row.name), row.type, shapeText(row.shape), number(row.trainable)]),
        { right: [3] },
      )
        .replaceAll(/ {2,}/g, ' ')
        .replaceAll(/-{4,}/g, '---')}\n\n</details>`,
      '## Published results',
      ...published(results),
      '## Memory and speed',
      ...measured(name, inference, training),
      used.length > 0 && '## Recipes',
      used.length > 0 && used.map((recipe) => `- [${recipe.name}](/reference/recipes/${recipe.slug}.md)`).join('\n'),
    );
  }
  await writePage(
    'reference/models/index',
    { title: 'Models', description: 'The networks of @mer/models' },
    '# Models',
    'Every network is a `tf.LayersModel` that takes images `[batch, height, width, channels]` and gives logits `[batch, classes]`. `mer models` prints this list, `mer models <name>` one of them; [@mer/models](/packages/models.md) says how to use them, and [a network of your own](/start/network-maker.md) how to add one.',
    table(['name', 'network', 'paper', 'inputs', 'parameters', 'of preset small'], rows, { right: [4, 5] }),
  );
  return Object.keys(models);
}
