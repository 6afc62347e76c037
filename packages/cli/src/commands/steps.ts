import { describeOptions } from '@mer/options';
import {
  type AnyStepDefinition,
  findRepresentation,
  findStep,
  representations as ourRepresentations,
  steps as ourSteps,
  type StepTraits,
} from '@mer/representations';
import { UsageError } from '../errors.js';
import { optionsTable } from '../options-table.js';
import { table } from '../table.js';

interface Options {
  json?: boolean;
}

/** `mer representations [name]` */
export function representations(name: string | undefined, { json }: Options): void {
  const all = Object.values<unknown>(ourRepresentations) as AnyStepDefinition[];
  if (name === undefined) show(all, list('representation', all), json);
  else describeOne(() => findRepresentation(name), json);
}

/** `mer steps [name]` */
export function steps(name: string | undefined, { json }: Options): void {
  const all = Object.values<unknown>(ourSteps) as AnyStepDefinition[];
  if (name === undefined) show(all, list('step', all), json);
  else describeOne(() => findStep(name), json);
}

function describeOne(find: () => AnyStepDefinition, json: boolean | undefined): void {
  let found: AnyStepDefinition;
  try {
    found = find();
  } catch (cause) {
    throw new UsageError((cause as Error).message, { cause });
  }
  show(found, describe(found), json);
}

function show(found: AnyStepDefinition | AnyStepDefinition[], lines: readonly string[], json: boolean | undefined) {
  const data = () => (Array.isArray(found) ? found.map(plain) : plain(found));
  process.stdout.write(json ? `${JSON.stringify(data(), null, 1)}\n` : `${lines.join('\n')}\n`);
}

/** A definition as plain data. */
function plain({ kind, name, title, paper, ours, version, takes, gives, traits, options }: AnyStepDefinition) {
  return { kind, name, title, paper, ours, version, takes, gives, traits, options: describeOptions(options) };
}

function list(kind: 'representation' | 'step', all: readonly AnyStepDefinition[]): string[] {
  return [
    ...table([
      [kind, 'takes', 'gives', 'what', 'paper'],
      ...all.map(({ name, takes, gives, title, paper }) => [name, takes, gives, title, shortPaper(paper)]),
    ]),
    '',
    `mer ${kind}s <name> shows one: paper, what is ours, what it needs, options.`,
  ];
}

const shortPaper = (paper: string | null) => paper?.match(/arXiv [\d.]+\d/)?.[0] ?? paper ?? '';

const TRAITS: Readonly<Record<keyof StepTraits, string>> = {
  needsLandmarks: 'needs landmarks',
  needsApex: 'needs an apex',
  marksApex: 'gives the clip an apex where it has none',
  directed: 'its values say where things move to: a mirrored picture of it is the picture of no movement',
  histogram: 'gives histograms of blocks, not a picture',
  values: 'changes what the numbers mean, not what a picture shows',
};

function describe({ title, paper, ours, takes, gives, traits, options }: AnyStepDefinition): string[] {
  const things = { clip: 'a clip', image: 'an image', any: 'a clip or an image' };
  const facts = Object.entries(TRAITS).filter(([trait]) => traits[trait as keyof StepTraits]);
  return [
    title,
    paper ?? 'from no paper',
    ...(ours ? [`ours: ${ours}`] : []),
    '',
    `takes ${things[takes]}, gives ${gives === 'any' ? 'what it is given' : things[gives]}`,
    ...facts.map(([, words]) => words),
    '',
    ...optionsTable(options),
  ];
}
