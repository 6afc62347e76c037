import { useBackend } from '@mer/backends';
import { setValue } from '@mer/experiments';
import {
  countParameters,
  createModel,
  findModel,
  type LayerRow,
  layerTable,
  type ModelDefinition,
  models as registry,
} from '@mer/models';
import { describeOptions, type Part, show, withParts } from '@mer/options';
import { UsageError } from '../errors.js';
import { optionsTable } from '../options-table.js';
import { print, printJson } from '../output.js';
import { ownParts } from '../own-parts.js';
import { table } from '../table.js';

/** `mer models [name]` */
export async function models(
  name: string | undefined,
  { set, use, json }: { set: string[]; use: string[]; json?: boolean },
): Promise<void> {
  const { parts } = await ownParts(use);
  if (name === undefined) {
    const definitions = withParts<ModelDefinition>(['model'], Object.values(registry), parts);
    if (json) printJson(definitions.map(plain));
    else printLines(list(definitions, parts));
    return;
  }
  const definition = definitionOf(name, parts);
  await useBackend('cpu');
  const classes = definition.parameters?.classes;
  const given = set.reduce<unknown>(setValue, { ...(classes !== undefined && { classes }) });
  const layers = layersOf(name, given, parts);
  if (json) printJson({ ...plain(definition), layers });
  else printLines(describe(definition, layers, parts));
}

/** A definition with rows in place of the schemas of its options. */
function plain({ options, create: _create, ...rest }: ModelDefinition) {
  return { ...rest, options: describeOptions(options) };
}

/** Lines that are longer than the terminal are broken between words; elsewhere (a file, a pipe) they stay whole. */
function printLines(lines: readonly string[]): void {
  const { columns, isTTY } = process.stdout;
  const shown = isTTY && columns > 20 ? lines.flatMap((line) => wrapped(line, columns)) : lines;
  print(`${shown.join('\n')}\n`);
}

function wrapped(line: string, width: number): string[] {
  if (line.length <= width) return [line];
  const at = line.lastIndexOf(' ', width);
  if (line.slice(0, at).trim() === '') return [line];
  return [line.slice(0, at), ...wrapped(`    ${line.slice(at + 1)}`, width)];
}

function definitionOf(name: string, parts: readonly Part[]): ModelDefinition {
  try {
    return findModel(name, { parts });
  } catch (cause) {
    throw new UsageError((cause as Error).message.replaceAll('"', "'"), { cause });
  }
}

function layersOf(name: string, options: unknown, parts: readonly Part[]): LayerRow[] {
  let model: ReturnType<typeof createModel>;
  try {
    model = createModel(name, options as Record<string, unknown>, { parts });
  } catch (cause) {
    throw new UsageError((cause as Error).message, { cause });
  }
  const rows = layerTable(model);
  model.dispose();
  return rows;
}

function list(definitions: readonly ModelDefinition[], own: readonly Part[]): string[] {
  return [
    ...table([
      ['model', 'parameters', 'inputs', 'paper'],
      ...definitions.map((definition) => [
        definition.name,
        definition.parameters ? count(definition.parameters.trainable) : '',
        inputsText(definition.inputs),
        paperText(definition.paper) ?? (own.includes(definition) ? '' : '(this project)'),
      ]),
    ]),
    '',
    'mer models <name> shows inputs, options, layers and published results.',
  ];
}

const paperText = (paper: string | null) => paper?.match(/arXiv [\d.]+/)?.[0] ?? paper;

/** Names of the inputs and their shape, once where all have the same. */
function inputsText(inputs: ModelDefinition['inputs']): string {
  const shapes = new Set(inputs.map(({ shape }) => shape.join('x')));
  if (shapes.size === 1) return `${inputs.map(({ name }) => name).join(', ')} ${[...shapes][0]}`;
  return inputs.map(({ name, shape }) => `${name} ${shape.join('x')}`).join(', ');
}

const ORIGINS: Record<ModelDefinition['origin'], string> = {
  'authors-code': "layers and names as in the authors' code",
  torchvision: 'layers and names as in torchvision',
  abstract: 'from the paper as far as it was readable',
  own: 'of whoever defines it, from no code of others',
};

function describe(definition: ModelDefinition, layers: readonly LayerRow[], parts: readonly Part[]): string[] {
  const { title, paper, origin, ours, inputs, parameters, options, results } = definition;
  const sum = (key: 'trainable' | 'fixed') => layers.reduce((total, row) => total + row[key], 0);
  const lines = [title, paper ?? 'from no paper', ORIGINS[origin]];
  if (ours !== '') lines.push(`own choices: ${ours}`);
  lines.push('');
  for (const input of inputs) {
    const suited = input.representations.length > 0 ? `${input.representations.join(' or ')}; ` : '';
    lines.push(`input ${input.name}: ${input.shape.join(' x ')}, ${suited}${input.values}`);
  }
  if (parameters) lines.push(`parameters: ${count(parameters.trainable)} with ${parameters.classes} classes`);
  lines.push(
    ...presets(definition, parts),
    '',
    ...optionsTable(options),
    '',
    ...table([
      ['layer', 'kind', 'output', 'parameters'],
      ...layers.map((row) => [row.name, row.type, row.shape.join(' x '), count(row.trainable)]),
      ['all', '', '', count(sum('trainable'))],
    ]),
  );
  if (sum('fixed') > 0) lines.push(`and ${count(sum('fixed'))} running statistics and other fixed numbers`);
  for (const { id, dataset, protocol, scores, source, caveat } of results) {
    const values = Object.entries(scores).map(([key, value]) => `${key} ${value}`);
    lines.push(
      '',
      `published (${id}): ${dataset}; ${protocol === 'not stated' ? 'protocol not stated' : protocol}: ${values.join(', ')}`,
      `  ${source}.${caveat ? ` ${caveat}` : ''}`,
    );
  }
  return lines;
}

/** One line for each preset: its options and size. */
function presets({ name, presets: byName, parameters }: ModelDefinition, parts: readonly Part[]): string[] {
  return Object.entries(byName).map(([preset, given]) => {
    const classes = parameters?.classes;
    const model = createModel(name, { preset, ...(classes !== undefined && { classes }) }, { parts });
    const { trainable } = countParameters(model);
    model.dispose();
    const values = Object.entries(given).map(([key, value]) => `${key} ${show(value)}`);
    const options = values.length > 0 ? values.join(', ') : 'the default options';
    return `preset ${preset} (--set preset=${preset}): ${count(trainable)} parameters; ${options}`;
  });
}

function count(value: number): string {
  return value.toLocaleString('en-US');
}
