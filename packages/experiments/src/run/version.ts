import { createRequire } from 'node:module';

/**
 * The version of `@mer/experiments`, as runs record it.
 */
export function packageVersion(): string {
  return ownPackage().version;
}

/** Address of the documentation. */
export function homepage(): string {
  return ownPackage().homepage.replace(/\/packages\/[^/]*$/, '');
}

const ownPackage = () =>
  createRequire(import.meta.url)('@mer/experiments/package.json') as { version: string; homepage: string };
