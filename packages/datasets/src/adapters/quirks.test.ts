import '@tensorflow/tfjs-backend-cpu';
import { describe, expect, it } from 'vitest';
import { plainReleases, type Quirk, type QuirkName, quirks, spoiled } from '../../test/quirks.js';
import { memoryFolder } from '../../test/support.js';
import type { AnnotatedDataset } from '../dataset.js';
import { openDataset } from '../open-dataset.js';

type SetName = keyof typeof plainReleases;

const sets = Object.keys(plainReleases) as SetName[];
const names = Object.keys(quirks) as QuirkName[];
const quirkOf = (name: QuirkName): Quirk => quirks[name];

/** What an adapter reads, or the error with which it refuses. */
async function read(set: SetName, some: readonly QuirkName[]) {
  const { files, options } = spoiled(plainReleases[set], some);
  const root = memoryFolder(files);
  const dataset = await openDataset(set, { root, ...options }).catch((error: Error) => error);
  if (dataset instanceof Error) return dataset.message;
  const { samples, records, notes, frames } = dataset as AnnotatedDataset;
  return {
    samples: samples.map(({ id, label }) => [id, label]),
    marks: records.map(({ onset, apex, offset, actionUnits }) => [onset, apex, offset, actionUnits.text]),
    numbers: samples.map((_, i) => frames(i).numbers),
    notes: notes.map(({ message }) => message).join('\n'),
  };
}

const plain = Object.fromEntries(await Promise.all(sets.map(async (set) => [set, await read(set, [])] as const)));

/** Reads a release with some quirks, and compares it with the release without them. */
async function check(set: SetName, some: readonly QuirkName[]): Promise<void> {
  const what = `${set}: ${some.join(' + ')}`;
  const got = await read(set, some);
  const refusing = some.map((name) => quirkOf(name).refused).filter((one) => one !== undefined);
  if (refusing.length > 0) {
    expect(got, what).toBeTypeOf('string');
    expect(
      refusing.some((one) => one.test(got as string)),
      `${what} says ${got}`,
    ).toBe(true);
    return;
  }
  if (typeof got === 'string') expect.fail(`${what} is refused: ${got}`);
  const { notes, ...data } = got;
  const { notes: _, ...expected } = plain[set] as typeof got;
  expect(data, what).toEqual(expected);
  for (const name of some) {
    const { says } = quirkOf(name);
    if (says) expect(notes, what).toMatch(says);
  }
}

/** A text file has no formulas. */
const fit = (one: QuirkName, other: QuirkName) => {
  const [a, b] = [quirkOf(one), quirkOf(other)];
  if (a.part === b.part) return false;
  return !(a.workbooks && b.part === 'file') && !(b.workbooks && a.part === 'file');
};

describe.each(sets)('%s', (set) => {
  it('is read as it is', () => {
    expect(plain[set]).toMatchObject({ samples: { length: plainReleases[set].clips.length } });
  });

  it.each(names)('%s', async (name) => check(set, [name]));
});

it('quirks come in pairs', async () => {
  let state = 20260128;
  const draw = <T>(from: readonly T[]): T => {
    state = (state * 48271) % 2147483647;
    return from[state % from.length]!;
  };
  for (let i = 0; i < 160; i++) {
    const one = draw(names);
    const other = draw(names.filter((name) => fit(one, name)));
    await check(draw(sets), [one, other]);
  }
});
