import { createRequire } from 'node:module';

/**
 * The version of `@mer/training`, as runs record it.
 *
 * @example
 * ```ts
 * import { packageVersion } from '@mer/experiments';
 *
 * console.log(/^\d+\.\d+\.\d+/.test(packageVersion())); // true
 * ```
 */
export function packageVersion(): string {
  return (createRequire(import.meta.url)('../../package.json') as { version: string }).version;
}
