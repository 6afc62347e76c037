import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { useBackend } from '@mer/backends';
import {
  type ClipPrediction,
  type Examination,
  type ExaminedInterval,
  type Experiment,
  examineRecording,
  listRecipes,
  loadParts,
  needsLandmarks,
  openExperiment,
  openRunPredictor,
  openWeights,
  type Predictor,
  predictSources,
  type Source,
} from '@mer/experiments';
import { makeFolder, readImage, writeImage } from '@mer/io';
import { overlayHeatMap } from '@mer/models';
import { visible } from '@mer/options';
import {
  type Clip,
  createStep,
  displayImage,
  type FrameLandmarks,
  isLongClip,
  type LongClip,
} from '@mer/representations';
import * as tf from '@tensorflow/tfjs-core';
import { UsageError } from '../errors.js';
import { type ExperimentOptions, settingsOf } from '../experiment-options.js';
import { interruptible } from '../interrupt.js';
import { print, printJson, say, terminal } from '../output.js';
import { createCounter } from '../progress.js';
import { openDetector } from '../represent/open-detector.js';
import { type Marks, openEvenRecording, position, readClip } from '../represent/read-clip.js';
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

/** `mer predict <run> <clip>`, `mer predict <experiment> --weights <file or folder> <clip>` */
export async function predict(run: string, path: string, options: Options): Promise<void> {
  const predictor = await openPredictor(run, options);
  const backend = (options.backend ?? predictor.experiment.backend) as Experiment['backend'];
  await useBackend(backend);
  const info = await stat(path).catch((cause) => {
    throw new UsageError(`Cannot predict as ${path} must be a folder of frames, a video, or a picture`, { cause });
  });
  const isPicture = info.isFile() && /\.(png|jpe?g|bmp)$/i.test(path);
  const given = isPicture ? await givenPicture(path) : await givenRecording(path, predictor, options);
  const progress = createCounter(terminal, 'used', 'sets of weights');
  try {
    const sources = given.intervals.map(({ source }) => source);
    const notes = [...given.notes];
    const predictions = await interruptible('stopped', (signal) =>
      predictSources(predictor, sources, {
        backend,
        heatMaps: options.out !== undefined,
        onProgress: progress.show,
        onNote: (text) => notes.push(text),
        signal,
      }),
    );
    progress.end();
    const folders = predictions.map((_, i) =>
      options.out === undefined || predictions.length === 1 ? options.out : join(options.out, `interval-${i + 1}`),
    );
    for (const [i, folder] of folders.entries()) {
      if (folder !== undefined) await writePictures(folder, predictions[i]!);
    }
    if (options.json) printJson(plain(path, given, notes, predictions, folders));
    else print(text(given, notes, predictions));
    if (options.out !== undefined) say(`pictures: ${options.out}\n`);
  } finally {
    progress.end();
    await given.close();
  }
}

/** Of a run, or of an experiment with weights of anybody's. */
async function openPredictor(run: string, options: Options): Promise<Predictor> {
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

/** What is predicted, and what is said about it. */
interface Given {
  intervals: { source: Source; interval?: ShownInterval }[];
  examination?: Examination;
  /** Frames of the recording, and how many a second. */
  frames?: { count: number; width: number; height: number; fps: number | null };
  /** How the face was cut out. */
  aligned?: Aligned;
  notes: string[];
  /** Why it would be refused without --force. */
  forced: string[];
  close(): Promise<void>;
}

/** An interval by the numbers of its frames. */
type ShownInterval = Omit<ExaminedInterval, 'apex'> & { apex: number | null };

type Aligned = 'own-step' | 'face' | 'whole';

/** A picture is itself, with values from 0 to 255 as in data sets of images. */
async function givenPicture(path: string): Promise<Given> {
  const source = await readImage(path, { channels: 3, range: 'byte' });
  return { intervals: [{ source }], notes: [], forced: [], close: async () => source.dispose() };
}

/** A folder or video: its face found, its expressions spotted, its clips read as the run's were. */
async function givenRecording(path: string, predictor: Predictor, options: Options): Promise<Given> {
  const { fps: asked } = options;
  const source = await openEvenRecording(path, { color: true, ...(asked !== undefined && { fps: asked }) });
  const { frames, numbers, kind, fps } = source;
  const opened: (() => Promise<void>)[] = [source.close];
  const done = async () => {
    for (const one of opened.reverse()) await one();
  };
  try {
    const marks = Object.fromEntries(
      (['onset', 'apex', 'offset'] as const).map((name) => [name, position(numbers, options[name], name)]),
    );
    checkOrder(marks, options);
    const landmarks =
      options.landmarks === undefined
        ? undefined
        : await readLandmarkFile(options.landmarks, [frames.shape[1], frames.shape[2]]);
    const detector = landmarks === undefined ? await openDetector() : {};
    const counters = {
      face: createCounter(terminal, 'looked for the face in', 'frames'),
      motion: createCounter(terminal, 'measured the motion of', 'frames'),
    };
    const examination = await interruptible('stopped', (signal) =>
      examineRecording(frames, {
        detect: detector.detect,
        landmarks,
        several: options.several,
        fps,
        marks,
        onProgress: (part, count, total) => counters[part].show(count, total),
        signal,
      }),
    ).finally(() => {
      counters.face.end();
      counters.motion.end();
    });
    const reasons = detector.missing === undefined ? examination.reasons : [detector.missing];
    if (reasons.length > 0 && !options.force) {
      throw new UsageError(`Cannot predict ${path} as ${reasons.join('; ')}. --force goes on all the same`);
    }
    const aligned = alignment(predictor, examination, options.align);
    if (aligned === 'own-step' && options.stabilize !== 'none') {
      throw new UsageError(
        'Cannot use --stabilize as the run aligns faces by its own steps: add stabilize to them (--set preprocessing=…) and train it so',
      );
    }
    const intervals: Given['intervals'] = [];
    for (const interval of examination.intervals) {
      const read = await readInterval(path, interval, {
        // the frames of a video are those that were looked at
        ...(kind === 'video' && { fps }),
        numbers,
        aligned,
        stabilize: options.stabilize,
        predictor,
        examination,
        side: [frames.shape[1], frames.shape[2]],
      });
      opened.push(read.close);
      intervals.push(read);
    }
    const [count, height, width] = frames.shape;
    return {
      intervals,
      examination,
      frames: { count, width, height, fps: fps ?? null },
      aligned,
      notes: examination.notes,
      forced: reasons,
      close: done,
    };
  } catch (error) {
    await done();
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

/** Share of the picture, by its side, above which a face fills it. */
const FILLS = 0.55;

function alignment({ experiment, own }: Predictor, { face }: Examination, asked: Options['align']): Aligned {
  if (needsLandmarks(experiment, own)) return 'own-step';
  if (!face || asked === 'none') return 'whole';
  return asked === 'face' || face.fill < FILLS ? 'face' : 'whole';
}

interface Reading {
  fps?: number | undefined;
  numbers: readonly number[];
  aligned: Aligned;
  stabilize: Options['stabilize'];
  predictor: Predictor;
  examination: Examination;
  /** Height and width of the frames as they were looked at. */
  side: readonly [height: number, width: number];
}

/** The clip of an interval, as the experiment reads its own. */
async function readInterval(
  path: string,
  interval: ExaminedInterval,
  { fps, numbers, aligned, stabilize, predictor, examination, side }: Reading,
): Promise<{ source: Source; interval: ShownInterval; close(): Promise<void> }> {
  const { size, color, from, to } = predictor.experiment.data.frames;
  const numberOf = (frame: number | null) => (frame === null ? undefined : numbers[frame]);
  const read = await readClip(
    path,
    { onset: numberOf(interval.onset), apex: numberOf(interval.apex), offset: numberOf(interval.offset) },
    {
      from: from ?? 'onset',
      to: to ?? 'offset',
      ...(size !== undefined && aligned !== 'face' && { size }),
      ...(color !== undefined && { color }),
      ...(fps !== undefined && { fps }),
    },
  );
  const first = numbers.indexOf(read.numbers[0]!);
  let source: Clip | LongClip = read.clip;
  const apex = source.apex === null ? null : (read.numbers[source.apex] ?? null);
  if (aligned !== 'whole' || stabilize === 'similarity') {
    source = { ...source, landmarks: landmarksFor(source, examination, { first, side }) };
  }
  const cutTo = size === undefined ? 224 : typeof size === 'number' ? size : Math.max(...size);
  const steps = [
    ...(aligned === 'face' ? [{ step: 'align', options: { size: cutTo } }] : []),
    ...(stabilize === 'none' ? [] : [{ step: 'stabilize', options: { motion: stabilize } }]),
  ];
  const made: (Clip | LongClip)[] = [];
  const close = async () => {
    for (const one of made) if (!isLongClip(one)) one.frames.dispose();
    await read.close();
  };
  try {
    for (const step of steps) {
      source = (await createStep(step).applyAsync(source as never)) as Clip | LongClip;
      made.push(source);
    }
  } catch (error) {
    await close();
    throw error;
  }
  const shown = {
    ...interval,
    onset: numbers[interval.onset]!,
    apex,
    offset: numbers[interval.offset]!,
  };
  return { source, interval: shown, close };
}

/** Points of the face in the pixels and frames of a clip that was read; the last before it count for its first frame. */
function landmarksFor(
  { frames }: Clip | LongClip,
  { landmarks }: Examination,
  { first, side: [height, width] }: { first: number; side: Reading['side'] },
): FrameLandmarks[] {
  const [count, high, wide] = frames.shape;
  // frames may have been made smaller
  const scaled = (value: number, now: number, then: number) => ((value + 0.5) * now) / then - 0.5;
  const placed = landmarks.map(
    ({ frame, points }): FrameLandmarks => ({
      frame: frame - first,
      points: points.map(([x, y]) => [scaled(x, wide, width), scaled(y, high, height)]),
    }),
  );
  const before = placed.filter(({ frame }) => frame < 0).at(-1);
  const within = placed.filter(({ frame }) => frame >= 0 && frame < count);
  return within.length > 0 || !before ? within : [{ ...before, frame: 0 }];
}

function text(given: Given, notes: readonly string[], predictions: readonly ClipPrediction[]): string {
  const about = describe(given);
  const blocks = predictions.map((prediction, i) => {
    const { interval } = given.intervals[i]!;
    return [
      ...(interval ? [intervalText(interval, given, predictions.length > 1 ? i + 1 : 0)] : []),
      resultText(prediction),
    ].join('\n');
  });
  const said = [...given.forced.map((reason) => `FORCED: ${reason}`), ...notes.map((note) => `note: ${note}`)];
  return [[...about, ...said].map(visible).join('\n'), ...blocks]
    .filter((block) => block !== '')
    .join('\n\n')
    .concat('\n');
}

/** What was found of the face and its motion, a line each. */
function describe({ frames, examination, aligned }: Given): string[] {
  if (!frames || !examination) return [];
  const { face, motion } = examination;
  const rate = frames.fps === null ? 'frames a second not known, taken as 30' : `${frames.fps} frames a second`;
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
  'own-step': 'aligned by the steps of the run',
  face: 'the run has no step that cuts out the face: cut out here, as its data set must have been (--align none takes whole pictures)',
  whole: 'taken as the pictures are, whole: the run has no step that cuts out the face',
};

function intervalText({ onset, apex, offset, from, kind }: ShownInterval, { frames }: Given, number: number): string {
  const mark = (name: 'onset' | 'apex' | 'offset', value: number | null) =>
    `${name} ${value ?? 'none'} (${from[name]})`;
  const named = number === 0 ? 'interval' : `interval ${number}`;
  const seconds = frames?.fps ? `, ${((offset - onset) / frames.fps).toFixed(2)} s` : '';
  return `${named}: ${mark('onset', onset)}, ${mark('apex', apex)}, ${mark('offset', offset)}${seconds}${kind ? `, ${kind}` : ''}`;
}

function resultText({ classes, probabilities, std, predicted, members, weights }: ClipPrediction): string {
  const order = classes.map((_, i) => i).sort((a, b) => probabilities[b]! - probabilities[a]!);
  const who = {
    final: `weights trained on all samples (${members})`,
    folds: `mean of the weights of ${members} folds`,
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
  { frames, examination, aligned, forced, intervals }: Given,
  notes: readonly string[],
  predictions: readonly ClipPrediction[],
  folders: readonly (string | undefined)[],
): object {
  return {
    clip: path,
    ...frames,
    face: examination ? (examination.face ?? null) : undefined,
    motion: examination ? (examination.motion ?? null) : undefined,
    aligned,
    forced: forced.length > 0 ? forced : undefined,
    notes,
    predictions: predictions.map(({ inputs, heatMaps: _maps, ...rest }, i) => ({
      interval: intervals[i]!.interval,
      ...rest,
      inputs: inputs.map(({ name, shape }) => ({ name, shape })),
      pictures: folders[i],
    })),
  };
}

/** What the network saw, and where it looked, for each input. */
async function writePictures(out: string, { inputs, heatMaps = [] }: ClipPrediction): Promise<void> {
  await makeFolder(out);
  for (const { name, shape, values } of inputs) {
    const image = tf.tidy(() => imageOf(tf.tensor(values, shape)));
    const picture = await displayImage(image);
    image.dispose();
    await writeImage(join(out, `${name}.png`), picture);
    const heat = heatMaps.find((map) => map.name === name);
    if (heat) {
      const overlay = tf.tidy(() => {
        const map = tf.tensor2d(heat.values, heat.shape);
        const highest = tf.maximum(tf.max(map), 1e-7);
        return overlayHeatMap(picture, tf.div(map, highest) as tf.Tensor2D);
      });
      await writeImage(join(out, `${name}-heat.png`), overlay);
      overlay.dispose();
    }
    picture.dispose();
  }
}

/** Of a sequence the image in the middle. */
function imageOf(input: tf.Tensor): tf.Tensor3D {
  if (input.rank !== 4) return input as tf.Tensor3D;
  return tf.squeeze(tf.slice(input, Math.floor(input.shape[0]! / 2), 1), [0]);
}
