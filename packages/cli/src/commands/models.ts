import { useBackend } from '@mer/backends';
import { setValue } from '@mer/experiments';
import {
  countParameters,
  createModel,
  type LayerRow,
  layerTable,
  type ModelEntry,
  type ModelName,
  type ModelOptions,
  modelEntry,
  models as registry,
} from '@mer/models';
import { UsageError } from '../errors.js';
import { table } from '../table.js';

/** `mer models [name]` */
export async function models(
  name: string | undefined,
  { set, json }: { set: string[]; json?: boolean },
): Promise<void> {
  if (name === undefined) {
    const entries = Object.entries<ModelEntry>(registry).map(([key, entry]) => ({ name: key, ...entry }));
    print(json ? [JSON.stringify(entries, null, 1)] : list(entries));
    return;
  }
  const entry = entryOf(name);
  await useBackend('cpu');
  const layers = layersOf(name as ModelName, set.reduce<unknown>(setValue, { classes: entry.parameters.classes }));
  if (json) print([JSON.stringify({ name, ...entry, layers }, null, 1)]);
  else print(describe(name as ModelName, entry, layers));
}

/** Lines that are longer than the terminal are broken between words; elsewhere (a file, a pipe) they stay whole. */
function print(lines: readonly string[]): void {
  const { columns, isTTY } = process.stdout;
  const shown = isTTY && columns > 20 ? lines.flatMap((line) => wrapped(line, columns)) : lines;
  process.stdout.write(`${shown.join('\n')}\n`);
}

function wrapped(line: string, width: number): string[] {
  if (line.length <= width) return [line];
  const at = line.lastIndexOf(' ', width);
  if (line.slice(0, at).trim() === '') return [line];
  return [line.slice(0, at), ...wrapped(`    ${line.slice(at + 1)}`, width)];
}

function entryOf(name: string): ModelEntry {
  try {
    return modelEntry(name);
  } catch (cause) {
    throw new UsageError((cause as Error).message.replaceAll('"', "'"), { cause });
  }
}

function layersOf(name: ModelName, options: unknown): LayerRow[] {
  let model: ReturnType<typeof createModel>;
  try {
    model = createModel(name, options as ModelOptions<typeof name>);
  } catch (cause) {
    throw new UsageError((cause as Error).message, { cause });
  }
  const rows = layerTable(model);
  model.dispose();
  return rows;
}

function list(entries: readonly ({ name: string } & ModelEntry)[]): string[] {
  return [
    ...table([
      ['model', 'parameters', 'inputs', 'paper'],
      ...entries.map(({ name, parameters, inputs, paper }) => [
        name,
        count(parameters.trainable),
        inputsText(inputs),
        paper?.match(/arXiv [\d.]+/)?.[0] ?? paper ?? '(this project)',
      ]),
    ]),
    '',
    'mer models <name> shows inputs, layers and published results.',
  ];
}

/** Names of the inputs and their shape, once where all have the same. */
function inputsText(inputs: ModelEntry['inputs']): string {
  const shapes = new Set(inputs.map(({ shape }) => shape.join('x')));
  if (shapes.size === 1) return `${inputs.map(({ name }) => name).join(', ')} ${[...shapes][0]}`;
  return inputs.map(({ name, shape }) => `${name} ${shape.join('x')}`).join(', ');
}

const ORIGINS: Record<ModelEntry['origin'], string> = {
  'authors-code': "layers and names as in the authors' code",
  torchvision: 'layers and names as in torchvision',
  abstract:
    'from the paper as far as it was readable; the rest is this project’s choice, see createModel’s documentation',
  'this-project': 'this project’s own',
};

function describe(name: ModelName, entry: ModelEntry, layers: readonly LayerRow[]): string[] {
  const { title, paper, origin, inputs, results } = entry;
  const sum = (key: 'trainable' | 'fixed') => layers.reduce((total, row) => total + row[key], 0);
  const small = createModel(name, { classes: entry.parameters.classes, size: 'small' } as ModelOptions<typeof name>);
  const { trainable } = countParameters(small);
  const size = small.inputs.map(({ shape }) => shape.slice(1).join('x'));
  small.dispose();
  const lines = [title, paper ?? 'from no paper', ORIGINS[origin], ''];
  for (const input of inputs) {
    const suited = input.representations.length > 0 ? `${input.representations.join(' or ')}; ` : '';
    lines.push(`input ${input.name}: ${input.shape.join(' x ')}, ${suited}${input.values}`);
  }
  if (trainable !== entry.parameters.trainable) {
    lines.push(`small variant (--set size=small): ${count(trainable)} parameters, ${[...new Set(size)].join(', ')}`);
  }
  lines.push(
    '',
    ...table([
      ['layer', 'kind', 'output', 'parameters'],
      ...layers.map((row) => [row.name, row.type, row.shape.join(' x '), count(row.trainable)]),
      ['all', '', '', count(sum('trainable'))],
    ]),
  );
  if (sum('fixed') > 0) lines.push(`and ${count(sum('fixed'))} running statistics and other fixed numbers`);
  for (const { dataset, protocol, scores, source, caveat } of results) {
    const values = Object.entries(scores).map(([key, value]) => `${key} ${value}`);
    lines.push(
      '',
      `published: ${dataset}; ${protocol === 'not stated' ? 'protocol not stated' : protocol}: ${values.join(', ')}`,
      `  ${source}${caveat ? `; ${caveat}` : ''}`,
    );
  }
  return lines;
}

function count(value: number): string {
  return value.toLocaleString('en-US');
}
