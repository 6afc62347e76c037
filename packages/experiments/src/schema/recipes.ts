import { readdir, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { suggestion } from '@mer/options';

const home = dirname(createRequire(import.meta.url).resolve('@mer/experiments/package.json'));
const folder = join(home, 'recipes');
const studies = join(home, 'studies');

/** An experiment that comes with this package. */
export interface Recipe {
  /** What stands for it where an experiment is asked for: `afn-casme2`, `small/afn`. */
  name: string;
  /** Its file. */
  path: string;
}

/**
 * The experiments that come with this package, in the order of their names. Wherever an experiment file is asked for (`readExperiment`, `extends`, `mer run`)
 * the name of one will do.
 *
 * @returns name and file of each
 *
 * @example
 * ```ts
 * import { listRecipes, readExperiment } from '@mer/experiments';
 *
 * const recipes = await listRecipes();
 * console.log(recipes.some(({ name }) => name === 'small/afn')); // true
 * const { model } = await readExperiment('afn-casme2');
 * console.log(model.name); // afn
 * ```
 */
export async function listRecipes(): Promise<Recipe[]> {
  return filesIn(folder);
}

/** The studies of spotters that come with this package, as {@link listRecipes}. */
export async function listStudies(): Promise<Recipe[]> {
  return filesIn(studies);
}

async function filesIn(folder: string): Promise<Recipe[]> {
  const files = (await readdir(folder, { recursive: true })).map((path) => path.replaceAll('\\', '/'));
  return files
    .filter((path) => path.endsWith('.yaml'))
    .sort()
    .map((path) => ({ name: path.slice(0, -'.yaml'.length), path: join(folder, path) }));
}

/** The file that a path or the name of a recipe stands for: a file that is there comes first. */
export async function experimentFile(given: string, from = '.'): Promise<string> {
  const path = resolve(from, given);
  const isFile = await stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
  if (isFile) return path;
  return (await listRecipes()).find(({ name }) => name === given)?.path ?? path;
}

/** What to add to an error about a file that is not there, where a recipe may have been meant. */
export async function recipeHint(given: string): Promise<string> {
  const [, name] = /^(?:recipes\/)?((?:(?:small|sweeps)\/)?[\w-]+)(?:\.ya?ml)?$/.exec(given) ?? [];
  if (name === undefined) return '';
  const near = suggestion(
    name,
    (await listRecipes()).map(({ name }) => name),
  );
  return `, and no recipe has that name (mer recipes lists them)${near}`;
}
