import { type DatasetDefinition, findDataset, datasets as registry } from '@mer/datasets';
import { describeOptions, type Part, withParts } from '@mer/options';
import { UsageError } from '../errors.js';
import { optionsTable } from '../options-table.js';
import { print, printJson } from '../output.js';
import { ownParts } from '../own-parts.js';
import { table } from '../table.js';

/** `mer datasets [name]` */
export async function datasets(
  name: string | undefined,
  { use, json }: { use: string[]; json?: boolean },
): Promise<void> {
  const { parts } = await ownParts(use);
  if (name === undefined) {
    const all = withParts<DatasetDefinition>(['dataset'], Object.values(registry), parts);
    if (json) printJson(all.map(plain));
    else print(`${list(all).join('\n')}\n`);
    return;
  }
  const definition = definitionOf(name, parts);
  if (json) printJson(plain(definition));
  else print(`${describe(definition).join('\n')}\n`);
}

function definitionOf(name: string, parts: readonly Part[]): DatasetDefinition {
  try {
    return findDataset(name, { parts });
  } catch (cause) {
    throw new UsageError((cause as Error).message, { cause });
  }
}

/** A definition as plain data. */
function plain({ name, title, paper, samples, needsRoot, traits, options }: DatasetDefinition) {
  const { schemes = {}, fps, apex, longest, corrections = [], megc2019 } = traits;
  return {
    name,
    title,
    paper,
    samples,
    needsRoot,
    fps,
    apex,
    longest,
    joins: megc2019 !== undefined,
    actionUnits: traits.actionUnits ?? false,
    schemes,
    corrections,
    options: describeOptions(options),
  };
}

function list(all: readonly DatasetDefinition[]): string[] {
  return [
    ...table([
      ['data set', 'samples', 'class schemes', 'what'],
      ...all.map(({ name, samples, title, traits }) => [
        name,
        samples,
        Object.keys(traits.schemes ?? {}).join(', '),
        title,
      ]),
    ]),
    '',
    'mer datasets <name> shows one: what is in it, class schemes, options.',
    'mer datasets inspect <name> <dir> counts what a folder holds.',
  ];
}

function describe({ title, paper, samples, needsRoot, traits, options }: DatasetDefinition): string[] {
  const { schemes = {}, fps, apex, longest, corrections = [], megc2019 } = traits;
  const facts = [
    samples,
    needsRoot ? 'read from a folder' : 'generated',
    ...(fps === undefined ? [] : [`${fps} frames per second`]),
    ...(apex === undefined ? [] : [apex ? 'apexes are annotated' : 'no apex is annotated']),
    ...(traits.actionUnits ? ['action units can be the labels (classes: action-units)'] : []),
    ...(longest === undefined ? [] : [`clips of at most ${longest} frames`]),
    ...(megc2019 ? ['joins composites in the classes of MEGC2019'] : []),
  ];
  const lines = [title, paper ?? 'from no paper', facts.join('; '), ''];
  if (Object.keys(schemes).length > 0) {
    const rows = Object.entries(schemes).map(([scheme, { title: what, classes, expected = [] }]) => [
      scheme,
      expected.map(({ release, n }) => `${n} (${release})`).join('; '),
      Object.keys(classes).join(', '),
      what,
    ]);
    lines.push(...table([['class scheme', 'n of the releases', 'classes', ''], ...rows]), '');
  }
  for (const { key, field, wrong, right, reason, source, others = [] } of corrections) {
    const read = right === null ? 'is left out' : `${field} ${wrong} is read as ${right === '' ? 'unknown' : right}`;
    const sources = [source, ...others.map((one) => `${one.right || 'unknown'} in ${one.source}`)].join('; ');
    lines.push(`corrected: ${key === '*' ? 'every clip' : key}: ${read}: ${reason} (${sources})`);
  }
  if (corrections.length > 0) lines.push('');
  return [...lines, ...optionsTable(options)];
}
