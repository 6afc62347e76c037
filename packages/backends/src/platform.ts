/** Whether this is Node (or a runtime that says so), where builtin modules can be had. */
export const isNode: boolean =
  typeof process === 'object' && typeof process.versions === 'object' && typeof process.versions.node === 'string';

/** Major version of Node; 0 elsewhere. */
export const nodeMajor: number = isNode ? Number.parseInt(process.versions.node, 10) : 0;

/** A builtin module of Node; bundlers for browsers need not know of it. */
export function builtin<T>(name: string): T {
  return process.getBuiltinModule(name as never) as T;
}

/** `require` as seen from this file; from where the program runs, in a bundle that does not know of files. */
export function requireFromHere(): NodeJS.Require {
  const { createRequire } = builtin<typeof import('node:module')>('node:module');
  return createRequire(import.meta.url ?? `${process.cwd()}/package.json`);
}

/** Whether a package can be resolved from here, in Node. */
export function isInstalled(name: string): boolean {
  try {
    requireFromHere().resolve(name);
    return true;
  } catch (error) {
    return (error as { code?: string }).code !== 'MODULE_NOT_FOUND';
  }
}
