import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import { stableJson } from './stable-json.js';

/**
 * SHA-256 of the {@link stableJson} of a value, in hex: equal for equal data. The same in Node and in browsers, and at once.
 *
 * @throws {TypeError} where a value holds itself, or a bigint
 *
 * @example
 * ```ts
 * import { hashOf } from '@mer/options';
 *
 * console.log(hashOf({ a: 1, b: 2 }) === hashOf({ b: 2, a: 1 }), hashOf({}).length); // true 64
 * ```
 */
export function hashOf(value: unknown): string {
  return bytesToHex(sha256(utf8ToBytes(stableJson(value))));
}
