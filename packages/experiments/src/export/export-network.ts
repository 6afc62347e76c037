import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile, rename, rm, rmdir } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { useBackend } from '@mer/backends';
import { makeFolder, systemErrorCode, systemErrorText, writeFileAtomic } from '@mer/io';
import { suggestion } from '@mer/options';
import { type MemberFile, MODEL_FILE, type ModelFile, modelFileText, type WeightEncoding } from '@mer/predictor';
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { NO_PARTS, type OwnParts } from '../parts/own-modules.js';
import { openWeights } from '../predict/predictor.js';
import { imageMakers } from '../prepare/image-makers.js';
import { openExperimentData } from '../prepare/prepare.js';
import { imagesOfSample } from '../prepare/sample-images.js';
import { encodeModel } from '../run/encode-model.js';
import { evaluateExperiment } from '../run/evaluate.js';
import { makeModel } from '../run/model.js';
import { putWeights } from '../run/put-weights.js';
import { experimentOfRun, readRunManifest } from '../run/read-manifest.js';
import { readRun } from '../run/read-run.js';
import { type Expected, finalFold, foldFolder, type RunManifest } from '../run/run-store.js';
import { evaluationOfRun } from '../run/train-network.js';
import { homepage, packageVersion } from '../run/version.js';
import type { Experiment } from '../schema/experiment.js';
import { ExperimentError } from '../schema/experiment-error.js';
import { evaluationOf } from '../summaries/evaluation-of.js';
import type { RunSummary } from '../summaries/summary.js';
import { NO_SCORE } from '../summaries/trained-summary.js';
import { describeNetwork, type ExportedNetwork } from './describe-network.js';
import { modelCard, NOT_STATED } from './model-card.js';

/** What {@link exportNetwork} exports: the network of a run, or of an experiment with weights of anybody's. */
export type ExportSource =
  | {
      /** Folder of a run. */
      run: string;
      /** The network of this fold; the one that was trained on all subjects where neither is given. */
      fold?: string | undefined;
      /** The networks of all folds together. */
      ensemble?: boolean | undefined;
      /** Folder of the data set, where the folds are tested; that of the run by default. */
      root?: string | undefined;
    }
  | {
      /** Complete experiment; its training part is not used. */
      experiment: Experiment;
      /** A file (safetensors, PyTorch, Keras), or a folder of such, together an ensemble. */
      weights: string;
      /** Where the state dict lies in each file; found by itself where one fits. */
      entry?: string | undefined;
    };

/** Options of {@link exportNetwork}. */
export interface ExportNetworkOptions {
  /** Folder to write; new or empty. */
  out: string;
  /** How weights lie in their files. Default `float32`. */
  encoding?: WeightEncoding | undefined;
  /** License of the weights, such as `CC-BY-4.0`; written as `not stated` where it is not given. */
  license?: string | undefined;
  /** License of the data, in words; written as `not stated` where it is not given. */
  dataLicense?: string | undefined;
  /**
   * Whether to test the folds where the data set is there: with an encoding, for what it loses; of given weights, for what to expect of them. Default true.
   */
  measure?: boolean | undefined;
  /** The own parts that it was made with. */
  own?: OwnParts | undefined;
  /** When it was exported; now by default. Everything else is the same for the same network. */
  created?: string | undefined;
  /** Told what a reader should know. */
  onNote?: ((text: string) => void) | undefined;
  /** Called after each set of weights. */
  onProgress?: ((done: number, total: number) => void) | undefined;
  /** Ends the work by throwing the signal's reason; nothing is left then. */
  signal?: AbortSignal | undefined;
}

/** What {@link exportNetwork} has written. */
export interface NetworkExport {
  /** The folder. */
  out: string;
  /** What its `model.json` says. */
  file: ModelFile;
  /** Bytes of all files together. */
  bytes: number;
  /** What the encoding changes on the folds, each tested on who it has not seen; absent where that could not be measured. */
  loss?: { float32: FoldScores; encoded: FoldScores } | undefined;
}

/** Scores of all samples. */
export type FoldScores = Readonly<Record<string, number>>;

/**
 * Writes a trained network as a folder that pages, servers and other programs load: `model.json`, weights as safetensors, and a model card, `README.md`. The folder is there whole or not at all.
 *
 * @param source - a run, or an experiment with weights
 * @param options - folder, encoding, licenses
 * @returns what was written, and what an encoding loses on the run's own folds
 * @throws {@link ExperimentError} where there is no such network, the folder is not empty, or the shapes of its inputs cannot be told without the data set
 * @throws Error that names a weight file that does not fit, or a weight that cannot be encoded
 *
 * @example
 * ```ts no-run
 * import { exportNetwork } from '@mer/experiments';
 *
 * const { bytes } = await exportNetwork({ run: 'runs/first-steps-all' }, { out: 'shipped', license: 'CC-BY-4.0' });
 * console.log(bytes);
 * ```
 */
export async function exportNetwork(
  source: ExportSource,
  {
    out,
    encoding = 'float32',
    license = NOT_STATED,
    dataLicense = NOT_STATED,
    measure = true,
    own = NO_PARTS,
    created = new Date().toISOString(),
    onNote = () => {},
    onProgress = () => {},
    signal,
  }: ExportNetworkOptions,
): Promise<NetworkExport> {
  await checkOut(out);
  const chosen = 'run' in source ? await ofRun(source, own) : await ofWeights(source, own);
  await useBackend(chosen.experiment.backend);
  const measured = measure ? await measureFolds(source, chosen, { encoding, own, onNote, signal }) : undefined;
  const shapes = chosen.shapes ?? (await shapesOf(chosen.experiment, own));
  const network: ExportedNetwork = {
    ...chosen,
    shapes,
    data: chosen.data ?? measured?.plain.data,
    expected: measured?.expected ?? chosen.expected,
  };
  const inputs = shapes.map((shape) => ({ shape: [...shape], values: new Float32Array(0) }));
  const model = makeModel(chosen.experiment, { classes: [...chosen.classes], labels: [], inputs }, 0, own.parts);
  const made = join(
    dirname(resolve(out)),
    `.${basename(resolve(out)).slice(0, 60)}.${randomBytes(6).toString('hex')}.tmp`,
  );
  try {
    await makeFolder(made);
    const weights: MemberFile[] = [];
    for (const [i, member] of chosen.members.entries()) {
      signal?.throwIfAborted();
      weights.push(
        await writeMember(made, model, member, {
          encoding,
          name: memberName(i, chosen.members.length),
          entry: chosen.entry,
        }),
      );
      onProgress(i + 1, chosen.members.length);
    }
    const file: ModelFile = {
      ...describeNetwork(network, model, own),
      license: { weights: license, data: dataLicense },
      weights,
      encoding,
      versions: { mer: packageVersion(), node: process.version, tfjs: tf.version_core },
      created,
    };
    const texts = { [MODEL_FILE]: modelFileText(file), 'README.md': modelCard(file, { homepage: homepage() }) };
    for (const [name, text] of Object.entries(texts))
      await writeFileAtomic(join(made, name), new TextEncoder().encode(text));
    await moveTo(made, out);
    const bytes =
      weights.reduce((sum, member) => sum + member.bytes, 0) +
      Object.values(texts).reduce((sum, text) => sum + Buffer.byteLength(text), 0);
    const encoded = measured?.encoded;
    return {
      out,
      file,
      bytes,
      ...(measured && encoded && { loss: { float32: scoresOf(measured.plain), encoded: scoresOf(encoded) } }),
    };
  } finally {
    model.dispose();
    await rm(made, { recursive: true, force: true });
  }
}

/** A file of weights that is a member of the ensemble. */
interface Member {
  path: string;
  seed: number | null;
  fold?: string | undefined;
}

/** A network with its weights, as far as it is known without the data set. */
interface Chosen extends Omit<ExportedNetwork, 'shapes'> {
  shapes?: ExportedNetwork['shapes'] | undefined;
  members: Member[];
  entry?: string | undefined;
  /** Whether the weights are those of folds, which can be tested. */
  folds: boolean;
}

async function ofRun(
  { run, fold, ensemble, root }: Extract<ExportSource, { run: string }>,
  own: OwnParts,
): Promise<Chosen> {
  if (fold !== undefined && ensemble) {
    throw new ExperimentError('Cannot export one fold and the ensemble of all: give fold or ensemble');
  }
  const manifest = await readRunManifest(run, { task: 'export', own });
  const read = experimentOfRun(run, manifest, own);
  const experiment = root === undefined ? read : { ...read, data: { ...read.data, root } };
  const { classes, labelKind, data, inputs, parts = [] } = manifest;
  const common = { experiment, classes, labelKind, data, shapes: inputs, modules: parts };
  if (fold === undefined && !ensemble) {
    const members = finalsOf(run, manifest);
    const expected = manifest.expected ?? (await expectedOfFolds(run, own, NO_SCORE));
    return { ...common, members, expected, folds: false };
  }
  const names = [...new Set(manifest.folds.map(({ name }) => name))];
  if (names.length === 0) {
    throw new ExperimentError(
      `Cannot export folds of ${run} as it trains on all subjects and has none: leave fold and ensemble out`,
    );
  }
  if (fold !== undefined && !names.includes(fold)) {
    throw new ExperimentError(
      `Cannot export fold ${fold} of ${run} as there is none of that name${suggestion(fold, names)}: its folds are ${names.slice(0, 20).join(', ')}${names.length > 20 ? ', …' : ''}`,
    );
  }
  const wanted = manifest.folds.filter(({ name }) => fold === undefined || name === fold);
  const members = wanted.map(({ seed, name }) => ({
    path: join(foldFolder(run, seed, name), 'weights.safetensors'),
    seed,
    fold: name,
  }));
  checkThere(run, members);
  const note =
    fold === undefined
      ? 'The score is that of the folds, each alone and tested on subjects that its network had not seen. The ensemble of them has none of its own: together they have seen every subject.'
      : `The score is that of all folds of the run, each tested on subjects that its network had not seen. This is the network of one fold: it has not seen ${fold}.`;
  return { ...common, members, expected: await expectedOfFolds(run, own, note), folds: true };
}

/** The networks of a run that were trained on all subjects. */
function finalsOf(run: string, { experiment, folds }: RunManifest): Member[] {
  const members = experiment.seeds.map((seed) => ({
    path: join(foldFolder(run, seed, finalFold), 'weights.safetensors'),
    seed,
  }));
  if (folds.length === 0 || members.some(({ path }) => existsSync(path))) {
    checkThere(run, members);
    return members;
  }
  throw new ExperimentError(
    `Cannot export ${run} as it has no network that was trained on all subjects: mer train <experiment> --evaluated-by ${run} trains one; or export its folds together (--ensemble), or one of them (--fold <subject>)`,
  );
}

function checkThere(run: string, members: readonly Member[]): void {
  const missing = members.filter(({ path }) => !existsSync(path));
  if (missing.length === 0) return;
  throw new ExperimentError(
    `Cannot export ${run} as all of its trainings must be done: ${missing.length} of ${members.length} are not; resume it first`,
  );
}

/** What the folds of a run say, where all are done. */
async function expectedOfFolds(run: string, own: OwnParts, note: string): Promise<Expected> {
  const read = await readRun(run, { own });
  if (read.missing.length > 0) {
    return {
      note: `${note} Not all folds of the run are done, so that nothing tells what to expect.`,
      evaluation: null,
    };
  }
  return { note, evaluation: evaluationOfRun(read) };
}

async function ofWeights(
  { experiment, weights, entry }: Exclude<ExportSource, { run: string }>,
  own: OwnParts,
): Promise<Chosen> {
  const { classes, labelKind, files } = await openWeights(experiment, weights, { entry, own });
  const members = files.map((path) => ({
    path,
    seed: null,
    ...(files.length > 1 && { fold: basename(path).replace(/\.[^.]+$/, '') }),
  }));
  const expected = { note: 'Weights that were given: nothing here tells what to expect of them.', evaluation: null };
  return { experiment, classes, labelKind, members, entry, expected, modules: own.modules, folds: files.length > 1 };
}

/** The shape of each input, from the first sample of the data set. */
async function shapesOf(experiment: Experiment, own: OwnParts): Promise<number[][]> {
  try {
    const dataset = await openExperimentData(experiment, own);
    const makers = imageMakers(experiment, dataset.kind, own.parts);
    const wanted = experiment.inputs.map((_, i) => i);
    const images = await imagesOfSample(dataset, experiment, { makers, index: 0, wanted, parts: own.parts });
    return images.map(({ shape }) => shape.slice(1));
  } catch (cause) {
    throw new ExperimentError(
      `Cannot tell the shapes of the inputs of ${experiment.name} as a sample of the data set ${experiment.data.name} must be there (--data <folder>): ${(cause as Error).message}`,
      { cause },
    );
  }
}

interface Measured {
  plain: RunSummary;
  encoded?: RunSummary | undefined;
  expected?: Expected | undefined;
}

/** Tests the folds, as they are and as they are exported; undefined where that is not needed, or cannot be. */
async function measureFolds(
  source: ExportSource,
  { experiment, folds }: Chosen,
  {
    encoding,
    own,
    onNote,
    signal,
  }: { encoding: WeightEncoding; own: OwnParts; onNote: (text: string) => void; signal: AbortSignal | undefined },
): Promise<Measured | undefined> {
  const given = 'experiment' in source;
  if (encoding === 'float32' && !given) return undefined;
  if (!folds) {
    if (encoding !== 'float32') {
      onNote(
        `what ${encoding} loses is not measured, as there are no folds: mer evaluate <experiment> --weights <run> --encoding ${encoding} tests those of a run`,
      );
    }
    return undefined;
  }
  const weights = given ? source.weights : source.run;
  const how = { weights, own, ...(given && { entry: source.entry }), ...(signal && { signal }) };
  try {
    const plain = (await evaluateExperiment(experiment, how)).summary;
    const encoded =
      encoding === 'float32' ? undefined : (await evaluateExperiment(experiment, { ...how, encoding })).summary;
    const note =
      'The score is that of the given weights, one for each fold, tested on the subject that its file is named after. The ensemble of them has none of its own: together they have seen every subject.';
    const expected = given
      ? { note, evaluation: { ...evaluationOf(plain, await hashOfFiles(source, own)), seeds: [] } }
      : undefined;
    return { plain, encoded, expected };
  } catch (cause) {
    signal?.throwIfAborted();
    onNote(`the folds are not tested: ${(cause as Error).message.split('\n')[0]}`);
    return undefined;
  }
}

/** What identifies given weights: the contents of their files, in order. */
async function hashOfFiles(source: Exclude<ExportSource, { run: string }>, own: OwnParts): Promise<string> {
  const { files } = await openWeights(source.experiment, source.weights, { own });
  const hash = createHash('sha256');
  for (const file of files) hash.update(await readFile(file));
  return hash.digest('hex');
}

const scoresOf = ({ seeds, perSeed }: RunSummary): FoldScores => {
  const mean = (score: 'uf1' | 'uar' | 'accuracy') =>
    perSeed.reduce((sum, { scores }) => sum + scores[0]![score], 0) / seeds.length;
  return { uf1: mean('uf1'), uar: mean('uar'), accuracy: mean('accuracy') };
};

/** Members are numbered, as names of subjects may be anything; `model.json` says whose they are. */
const memberName = (i: number, of: number) =>
  of === 1 ? 'weights.safetensors' : `weights-${String(i + 1).padStart(String(of).length, '0')}.safetensors`;

async function writeMember(
  folder: string,
  model: LayersModel,
  { path, seed, fold }: Member,
  { encoding, name, entry }: { encoding: WeightEncoding; name: string; entry: string | undefined },
): Promise<MemberFile> {
  await putWeights(model, path, { entry });
  const bytes = await encodeModel(model, encoding);
  await writeFileAtomic(join(folder, name), bytes);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { file: name, bytes: bytes.length, sha256, seed, ...(fold !== undefined && { fold }) };
}

/** Throws where something would be replaced. */
async function checkOut(out: string): Promise<void> {
  const found = await readdir(out).catch((cause: unknown) => {
    if (systemErrorCode(cause) === 'ENOENT') return [];
    throw new ExperimentError(`Cannot export to ${out} as ${systemErrorText(cause)}`, { cause });
  });
  if (found.length === 0) return;
  throw new ExperimentError(
    `Cannot export to ${out} as it must be new or empty: choose another folder with --out, or delete it`,
  );
}

/** Gives a finished folder its name. */
async function moveTo(made: string, out: string): Promise<void> {
  try {
    // not every system puts a folder in the place of an empty one
    if (existsSync(out)) await rmdir(out);
    await rename(made, out);
  } catch (cause) {
    throw new Error(`Cannot write the folder ${out} as ${systemErrorText(cause)}`, { cause });
  }
}
