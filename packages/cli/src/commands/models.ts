import { useBackend } from '@mer/backends';
import { createModel, type ModelEntry, type ModelName, type ModelOptions, models as registry } from '@mer/models';
import { setValue } from '@mer/training';
import { UsageError } from '../errors.js';
import { table } from '../table.js';

/** `mer models [name]` */
export async function models(
  name: string | undefined,
  { set, json }: { set: string[]; json?: boolean },
): Promise<void> {
  if (name === undefined) {
    const entries = Object.entries<ModelEntry>(registry).map(([key, entry]) => ({ name: key, ...entry }));
    process.stdout.write(json ? `${JSON.stringify(entries, null, 1)}\n` : `${list(entries).join('\n')}\n`);
    return;
  }
  if (!Object.hasOwn(registry, name)) {
    throw new UsageError(
      `Cannot show a model as its name must be one of ${Object.keys(registry).join(', ')}: current value is '${name}'`,
    );
  }
  const entry: ModelEntry = registry[name as ModelName];
  const layers = await layerTable(name as ModelName, entry, set);
  if (json) process.stdout.write(`${JSON.stringify({ name, ...entry, layers }, null, 1)}\n`);
  else process.stdout.write(`${describe(name, entry, layers).join('\n')}\n`);
}

interface LayerRow {
  name: string;
  kind: string;
  output: string;
  parameters: number;
}

async function layerTable(name: ModelName, { parameters }: ModelEntry, set: readonly string[]): Promise<LayerRow[]> {
  await useBackend('cpu');
  const options = set.reduce<unknown>(setValue, { classes: parameters.classes });
  let model: ReturnType<typeof createModel>;
  try {
    model = createModel(name, options as ModelOptions<typeof name>);
  } catch (cause) {
    throw new UsageError((cause as Error).message, { cause });
  }
  const rows = model.layers.map((layer) => ({
    name: layer.name,
    kind: layer.getClassName(),
    output: shapeText(layer.outputShape),
    parameters: layer.countParams(),
  }));
  model.dispose();
  return rows;
}

function shapeText(shape: unknown): string {
  if (Array.isArray(shape) && Array.isArray(shape[0])) return shape.map(shapeText).join(' ');
  return (shape as (number | null)[]).slice(1).join(' x ');
}

function list(entries: readonly ({ name: string } & ModelEntry)[]): string[] {
  return table([
    ['model', 'parameters', 'inputs', 'paper'],
    ...entries.map(({ name, parameters, inputs, paper }) => [
      name,
      parameters.trainable.toLocaleString('en-US'),
      inputs.map(({ name: input, shape }) => `${input} ${shape.join('x')}`).join(', '),
      paper ?? '(this project)',
    ]),
  ]);
}

function describe(name: string, { title, paper, inputs, results }: ModelEntry, layers: readonly LayerRow[]): string[] {
  const total = layers.reduce((sum, { parameters }) => sum + parameters, 0);
  const lines = [`${name}: ${title}`, paper ?? 'from no paper: this project’s own', ''];
  for (const input of inputs) {
    lines.push(
      `input ${input.name}: ${input.shape.join(' x ')}, ${input.representations.join(' or ')}; ${input.values}`,
    );
  }
  lines.push(
    '',
    ...table([
      ['layer', 'kind', 'output', 'parameters'],
      ...layers.map((row) => [row.name, row.kind, row.output, row.parameters.toLocaleString('en-US')]),
      ['all', '', '', total.toLocaleString('en-US')],
    ]),
  );
  for (const { dataset, protocol, scores, source, caveat } of results) {
    const values = Object.entries(scores).map(([key, value]) => `${key} ${value}`);
    lines.push(
      '',
      `published: ${dataset}; ${protocol}: ${values.join(', ')}`,
      `  ${source}${caveat ? `; ${caveat}` : ''}`,
    );
  }
  return lines;
}
