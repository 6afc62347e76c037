import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { listRecipes, type Recipe, readExperiment, sweepCells } from '@mer/experiments';
import { writeFileAtomic } from '@mer/io';
import { suggestion } from '@mer/options';
import { UsageError } from '../errors.js';
import { print, printJson, say } from '../output.js';
import { table } from '../table.js';

interface Options {
  /** Where to write the recipe: a file, or `true` for one with its name here. */
  copy?: string | true;
  json?: boolean;
}

/** `mer recipes [name]` */
export async function recipes(name: string | undefined, { copy, json }: Options): Promise<void> {
  if (name !== undefined) return showOne(await recipeOf(name), { copy, json });
  if (copy !== undefined)
    throw new UsageError('Cannot copy a recipe as its name must be given: mer recipes <name> --copy');
  const all = await Promise.all((await listRecipes()).map(summaryOf));
  if (json) printJson(all);
  else print(`${list(all).join('\n')}\n`);
}

async function recipeOf(name: string): Promise<Recipe> {
  const all = await listRecipes();
  const found = all.find((recipe) => recipe.name === name);
  if (found) return found;
  const names = all.map((recipe) => recipe.name);
  throw new UsageError(
    `Cannot find a recipe as its name must be one that mer recipes lists: current value is '${name}'${suggestion(name, names)}`,
  );
}

async function summaryOf({ name, path }: Recipe) {
  const { description = '', data, model, sweep } = await readExperiment(path);
  const cells = sweep && sweepCells(sweep).map((cell) => cell.name);
  return { name, model: model.name, data: data.name, description, ...(cells && { cells }) };
}

function list(all: readonly Awaited<ReturnType<typeof summaryOf>>[]): string[] {
  return [
    ...table([
      ['recipe', 'network', 'data set', 'what'],
      ...all.map(({ name, model, data, description, cells }) => [
        name,
        cells ? `${cells.length} cells` : model,
        data,
        cells ? description.split(/[.,] /)[0]! : description.split(/[.:] /)[0]!,
      ]),
    ]),
    '',
    'mer run <recipe> runs one; mer recipes <recipe> prints its file, --copy writes it here, to be changed.',
  ];
}

async function showOne({ path }: Recipe, { copy, json }: Options): Promise<void> {
  const text = await readFile(path, 'utf8');
  if (copy === undefined) {
    if (json) printJson(await readExperiment(path));
    else print(text);
    return;
  }
  const file = copy === true ? `${(await readExperiment(path)).name}.yaml` : copy;
  if (existsSync(file))
    throw new UsageError(`Cannot write ${file} as it must not be there yet: mer recipes <name> --copy <file>`);
  await writeFileAtomic(file, new TextEncoder().encode(withSchemaOf(dirname(resolve(file)), text)));
  if (json) printJson({ file: resolve(file) });
  else {
    print(`${file}\n`);
    say(`run it with: mer run ${file}\n`);
  }
}

/** The line that tells editors where the schema is, as seen from a folder; left out where the package is not installed there. */
function withSchemaOf(folder: string, text: string): string {
  const line = /^# yaml-language-server: .*\n/m;
  const place = (at: string): string | undefined => {
    const schema = join(at, 'node_modules/@mer/experiments/dist/experiment.schema.json');
    if (existsSync(schema)) return relative(folder, schema).replaceAll('\\', '/');
    return dirname(at) === at ? undefined : place(dirname(at));
  };
  const schema = place(folder);
  return text.replace(line, '').replace(/^/, schema === undefined ? '' : `# yaml-language-server: $schema=${schema}\n`);
}
