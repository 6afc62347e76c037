import { type ExportSource, exportNetwork, loadParts, type NetworkExport, openExperiment } from '@mer/experiments';
import { UsageError } from '../errors.js';
import { type ExperimentOptions, settingsOf } from '../experiment-options.js';
import { interruptible } from '../interrupt.js';
import { print, printJson, say, terminal } from '../output.js';
import { createCounter } from '../progress.js';
import { table } from '../table.js';

interface Options extends ExperimentOptions {
  out: string;
  weights?: string;
  entry?: string;
  fold?: string;
  ensemble?: boolean;
  half?: boolean;
  int8?: boolean;
  license?: string;
  dataLicense?: string;
  measure: boolean;
}

/** `mer export <run>`, `mer export <experiment> --weights <file or folder>` */
export async function exportFolder(what: string, options: Options): Promise<void> {
  const { out, half, int8, license, dataLicense, measure, json } = options;
  if (half && int8) throw new UsageError('Cannot export with --half and --int8: weights lie in one way');
  const { source, own } = await openSource(what, options);
  const progress = createCounter(terminal, 'written', 'sets of weights');
  try {
    const done = await interruptible('stopped; nothing was written', (signal) =>
      exportNetwork(source, {
        out,
        encoding: half ? 'float16' : int8 ? 'int8' : 'float32',
        license,
        dataLicense,
        measure,
        own,
        onNote: (text) => say(`${text}\n`),
        onProgress: progress.show,
        signal,
      }),
    );
    progress.end();
    if (json) printJson(done);
    else print(`${text(done)}\n`);
    if (license === undefined) say('license of the weights: not stated (--license <name>)\n');
    if (dataLicense === undefined) say('license of the data: not stated (--data-license <words>)\n');
    say(`network: ${out}\n`);
  } finally {
    progress.end();
  }
}

async function openSource(what: string, options: Options) {
  const { weights, entry, fold, ensemble, set, data, use } = options;
  if (weights === undefined) {
    if (set.length > 0) {
      throw new UsageError(
        'Cannot change settings of a run that is exported: --set is for an experiment with --weights',
      );
    }
    if (entry !== undefined) throw new UsageError('Cannot use --entry without --weights');
    const source: ExportSource = { run: what, fold, ensemble, root: data };
    return { source, own: await loadParts(use) };
  }
  if (fold !== undefined || ensemble) {
    throw new UsageError('Cannot use --fold or --ensemble with --weights: every file of the folder is a member');
  }
  const { experiment, own } = await openExperiment(what, {
    set: settingsOf(options),
    use,
    onNote: (note) => say(`${note}\n`),
  });
  return { source: { experiment, weights, entry } satisfies ExportSource, own };
}

function text({ file, bytes, loss }: NetworkExport): string {
  const { evaluation } = file.expected;
  const score = (of: Readonly<Record<string, number>>, name: string) => (of[name] ?? Number.NaN).toFixed(4);
  return [
    file.name,
    ...table([
      ['model', file.model.name],
      ['classes', file.classes.join(', ')],
      ['inputs', file.inputs.map(({ name, shape }) => `${name} [${shape.join(', ')}]`).join(', ')],
      ['networks', String(file.weights.length)],
      [
        'weights',
        `${file.encoding}, ${file.weights.reduce((sum, one) => sum + one.bytes, 0).toLocaleString('en')} bytes`,
      ],
      ['folder', `${bytes.toLocaleString('en')} bytes`],
      [
        'expected',
        evaluation ? `UF1 ${evaluation.scores['uf1']?.value.toFixed(4)} by ${evaluation.run}` : 'nothing tells',
      ],
    ]).map((line) => `  ${line}`),
    ...(loss
      ? [
          '',
          ...table([
            ['on the folds', 'UF1', 'UAR', 'accuracy'],
            ['float32', ...['uf1', 'uar', 'accuracy'].map((name) => score(loss.float32, name))],
            [file.encoding, ...['uf1', 'uar', 'accuracy'].map((name) => score(loss.encoded, name))],
          ]).map((line) => `  ${line}`),
        ]
      : []),
  ].join('\n');
}
