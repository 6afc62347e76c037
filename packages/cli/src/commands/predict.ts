import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type BackendName, useBackend } from '@mer/backends';
import {
  clipPredictor,
  listRecipes,
  loadParts,
  openExperiment,
  openRunPredictor,
  openWeights,
  type Predictor as RunPredictor,
} from '@mer/experiments';
import { makeFolder, readImage, writeImage } from '@mer/io';
import { visible } from '@mer/options';
import {
  type Aligned,
  type Answer,
  answerPictures,
  loadPredictor,
  MODEL_FILE,
  type ModelFile,
  type Predictor,
  type PredictorSource,
  type PredictPart,
} from '@mer/predictor';
import { UsageError } from '../errors.js';
import { type ExperimentOptions, settingsOf } from '../experiment-options.js';
import { interruptible } from '../interrupt.js';
import { print, printJson, say, terminal } from '../output.js';
import { createCounter } from '../progress.js';
import { openDetector } from '../represent/open-detector.js';
import { type Marks, openEvenRecording, position } from '../represent/read-clip.js';
import { reasonText } from '../represent/reason-text.js';
import { readLandmarkFile } from '../represent/recording-landmarks.js';
import { table } from '../table.js';

interface Options extends Marks, ExperimentOptions {
  out?: string;
  weights: string;
  entry?: string;
  fps?: number;
  landmarks?: string;
  several: 'refuse' | 'largest' | 'surest' | 'middle';
  align: 'auto' | 'face' | 'none';
  stabilize: 'none' | 'shift' | 'similarity';
  force?: boolean;
}

/** What predicts: the network of a run, of an experiment with weights, or of an exported folder. */
interface Opened {
  predictor: Predictor;
  /** Whose weights. */
  weights: RunPredictor['weights'] | 'exported';
  file?: ModelFile;
}

/** `mer predict <run or exported folder> <clip>`, `mer predict <experiment> --weights <file or folder> <clip>` */
export async function predict(run: string, path: string, options: Options): Promise<void> {
  const opened = await open(run, options);
  try {
    await predictWith(opened, path, options);
  } finally {
    opened.predictor.dispose();
  }
}

async function predictWith(opened: Opened, path: string, options: Options): Promise<void> {
  const info = await stat(path).catch((cause) => {
    throw new UsageError(`Cannot predict as ${path} must be a folder of frames, a video, or a picture`, { cause });
  });
  const isPicture = info.isFile() && /\.(png|jpe?g|bmp)$/i.test(path);
  const given = isPicture ? await givenPicture(path) : await givenRecording(path, options);
  const counters: Record<PredictPart, ReturnType<typeof createCounter>> = {
    face: createCounter(terminal, 'looked for the face in', 'frames'),
    motion: createCounter(terminal, 'measured the motion of', 'frames'),
    network: createCounter(terminal, 'used', 'sets of weights'),
  };
  const { detect, missing } = isPicture || given.landmarks ? { missing: undefined } : await openDetector();
  try {
    if (missing !== undefined && !options.force) throw refused(path, [missing]);
    const { marks, landmarks, fps } = given;
    const { several, align, stabilize, force } = options;
    const all = await interruptible('stopped', (signal) =>
      opened.predictor.predictEach(given.source, {
        ...{ marks, landmarks, fps, several, align, stabilize, force, detect, signal },
        heatMaps: options.out !== undefined,
        onProgress: (part, count, total) => counters[part].show(count, total),
      }),
    ).catch((cause: unknown) => {
      if (!(cause instanceof RangeError)) throw cause;
      throw new UsageError(cause.message, { cause });
    });
    for (const counter of Object.values(counters)) counter.end();
    const [refusal] = all.filter((one) => !one.answered);
    if (refusal) throw refused(path, refusal.reasons.map(reasonText));
    const answers = all as Answer[];
    const folders = answers.map((_, i) =>
      options.out === undefined || answers.length === 1 ? options.out : join(options.out, `interval-${i + 1}`),
    );
    for (const [i, folder] of folders.entries()) {
      if (folder !== undefined) await writePictures(folder, answers[i]!);
    }
    const forced = missing === undefined ? answers[0]!.forced.map(reasonText) : [missing];
    const shown: Shown = { opened, numbers: given.numbers, forced, answers };
    if (options.json) printJson(plain(path, shown, folders));
    else print(text(shown));
    if (options.out !== undefined) say(`pictures: ${options.out}\n`);
  } finally {
    for (const counter of Object.values(counters)) counter.end();
    await given.close();
  }
}

const refused = (path: string, reasons: readonly string[]) =>
  new UsageError(`Cannot predict ${path} as ${reasons.join('; ')}. --force goes on all the same`);

/** Of a run, of an exported folder, or of an experiment with weights of anybody's. */
async function open(run: string, options: Options): Promise<Opened> {
  if (existsSync(join(run, MODEL_FILE)) && !existsSync(join(run, 'run.json'))) return openExported(run, options);
  const opened = await openNetwork(run, options);
  await useBackend((options.backend ?? opened.experiment.backend) as 'auto' | BackendName);
  return { predictor: clipPredictor(opened), weights: opened.weights };
}

/** A folder that `mer export` wrote. */
async function openExported(folder: string, options: Options): Promise<Opened> {
  const { weights, entry, use } = options;
  const stray = weights === 'auto' ? (entry === undefined ? undefined : '--entry') : '--weights';
  if (stray) throw new UsageError(`Cannot use ${stray} as ${folder} is an exported network, with its own weights`);
  const counter = createCounter(terminal, 'loaded', 'bytes of weights');
  const own = await loadParts(use);
  const predictor = await interruptible('stopped', (signal) =>
    loadPredictor(folder, {
      ...{ backend: (options.backend ?? 'auto') as 'auto' | BackendName, parts: own?.parts, signal },
      onProgress: counter.show,
    }),
  ).finally(() => counter.end());
  return { predictor, weights: 'exported', file: predictor.file };
}

async function openNetwork(run: string, options: Options): Promise<RunPredictor> {
  const { weights, entry, use } = options;
  if (weights === 'auto' || weights === 'final' || weights === 'folds') {
    const recipe = (await listRecipes()).some(({ name }) => name === run);
    if (recipe || /\.(ya?ml|json)$/i.test(run)) {
      throw new UsageError(
        `Cannot predict with the experiment ${run} alone: say with --weights which weights, a file or a folder`,
      );
    }
    const stray = entry === undefined ? undefined : '--entry';
    if (stray) throw new UsageError(`Cannot use ${stray} as it belongs to weight files: say which with --weights`);
    return openRunPredictor(run, { weights, own: await loadParts(use) });
  }
  const { experiment, own } = await openExperiment(run, {
    set: settingsOf(options),
    use,
    onNote: (text) => say(`${text}\n`),
  });
  return openWeights(experiment, weights, { entry, own });
}

/** What is predicted. */
interface Given {
  source: PredictorSource;
  fps?: number | undefined;
  marks?: { onset?: number; apex?: number; offset?: number };
  landmarks?: Awaited<ReturnType<typeof readLandmarkFile>> | undefined;
  /** What its frames are called. */
  numbers: readonly number[];
  close(): Promise<void>;
}

/** A picture is itself, with values from 0 to 255 as in data sets of images. */
async function givenPicture(path: string): Promise<Given> {
  const source = await readImage(path, { channels: 3, range: 'byte' });
  return { source, numbers: [], close: async () => source.dispose() };
}

/** A folder or a video, its frames read when they are needed. */
async function givenRecording(path: string, options: Options): Promise<Given> {
  const { fps: asked } = options;
  const { frames, numbers, fps, close } = await openEvenRecording(path, {
    color: true,
    ...(asked !== undefined && { fps: asked }),
  });
  try {
    const marks = Object.fromEntries(
      (['onset', 'apex', 'offset'] as const).map((name) => [name, position(numbers, options[name], name)]),
    );
    checkOrder(marks, options);
    const landmarks =
      options.landmarks === undefined
        ? undefined
        : await readLandmarkFile(options.landmarks, [frames.shape[1], frames.shape[2]]);
    return { source: frames, fps, marks, landmarks, numbers, close };
  } catch (error) {
    await close();
    throw error;
  }
}

function checkOrder(
  { onset, apex, offset }: { onset?: number | undefined; apex?: number | undefined; offset?: number | undefined },
  marks: Marks,
): void {
  const order = [onset ?? 0, apex ?? onset ?? 0, offset ?? Number.POSITIVE_INFINITY];
  if (order[0]! <= order[1]! && order[1]! <= order[2]! && order[0]! < order[2]!) return;
  const shown = [marks.onset, marks.apex, marks.offset].map((mark) => mark ?? 'spotted').join(', ');
  throw new UsageError(`Cannot predict as onset, apex and offset must follow one another: they are ${shown}`);
}

/** What is said. */
interface Shown {
  opened: Opened;
  numbers: readonly number[];
  /** Why it would be refused without --force. */
  forced: readonly string[];
  answers: readonly Answer[];
}

function text({ opened, numbers, forced, answers }: Shown): string {
  const [first] = answers as [Answer, ...Answer[]];
  const about = describe(first);
  const blocks = answers.map((answer, i) =>
    [
      ...(answer.marks ? [intervalText(answer, numbers, answers.length > 1 ? i + 1 : 0)] : []),
      resultText(answer, opened),
    ].join('\n'),
  );
  const notes = [...new Set(answers.flatMap((answer) => answer.notes))];
  const said = [...forced.map((reason) => `FORCED: ${reason}`), ...notes.map((note) => `note: ${note}`)];
  return [[...about, ...said].map(visible).join('\n'), ...blocks]
    .filter((block) => block !== '')
    .join('\n\n')
    .concat('\n');
}

/** What was found of the face and its motion, a line each. */
function describe({ marks, quality: { frames, fps, face, motion, aligned } }: Answer): string[] {
  if (!marks) return [];
  const rate = fps === null ? 'frames a second not known, taken as 30' : `${fps} frames a second`;
  return [
    `recording: ${frames.count} frames of ${frames.width} x ${frames.height}, ${rate}`,
    face
      ? `face: ${face.from === 'given' ? `points given for ${face.frames} frames` : `score ${face.meanScore.toFixed(2)} (least ${face.lowestScore.toFixed(2)}), in ${face.found} of ${face.frames} frames looked at`}; ${ALIGNED[aligned!]}`
      : `face: none; ${ALIGNED[aligned!]}`,
    ...(motion
      ? [
          `motion: ${motion.pixels.toFixed(2)} pixels of 256 (${motion.region})${motion.ratio === null ? '' : `, ${motion.ratio.toFixed(1)} times still skin (${motion.noise.toFixed(2)})`}`,
        ]
      : []),
  ];
}

const ALIGNED: Readonly<Record<Aligned, string>> = {
  'own-step': 'aligned by the steps of the network',
  face: 'the network has no step that cuts out the face: cut out here, as its data set must have been (--align none takes whole pictures)',
  whole: 'taken as the pictures are, whole: the network has no step that cuts out the face',
};

function intervalText({ marks, quality: { fps } }: Answer, numbers: readonly number[], number: number): string {
  const { onset, apex, offset, from, kind } = marks!;
  const mark = (name: 'onset' | 'apex' | 'offset', frame: number | null) =>
    frame === null ? `${name} not needed` : `${name} ${numbers[frame]} (${from[name]})`;
  const named = number === 0 ? 'interval' : `interval ${number}`;
  const seconds = fps ? `, ${((offset - onset) / fps).toFixed(2)} s` : '';
  return `${named}: ${mark('onset', onset)}, ${mark('apex', apex)}, ${mark('offset', offset)}${seconds}${kind ? `, ${kind}` : ''}`;
}

function resultText({ classes, probabilities, std, predicted, members }: Answer, { weights, file }: Opened): string {
  const order = classes.map((_, i) => i).sort((a, b) => probabilities[b]! - probabilities[a]!);
  const who = {
    final: `weights trained on all samples (${members})`,
    folds: `mean of the weights of ${members} folds`,
    exported:
      members === 1
        ? `exported network ${visible(file?.name ?? '')}`
        : `exported network ${visible(file?.name ?? '')}, mean of ${members} sets of weights`,
    given: members === 1 ? 'weights of one file' : `mean of the weights of ${members} files`,
  }[weights];
  const rows = order.map((i) => [
    classes[i]!,
    probabilities[i]!.toFixed(4),
    ...(members > 1 ? [`± ${std[i]!.toFixed(4)}`] : []),
  ]);
  return `${visible(predicted)}\n\n${table(rows).join('\n')}\n\n${who}`;
}

/** Everything, as JSON. */
function plain(
  path: string,
  { opened: { weights }, numbers, forced, answers }: Shown,
  folders: readonly (string | undefined)[],
): object {
  const { marks, quality } = answers[0] as Answer;
  const recording = marks
    ? { ...quality.frames, fps: quality.fps, face: quality.face, motion: quality.motion, aligned: quality.aligned }
    : {};
  return {
    clip: path,
    ...recording,
    forced: forced.length > 0 ? forced : undefined,
    notes: [...new Set(answers.flatMap((answer) => answer.notes))],
    predictions: answers.map(
      (
        {
          inputs,
          heatMaps: _maps,
          marks: interval,
          quality: _quality,
          notes: _notes,
          forced: _forced,
          answered: _answered,
          ...rest
        },
        i,
      ) => ({
        interval: interval && {
          ...interval,
          onset: numbers[interval.onset],
          apex: interval.apex === null ? null : numbers[interval.apex],
          offset: numbers[interval.offset],
        },
        ...rest,
        weights,
        inputs: inputs.map(({ name, shape }) => ({ name, shape })),
        pictures: folders[i],
      }),
    ),
  };
}

/** What the network saw, and where it looked, for each input. */
async function writePictures(out: string, answer: Answer): Promise<void> {
  await makeFolder(out);
  for await (const { input, seen, heat } of answerPictures(answer)) {
    await writeImage(join(out, `${input}.png`), seen);
    if (heat) await writeImage(join(out, `${input}-heat.png`), heat);
    seen.dispose();
    heat?.dispose();
  }
}
