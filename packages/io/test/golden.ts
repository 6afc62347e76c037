import { readFileSync } from 'node:fs';
import type { ArrayData } from '../src/array-data.js';

/** Folder of the files that tools/io-golden.py made. */
export const golden = (name: string): string => new URL(`./golden/${name}`, import.meta.url).pathname;

/** The bytes of a golden file. */
export const goldenBytes = (name: string): Uint8Array => new Uint8Array(readFileSync(golden(name)));

interface Expected {
  dtype: string;
  shape: number[];
  data: (number | string)[];
}

/** What another library reads from each golden file. */
export const expected = JSON.parse(readFileSync(golden('expected.json'), 'utf8')) as Record<
  string,
  Record<string, Expected> & Expected
>;

/** An array in the form of expected.json. */
export function plain({ dtype, shape, data }: ArrayData): Expected {
  const special = (value: number): number | string =>
    Number.isFinite(value) ? value : String(value).toLowerCase().replace('infinity', 'inf');
  return { dtype, shape, data: Array.from(data, special) };
}

/** Arrays in the form of expected.json. */
export function plainAll(arrays: Record<string, ArrayData>): Record<string, Expected> {
  return Object.fromEntries(Object.entries(arrays).map(([name, array]) => [name, plain(array)]));
}

/** The folder with real data outside the project. */
export const shared = process.env.MER_SHARED_DATA ?? new URL('../../../../shared/data', import.meta.url).pathname;
