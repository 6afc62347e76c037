import {
  findKeptWeights,
  type KeptWeights,
  keepWeights,
  listRecipes,
  readExperiment,
  weightsFolder,
} from '@mer/experiments';
import { findPretrained, PRETRAINED_WEIGHTS, type PretrainedWeights } from '@mer/models';
import { UsageError } from '../errors.js';
import { print, printJson, say } from '../output.js';
import { table } from '../table.js';

interface Options {
  file?: string;
  /** Fetch it from its makers, or from another address. */
  download?: true | string;
  anyHash?: boolean;
  folder?: string;
  json?: boolean;
}

/** `mer weights [name]` */
export async function weights(name: string | undefined, options: Options): Promise<void> {
  const { file, download, anyHash, folder = weightsFolder(), json } = options;
  if (name === undefined) {
    if (file !== undefined || download !== undefined) {
      throw new UsageError('Cannot keep weights as their name must be given: mer weights <name> --file <file>');
    }
    return list(folder, json);
  }
  const entry = entryOf(name);
  if (file !== undefined && download !== undefined) {
    throw new UsageError('Cannot keep weights as --file and --download exclude each other');
  }
  let kept = await findKeptWeights(name, folder);
  if (file !== undefined || download !== undefined) {
    if (download !== undefined) say(`downloading ${download === true ? entry.url : download}\n`);
    kept = await keepWeights(name, { file, download, anyHash, folder });
    say(`kept as ${kept.path}\n`);
  }
  const recipes = await startingFrom(name);
  if (json) printJson({ ...entry, kept: kept ?? null, recipes });
  else print(`${describe(entry, kept, recipes).join('\n')}\n`);
}

function entryOf(name: string): PretrainedWeights {
  try {
    return findPretrained(name);
  } catch (cause) {
    throw new UsageError((cause as Error).message, { cause });
  }
}

async function list(folder: string, json: boolean | undefined): Promise<void> {
  const rows = await Promise.all(
    PRETRAINED_WEIGHTS.map(async (entry) => ({ ...entry, kept: (await findKeptWeights(entry.name, folder)) ?? null })),
  );
  if (json) return printJson(rows);
  const lines = table([
    ['weights', 'network', 'trained on', 'MB', 'file', 'here'],
    ...rows.map(({ name, network, trainedOn, bytes, file, kept }) => [
      name,
      network,
      trainedOn,
      (bytes / 1e6).toFixed(0),
      file,
      kept ? keptText(kept) : 'no',
    ]),
  ]);
  print(
    `${[...lines, '', `Kept in ${folder}. mer weights <name> says where one comes from; --file takes yours, --download fetches it.`].join('\n')}\n`,
  );
}

const keptText = ({ checked }: KeptWeights) =>
  ({ yes: 'yes, hash right', no: 'yes, of your own', unknown: 'yes, no hash known' })[checked];

function describe(entry: PretrainedWeights, kept: KeptWeights | undefined, recipes: readonly string[]): string[] {
  const { name, network, into, trainedOn, origin, file, url, sha256, bytes, licence } = entry;
  return [
    name,
    ...table([
      ['network', `${network}${into === 'backbone' ? ', and every network that has it as a backbone' : ''}`],
      ['trained on', trainedOn],
      ['from', origin],
      ['file', `${file}, about ${(bytes / 1e6).toFixed(0)} MB`],
      ['address', url],
      ['SHA-256', sha256.length > 0 ? `begins with ${sha256.join(' or ')}` : 'its makers name none'],
      ['licence', licence],
      ['recipes', recipes.length > 0 ? recipes.join(', ') : 'none starts from it'],
      ['here', kept ? `${kept.path} (${keptText(kept)}), from ${kept.from}, SHA-256 ${kept.sha256}` : 'no'],
    ]).map((line) => `  ${line}`),
    '',
    kept
      ? `To begin with it: mer run <experiment> --set model.weights=weights:${name}`
      : `To keep it: mer weights ${name} --file <your ${file}>, or --download to fetch it from the address above`,
  ];
}

/** Recipes whose paper starts from these weights. */
async function startingFrom(name: string): Promise<string[]> {
  const all = await Promise.all(
    (await listRecipes()).map(async (recipe) => ({
      name: recipe.name,
      model: (await readExperiment(recipe.path)).model,
    })),
  );
  return all.filter(({ model }) => model.start?.weights === name).map((recipe) => recipe.name);
}
