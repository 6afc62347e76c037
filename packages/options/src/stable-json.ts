/**
 * JSON with the keys of every object in one order, so that equal data gives equal text however it was written.
 *
 * As `JSON.stringify`: what is undefined is left out, and `toJSON` is heeded.
 *
 * @throws {TypeError} where a value holds itself, or a bigint
 *
 * @example
 * ```ts
 * import { stableJson } from '@mer/options';
 *
 * console.log(stableJson({ b: [1, { d: 2, c: 3 }], a: 'x' })); // {"a":"x","b":[1,{"c":3,"d":2}]}
 * ```
 */
export function stableJson(value: unknown): string {
  return JSON.stringify(value, sorted);
}

const sorted = (_key: string, value: unknown) =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
    : value;
