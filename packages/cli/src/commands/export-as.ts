import { stat } from 'node:fs/promises';
import { dirname, extname, join } from 'node:path';
import {
  exportAs as exportNetwork,
  listRecipes,
  loadParts,
  openExperiment,
  openExportable,
  openWeights,
  type Runtime,
} from '@mer/experiments';
import { makeFolder, writeFileAtomic } from '@mer/io';
import { UsageError } from '../errors.js';
import { type ExperimentOptions, settingsOf } from '../experiment-options.js';
import { print, printJson, say } from '../output.js';

/** What `mer export --as` takes. */
export interface ExportAsOptions extends ExperimentOptions {
  out: string;
  as: Runtime;
  /** A file of weights, of an experiment. */
  weights?: string;
  entry?: string;
  /** Of a run. */
  fold?: string;
  seed?: number;
  batch?: number;
  rest?: string;
  /** Of folders alone. */
  ensemble?: boolean;
  half?: boolean;
  int8?: boolean;
  license?: string;
  dataLicense?: string;
}

const ENDINGS = { onnx: '.onnx', authors: '.safetensors' } as const;

/** `mer export <run> --as <runtime>`, `mer export <experiment> --weights <file> --as <runtime>` */
export async function exportAs(source: string, options: ExportAsOptions): Promise<void> {
  const { out, as, batch, rest, json } = options;
  const { ensemble, half, int8, license, dataLicense } = options;
  const stray = Object.entries({ ensemble, half, int8, license, 'data-license': dataLicense }).find(
    ([, value]) => value,
  );
  if (stray) throw new UsageError(`Cannot use --${stray[0]} with --as as it is for folders: leave --as out`);
  const ending = as === 'tfjs-layers' ? undefined : ENDINGS[as];
  if (ending !== undefined && extname(out) !== ending) {
    throw new UsageError(`Cannot export as ${as} as --out must be a file ending in ${ending}: current value is ${out}`);
  }
  const { predictor, ...known } = await openSource(source, options);
  const { files, description } = await exportNetwork(predictor, as, { ...known, batch, rest }).catch(
    (cause: unknown) => {
      // a network that this cannot be done with is a wrong choice of words
      throw cause instanceof TypeError ? new UsageError(cause.message, { cause }) : cause;
    },
  );
  const folder = ending === undefined ? out : dirname(out);
  await makeFolder(folder);
  const written: Record<string, number> = {};
  const put = async (path: string, bytes: Uint8Array) => {
    await writeFileAtomic(path, bytes);
    written[path] = bytes.length;
  };
  for (const [name, bytes] of Object.entries(files)) await put(ending === undefined ? join(out, name) : out, bytes);
  const beside = ending === undefined ? join(out, 'preprocessing.json') : `${out.slice(0, -ending.length)}.json`;
  await put(beside, new TextEncoder().encode(`${JSON.stringify(description, null, 2)}\n`));
  if (json) return printJson({ as, files: written, description });
  print(
    Object.entries(written)
      .map(([path, bytes]) => `${path}  ${bytes} bytes\n`)
      .join(''),
  );
  if (as === 'tfjs-layers')
    say('programs that load it import @mer/models, whose layers it has: loadModel() of that package\n');
  say(`${beside} says what the network takes and how it is made of a clip\n`);
}

async function openSource(source: string, options: ExportAsOptions) {
  const { weights, entry, fold, seed, use } = options;
  const isRun = await stat(join(source, 'run.json')).then(
    () => true,
    () => false,
  );
  if (isRun) {
    if (weights !== undefined || entry !== undefined) {
      throw new UsageError(
        'Cannot use --weights or --entry as they belong to experiments: a run has weights, --fold says which',
      );
    }
    return openExportable(source, { fold, seed, own: await loadParts(use) });
  }
  if (fold !== undefined || seed !== undefined) {
    throw new UsageError(`Cannot use --fold or --seed as they belong to runs: ${source} is none`);
  }
  if (weights === undefined) {
    const recipe = (await listRecipes()).some(({ name }) => name === source);
    const what = recipe || /\.(ya?ml|json)$/i.test(source) ? `the experiment ${source} alone` : source;
    throw new UsageError(
      `Cannot export ${what} as there must be weights: give the folder of a run, or an experiment and --weights <file>`,
    );
  }
  const { experiment, own } = await openExperiment(source, {
    set: settingsOf(options),
    use,
    onNote: (text) => say(`${text}\n`),
  });
  return { predictor: await openWeights(experiment, weights, { entry, own }) };
}
