// A page for each key of an experiment file, from its JSON Schema.
import { experimentJsonSchema, experimentParts } from '@mer/experiments';
import { code, plain, table } from '../markdown.mjs';
import { writePage } from '../site.mjs';

/** What a value must be, in words. */
function typeText(schema) {
  const { const: constant, enum: values, anyOf, type, items, prefixItems, pattern } = schema;
  if (constant !== undefined) return code(JSON.stringify(constant));
  if (values) return `one of ${values.map(code).join(', ')}`;
  if (anyOf) {
    if (namesOf(schema)) return 'a name, or `{ name, … }`';
    return [...new Set(anyOf.map(typeText))].join(', or ');
  }
  if (type === 'array') return prefixItems ? `[${prefixItems.map(typeText).join(', ')}]` : `a list: ${typeText(items)}`;
  if (type === 'object') return 'an object';
  if (type === 'boolean') return '`true` or `false`';
  if (type === 'string') return pattern ? `a text that matches ${code(pattern)}` : 'a text';
  if (type !== 'number' && type !== 'integer') return 'anything';
  return [type === 'integer' ? 'an integer' : 'a number', rangeText(schema)].filter(Boolean).join(' ');
}

function rangeText({ minimum, maximum, exclusiveMinimum, exclusiveMaximum }) {
  return [
    minimum !== undefined && `of at least ${minimum}`,
    exclusiveMinimum !== undefined && `above ${exclusiveMinimum}`,
    maximum !== undefined && `of at most ${maximum}`,
    exclusiveMaximum !== undefined && `below ${exclusiveMaximum}`,
  ]
    .filter(Boolean)
    .join(' and ');
}

/** Names of the parts of which a value is one, where it is one of several by `name` or `step`. */
function namesOf({ anyOf }) {
  const forms = anyOf?.flatMap((form) => form.anyOf ?? [form]).filter(({ type }) => type === 'object');
  const names = forms?.map(({ properties }) => (properties?.name ?? properties?.step)?.const);
  return names?.length > 0 && names.every((name) => name !== undefined) ? names : undefined;
}

/** Rows of a value and of everything inside it, but for options of parts, which have pages of their own. */
function rowsOf(schema, path) {
  if (schema.type === 'object' && schema.properties) {
    return Object.entries(schema.properties).flatMap(([key, inner]) => {
      const name = `${path}.${key}`;
      return [[name, inner], ...rowsOf(inner, name)];
    });
  }
  if (schema.type === 'array' && schema.items) return rowsOf(schema.items, `${path}[]`);
  if (!schema.anyOf) return [];
  const forms = schema.anyOf.flatMap((form) => form.anyOf ?? [form]).filter(({ type }) => type === 'object');
  if (!namesOf(schema)) return forms.flatMap((form) => rowsOf(form, path));
  // what every form has: name, preset, root and so on
  const [first, ...others] = forms;
  return Object.entries(first.properties)
    .filter(([key, { description = '' }]) =>
      others.every(({ properties }) => properties[key] && (properties[key].description ?? '') === description),
    )
    .flatMap(([key, inner]) => {
      const name = `${path}.${key}`;
      if (key === 'name' || key === 'step') return [[name, { enum: namesOf(schema), description: 'Which part.' }]];
      return [[name, inner], ...(key === 'options' ? [] : rowsOf(inner, name))];
    });
}

const CHAPTERS = {
  data: 'Options of each data set: [Data sets](/reference/datasets/index.md).',
  preprocessing:
    'Options of each: [Steps](/reference/steps/index.md), [Representations](/reference/representations/index.md).',
  inputs:
    'Options of each: [Representations](/reference/representations/index.md), [Steps](/reference/steps/index.md).',
  targets:
    'Options of each: [Representations](/reference/representations/index.md), [Steps](/reference/steps/index.md).',
  model:
    'Options of each network: [Models](/reference/models/index.md). `classes`, `inputShape` and `seed` follow from the rest of the file.',
  training:
    'Options of each part: [losses](/reference/training/losses.md), [optimizers](/reference/training/optimizers.md), [schedules](/reference/training/schedules.md), augmentations of [images](/reference/training/image-augmentations.md) and [clips](/reference/training/clip-augmentations.md).',
  protocol: 'Options of each: [Protocols](/reference/training/protocols.md).',
  published: 'The ids of each network: [Models](/reference/models/index.md).',
};

const fallbackText = (schema) => (schema.default === undefined ? '' : code(JSON.stringify(schema.default)));

export async function writeExperiment() {
  const { properties } = experimentJsonSchema();
  const keys = Object.keys(properties).filter((key) => key !== '$schema');
  const parts = experimentParts();
  for (const key of keys) {
    const schema = properties[key];
    const rows = rowsOf(schema, key);
    const seen = new Set();
    const unique = rows.filter(([name]) => !seen.has(name) && seen.add(name));
    await writePage(
      `reference/experiment/${key}`,
      { title: key, description: schema.description },
      `# ${code(key)}`,
      plain(schema.description ?? ''),
      `Must be ${typeText(schema)}.${schema.default === undefined ? '' : ` Default: ${fallbackText(schema)}.`}`,
      CHAPTERS[key],
      unique.length > 0 && '## Inside it',
      unique.length > 0 &&
        table(
          ['key', 'must be', 'default', 'meaning'],
          unique.map(([name, inner]) => [code(name), typeText(inner), fallbackText(inner), inner.description ?? '']),
        ),
    );
  }
  await writePage(
    'reference/experiment/index',
    { title: 'Experiment files', description: 'Every key of an experiment file' },
    '# Experiment files',
    `YAML or JSON, checked as a whole before any work. \`mer schema\` prints the JSON Schema from which these pages are made, for editors that complete: ${parts.models.length} models, ${parts.steps.length} steps and ${parts.datasets.length} data sets with their options. How a run works: [@mer/experiments](/packages/experiments.md).`,
    table(
      ['key', 'meaning'],
      keys.map((key) => [`[${code(key)}](/reference/experiment/${key}.md)`, properties[key].description ?? '']),
    ),
  );
  return keys;
}
