import { dirname, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { hashOf, isPart, type Part } from '@mer/options';
import { resolve as resolveModule } from 'import-meta-resolve';
import { ExperimentError } from '../schema/experiment-error.js';
import { contentsOf } from './module-contents.js';
import { experimentParts, partKinds } from './part-kinds.js';

/** A module of anybody's own parts, as a run keeps it: enough to know it again, not to find it. */
export interface OwnModule {
  /** What named it: `./my-parts.mjs`, `@lab/parts`. */
  readonly use: string;
  /** SHA-256 of every file that it reaches by static imports outside `node_modules`, and of the versions of the packages that they import. */
  readonly hash: string;
  /** Kind and name of each part. */
  readonly parts: readonly { readonly kind: string; readonly name: string }[];
}

/** Anybody's own parts, loaded; see {@link loadParts}. */
export interface OwnParts {
  /** The definitions. */
  readonly parts: readonly Part[];
  /** Where they come from. */
  readonly modules: readonly (OwnModule & { readonly url: string })[];
}

/** No parts but ours. */
export const NO_PARTS: OwnParts = Object.freeze({ parts: [], modules: [] });

/** Options of {@link loadParts}. */
export interface LoadPartsOptions {
  /** Folder from which relative paths and packages are looked for; the working directory by default. */
  from?: string;
}

/**
 * Loads modules whose exports are parts: what `defineModel`, `defineStep` and their like give, or lists of them. This runs their code, so name only modules
 * that you would run: never what a file from somebody else names.
 *
 * @param uses - paths (`./my-parts.mjs`) and packages (`@lab/parts`)
 * @param options - where relative paths begin
 * @returns the parts, and what identifies the modules
 * @throws {@link ExperimentError} where a module is not there, throws, exports no part, or a name of it is taken
 *
 * @example
 * ```ts no-run
 * import { loadParts, readExperiment, runExperiment } from '@mer/experiments';
 *
 * const own = await loadParts(['./my-parts.mjs']);
 * const experiment = await readExperiment('experiment.yaml', { own });
 * await runExperiment(experiment, { out: 'runs/mine', own });
 * ```
 */
export async function loadParts(
  uses: readonly string[],
  { from = process.cwd() }: LoadPartsOptions = {},
): Promise<OwnParts> {
  const modules: (OwnModule & { url: string })[] = [];
  const parts: Part[] = [];
  for (const use of new Set(uses)) {
    const url = urlOf(use, from);
    if (modules.some((module) => module.url === url)) continue;
    const hash = await contentsOf(url, use);
    const found = partsOf(await importOf(url, use), use);
    modules.push({ use, hash, url, parts: found.map(({ kind, name }) => ({ kind, name })) });
    parts.push(...found);
  }
  try {
    experimentParts(parts);
  } catch (cause) {
    throw new ExperimentError((cause as Error).message, { cause });
  }
  return { parts, modules };
}

/**
 * The same modules in another process, which must find the same contents.
 *
 * @throws {@link ExperimentError} where a module has changed since
 */
export async function loadAgain(modules: OwnParts['modules']): Promise<OwnParts> {
  const own = await loadParts(modules.map(({ url }) => url));
  for (const [i, { use, hash }] of modules.entries()) {
    if (own.modules[i]?.hash !== hash) {
      throw new ExperimentError(`Cannot go on as ${use} has changed since the run was begun: start the command again`);
    }
  }
  return own;
}

/** One hash for all modules; undefined where there are none. */
export function hashOfModules(modules: readonly OwnModule[]): string | undefined {
  if (modules.length === 0) return undefined;
  return hashOf(modules.map(({ hash }) => hash).sort());
}

/**
 * Checks that the parts given are those that a run was made with.
 *
 * @param what - the run, in a message
 * @param made - `parts` of its run.json
 * @param own - what the user named
 * @throws {@link ExperimentError} that names the modules to give, or the one that has changed
 */
export function checkSameModules(what: string, made: readonly OwnModule[] = [], own: OwnParts = NO_PARTS): void {
  const missing = made.filter(({ hash }) => !own.modules.some((module) => module.hash === hash));
  if (missing.length === 0) return;
  const lines = missing.map(({ use, parts }) => {
    const names = parts.map(({ kind, name }) => `${kind} ${name}`).join(', ');
    const given = own.modules.some((module) =>
      module.parts.some(({ name }) => parts.some((part) => part.name === name)),
    );
    return `  ${use} (${names})${given ? ': the file that was named has other contents' : ''}`;
  });
  throw new ExperimentError(
    `Cannot read ${what} as it was made with parts of somebody's own, whose code is loaded only where you name it:\n${lines.join('\n')}\n` +
      `Name the modules with --use, as they were when the run was made.`,
  );
}

function urlOf(use: string, from: string): string {
  if (use.startsWith('file:')) return use;
  if (/^[a-z][a-z0-9+.-]*:/i.test(use) && !/^[a-z]:[\\/]/i.test(use)) {
    throw new ExperimentError(
      `Cannot use ${use} as it must be a path (./my-parts.mjs) or the name of an installed package`,
    );
  }
  if (/^\.{0,2}[\\/]|^[a-z]:[\\/]/i.test(use)) return pathToFileURL(resolve(from, use)).href;
  try {
    return resolveModule(use, pathToFileURL(resolve(from, 'experiment.mjs')).href);
  } catch (cause) {
    const near = /\.[cm]?[jt]s$/.test(use) ? `; a path begins with ./ (./${use})` : '';
    throw new ExperimentError(`Cannot use ${use} as no package of that name is installed in ${resolve(from)}${near}`, {
      cause,
    });
  }
}

async function importOf(url: string, use: string): Promise<Record<string, unknown>> {
  try {
    return await import(url);
  } catch (cause) {
    const { message, stack = '' } = cause as Error;
    const file = fileURLToPath(url);
    const place = stack.split('\n').find((line) => line.includes(dirname(file)));
    throw new ExperimentError(
      `Cannot use ${use} as loading it failed: ${message}${place ? ` (${place.trim()})` : ''}`,
      {
        cause,
      },
    );
  }
}

/** The parts among the exports of a module. */
function partsOf(exports: Record<string, unknown>, use: string): Part[] {
  const named = Object.entries(exports).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value]).filter((each) => isPart(each)).map((part: Part) => ({ name, part })),
  );
  const parts = [...new Set(named.map(({ part }) => part))];
  if (parts.length === 0) {
    const names = Object.keys(exports);
    throw new ExperimentError(
      `Cannot use ${use} as it must export at least one part, such as what defineModel or defineStep gives: ${names.length > 0 ? `its exports are ${names.join(', ')}` : 'it exports nothing'}`,
    );
  }
  const strange = named.find(({ part }) => !partKinds.includes(part.kind));
  if (strange) {
    throw new ExperimentError(
      `Cannot use ${use} as its export ${strange.name} is a ${strange.part.kind}: an experiment takes ${partKinds.join(', ')}`,
    );
  }
  return parts;
}
