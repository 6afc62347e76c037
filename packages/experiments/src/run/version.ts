import { createRequire } from 'node:module';

/**
 * The version of `@mer/experiments`, as runs record it.
 */
export function packageVersion(): string {
  return (createRequire(import.meta.url)('../../package.json') as { version: string }).version;
}
