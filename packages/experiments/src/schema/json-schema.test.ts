import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { models } from '@mer/models';
import { steps } from '@mer/representations';
import { randomStream, uniformBelow } from '@mer/training';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { parseExperiment } from './parse.js';
import { readExperiment } from './read.js';
import { DERIVED_OPTIONS, experimentJsonSchema } from './schema.js';

const recipes = fileURLToPath(new URL('../../recipes/', import.meta.url));
const schema = experimentJsonSchema();
const accepts = new Ajv2020({ strict: false }).compile(schema);
const MUTANTS = 300;

type Settings = Record<string, unknown>;
const isObject = (value: unknown): value is Settings =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

let files: { name: string; data: Settings }[] = [];
beforeAll(async () => {
  const names = (await readdir(recipes, { recursive: true })).filter((name) => name.endsWith('.yaml')).sort();
  files = await Promise.all(
    names.map(async (name) => ({ name, data: parse(await readFile(recipes + name, 'utf8')) as Settings })),
  );
});

/** Every place of a value that holds a key of an object, a number, a text or a flag. */
function placesOf(value: unknown, path: (string | number)[] = []): (string | number)[][] {
  if (Array.isArray(value)) return value.flatMap((item, i) => placesOf(item, [...path, i]));
  if (isObject(value)) return Object.entries(value).flatMap(([key, item]) => placesOf(item, [...path, key]));
  return [path];
}

/** Words that stand for themselves: any text is right in their place. */
const free = new Set([
  'name',
  'description',
  'source',
  'caveat',
  '$schema',
  'extends',
  'root',
  'landmarks',
  'weights',
  'use',
]);

/** One error, of a kind that does not need data to be seen; undefined where this place has none. */
function mutated(data: Settings, path: readonly (string | number)[], kind: number): Settings | undefined {
  const copy = structuredClone(data);
  const holder = path.slice(0, -1).reduce<unknown>((at, key) => (at as Settings)[key], copy) as Settings;
  const key = path.at(-1)!;
  const value = holder[key];
  const isFree = free.has(String(key)) && (path.length === 1 || key !== 'name');
  switch (kind) {
    case 0: // a key nobody knows
      if (Array.isArray(holder)) return undefined;
      holder[`${key}x`] = value;
      return copy;
    case 1: // another type
      if (isFree) holder[key] = 3;
      else holder[key] = typeof value === 'object' ? 3 : { wrong: true };
      return copy;
    case 2: // out of range
      if (typeof value === 'number') holder[key] = -1e9;
      else if (typeof value === 'string' && !isFree) holder[key] = `${value}x`;
      else return undefined;
      return copy;
    default: // a list in the place of a value
      holder[key] = [[value]];
      return copy;
  }
}

const refuses = (data: unknown) => {
  try {
    parseExperiment(data);
    return false;
  } catch {
    return true;
  }
};

describe('experimentJsonSchema()', () => {
  it('asks for seeds that differ', () => {
    const data = { ...files[0]!.data, seeds: [0, 1] };
    expect(accepts(data)).toBe(true);
    expect(accepts({ ...data, seeds: [0, 0] })).toBe(false);
    expect((schema['properties'] as Record<string, object>)['seeds']).toMatchObject({ uniqueItems: true });
  });

  it('accepts every recipe, as mer run does', async () => {
    for (const { name, data } of files) {
      expect(accepts(data), `${name}: ${JSON.stringify(accepts.errors?.[0])}`).toBe(true);
      await readExperiment(recipes + name);
    }
  });

  it(`refuses what parseExperiment refuses: ${MUTANTS} recipes with one error each`, () => {
    const stream = randomStream(['mutants']);
    // files that extend others say nothing whole
    const whole = files.filter(({ data }) => !('extends' in data));
    const differing: string[] = [];
    let made = 0;
    let refused = 0;
    while (made < MUTANTS) {
      const { name, data } = whole[uniformBelow(whole.length, stream)]!;
      const places = placesOf(data);
      const path = places[uniformBelow(places.length, stream)]!;
      const mutant = mutated(data, path, uniformBelow(4, stream));
      if (!mutant) continue;
      made += 1;
      const [bySchema, byRun] = [!accepts(mutant), refuses(mutant)];
      if (bySchema) refused += 1;
      if (bySchema !== byRun) {
        differing.push(
          `${name} ${path.join('.')}: schema ${bySchema}, run ${byRun}: ${JSON.stringify(path.reduce<unknown>((at, key) => (at as Settings)?.[key], mutant))}`,
        );
      }
    }
    expect(differing).toEqual([]);
    expect(refused).toBeGreaterThan(0.85 * MUTANTS);
  });

  it('lists every option of every model and step, with its words', () => {
    const text = JSON.stringify(schema);
    for (const { name, options } of Object.values(models)) {
      const form = formOf(schema, 'model', 'name', name);
      const known = (form.properties['options'] as { properties: Settings }).properties;
      expect(Object.keys(known), name).toEqual(Object.keys(options).filter((key) => !DERIVED_OPTIONS.includes(key)));
      for (const [key, option] of Object.entries(known)) {
        expect((option as Settings)['description'], `${name} ${key}`).toEqual(expect.stringMatching(/\w/));
      }
    }
    for (const { name, title } of Object.values(steps)) {
      expect(text).toContain(JSON.stringify({ const: name }).slice(1, -1));
      expect(text).toContain(JSON.stringify(title));
    }
  });
});

interface Form {
  properties: Settings;
}

/** Of the forms of a setting the one that a name tells. */
function formOf(of: unknown, setting: string, key: string, name: string): Form {
  const { anyOf, oneOf } = (of as { properties: Settings }).properties[setting] as { anyOf?: Form[]; oneOf?: Form[] };
  return (anyOf ?? oneOf)!.find(({ properties }) => (properties[key] as { const?: unknown }).const === name)!;
}
