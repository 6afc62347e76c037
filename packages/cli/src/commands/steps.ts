import { describeOptions } from '@mer/options';
import { type AnyStepDefinition, allSteps, findRepresentation, findStep, type StepTraits } from '@mer/representations';
import { UsageError } from '../errors.js';
import { optionsTable } from '../options-table.js';
import { print, printJson } from '../output.js';
import { ownParts } from '../own-parts.js';
import { table } from '../table.js';

interface Options {
  use: string[];
  json?: boolean;
}

/** `mer representations [name]` */
export async function representations(name: string | undefined, { use, json }: Options): Promise<void> {
  const { parts } = await ownParts(use);
  const all = allSteps(parts).filter(({ kind }) => kind === 'representation');
  if (name === undefined) showAll('representation', all, json);
  else describeOne(() => findRepresentation(name, { parts }), json);
}

/** `mer steps [name]` */
export async function steps(name: string | undefined, { use, json }: Options): Promise<void> {
  const { parts } = await ownParts(use);
  const all = allSteps(parts);
  if (name === undefined) showAll('step', all, json);
  else describeOne(() => findStep(name, { parts }), json);
}

function describeOne(find: () => AnyStepDefinition, json: boolean | undefined): void {
  let found: AnyStepDefinition;
  try {
    found = find();
  } catch (cause) {
    throw new UsageError((cause as Error).message, { cause });
  }
  show(
    () => plain(found),
    () => describe(found),
    json,
  );
}

function showAll(kind: 'representation' | 'step', all: readonly AnyStepDefinition[], json: boolean | undefined): void {
  show(
    () => all.map(plain),
    () => list(kind, all),
    json,
  );
}

function show(data: () => unknown, lines: () => readonly string[], json: boolean | undefined): void {
  if (json) printJson(data());
  else print(`${lines().join('\n')}\n`);
}

/** A definition as plain data. */
function plain({ options, ...facts }: AnyStepDefinition) {
  const { kind, name, title, paper, ours, version, takes, gives, traits, streams } = facts;
  return { kind, name, title, paper, ours, version, takes, gives, traits, streams, options: describeOptions(options) };
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
  keepsRange: 'keeps frames in 0..1',
  directed: 'its values say where things move to: a mirrored picture of it is the picture of no movement',
  histogram: 'gives histograms of blocks, not a picture',
  values: 'changes what the numbers mean, not what a picture shows',
};

function describe({ title, paper, ours, takes, gives, traits, streams, options }: AnyStepDefinition): string[] {
  const things = { clip: 'a clip', image: 'an image', any: 'a clip or an image' };
  const facts = Object.entries(TRAITS).filter(([trait]) => traits[trait as keyof StepTraits]);
  return [
    title,
    paper ?? 'from no paper',
    ...(ours ? [`ours: ${ours}`] : []),
    '',
    `takes ${things[takes]}, gives ${gives === 'any' ? 'what it is given' : things[gives]}`,
    ...facts.map(([, words]) => words),
    ...(streams || takes === 'image' ? [] : ['holds all frames of a long clip at once']),
    '',
    ...optionsTable(options),
  ];
}
