import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findDataset, openRecordings, type RecordedExpression, type RecordingDataset } from '@mer/datasets';
import { makeFolder, writeFileAtomic } from '@mer/io';
import {
  type ExpressionKind,
  matchIntervals,
  type SpotThenRecognizeScores,
  type SpottedVideo,
  spotThenRecognizeScores,
} from '@mer/metrics';
import { hashOf } from '@mer/options';
import { createStep, type FrameLandmarks, isLongClip, type LongClip } from '@mer/representations';
import type { OwnParts } from '../parts/own-modules.js';
import { predictSources } from '../predict/predict-clip.js';
import { needsLandmarks, type Predictor } from '../predict/predictor.js';
import { preparationCodeHash } from '../run/code-hash.js';
import { experimentOfRun, readRunManifest } from '../run/read-manifest.js';
import { fileNameOf, foldFolder, type RunManifest, readFold } from '../run/run-store.js';
import { ExperimentError } from '../schema/experiment-error.js';
import { landmarksOf } from './recording-landmarks.js';
import type { StudyPrediction, StudyResult } from './run-study.js';

/** What happens while spotted intervals are recognized. */
export type RecognizeEvent =
  | { type: 'recognizing'; subject: string; intervals: number; known: boolean }
  | { type: 'recognized'; subject: string; index: number; subjects: number };

/** Options of {@link recognizeStudy}. */
export interface RecognizeStudyOptions {
  /** Folder of the study. */
  out: string;
  onEvent?: (event: RecognizeEvent) => void;
  /** Ends the work between two intervals; the same call goes on where it stopped. */
  signal?: AbortSignal | undefined;
  /** The own parts that study and run are made with. */
  own?: OwnParts | undefined;
}

/** An interval that was spotted, with what it was recognized as. */
export interface RecognizedPrediction extends StudyPrediction {
  /** The class with the greatest probability. */
  readonly label: string;
  /** Mean probability of each class over the seeds of the run. */
  readonly probabilities: readonly number[];
  /** Class of the expression that it is matched with; absent of a false alarm, and null where that has none of these classes. */
  readonly truth?: string | null;
}

/** What {@link recognizeStudy} found. */
export interface RecognizedStudy {
  /** Folder of the run that recognized. */
  readonly run: string;
  readonly classes: readonly string[];
  /** Of both kinds apart, and of all together: F1 of spotting, of recognition of what was spotted, and their product. */
  readonly scores: Readonly<Record<ExpressionKind | 'all', SpotThenRecognizeScores>>;
  /** Each recording: expressions, spotted intervals, hits, and hits whose class is right. */
  readonly recordings: readonly {
    readonly subject: string;
    readonly recording: string;
    readonly expressions: number;
    readonly spotted: number;
    readonly hits: number;
    readonly right: number;
  }[];
  readonly predictions: readonly RecognizedPrediction[];
}

const kinds = ['micro', 'macro'] as const;

/**
 * Recognizes what a study has spotted, each interval by the fold of a run that has not seen its subject: spot-then-recognize from end to end.
 *
 * Frames, steps and network are those of the run; the clip goes from the spotted onset to the offset, with the spotted apex and the landmarks of the study. A network whose
 * steps need no landmarks is shown the face cut out, where that is less than about half as wide as the frame. It writes `recognized.csv`, `strs.json` and, to go on with,
 * `recognized/<subject>.json`.
 *
 * @param result what `runSpottingStudy` gave
 * @param run folder of a run by subjects: leave one subject out, or folds of whole subjects
 * @throws {@link ExperimentError} where a subject of the recordings is not held out by one fold of each seed, or the classes are not those of the annotations
 *
 * @example
 * ```ts no-run
 * import { readSpottingStudy, recognizeStudy, runSpottingStudy } from '@mer/experiments';
 *
 * const out = 'runs/skin-motion-cas-me2';
 * const result = await runSpottingStudy(await readSpottingStudy('skin-motion-cas-me2'), { out });
 * const { scores } = await recognizeStudy(result, 'runs/learnet-cas-me2', { out });
 * console.log(scores.micro.strs);
 * ```
 *
 * Reference: Liong et al., "Spot-then-recognize", 2023, and the STR task of MEGC2025; that nobody is recognized by a network that has seen them is ours to check.
 */
export async function recognizeStudy(
  result: StudyResult,
  run: string,
  { out, onEvent = () => {}, signal, own }: RecognizeStudyOptions,
): Promise<RecognizedStudy> {
  const { study, predictions } = result;
  const { data } = study;
  const parts = own?.parts;
  const dataset = await openRecordings(data.name, { ...data.options, root: data.root, ...(parts && { parts }) });
  const manifest = await readRunManifest(run, { task: 'recognize with', own });
  const experiment = experimentOfRun(run, manifest, own);
  const { classes, labelKind } = manifest;
  if (labelKind === 'multiple') {
    throw new ExperimentError(
      `Cannot recognize with ${run} as its samples must have one class each: they have any number of labels`,
    );
  }
  const subjects = [...new Set(dataset.samples.map(({ subject }) => subject))];
  const files = await heldOutWeights(run, manifest, subjects);
  const classOf = classNamer(dataset, experiment.data, classes, run);
  const base = { experiment, classes, weights: 'folds' as const, own };
  const recognized: RecognizedPrediction[] = [];
  for (const [index, subject] of subjects.entries()) {
    signal?.throwIfAborted();
    const intervals = predictions.filter((one) => one.subject === subject);
    const predictor = { ...base, files: files.get(subject)! };
    const answers = await answersOf(dataset, result, subject, intervals, predictor, { out, onEvent, signal });
    for (const [i, interval] of intervals.entries()) {
      const probabilities = answers[i]!;
      recognized.push({
        ...interval,
        label: classes[probabilities.indexOf(Math.max(...probabilities))]!,
        probabilities,
      });
    }
    onEvent({ type: 'recognized', subject, index, subjects: subjects.length });
  }
  const found = scored(dataset, recognized, classes, classOf);
  const { predictions: all, ...rest } = found;
  await writeFileAtomic(join(out, 'recognized.csv'), recognizedCsv(all, classes, dataset));
  await writeFileAtomic(join(out, 'strs.json'), `${JSON.stringify({ run, classes, ...rest }, null, 1)}\n`);
  return { run, classes, ...found };
}

/** For each subject the weights of the folds, one of each seed, that were tested on all of their samples and so trained on none. */
async function heldOutWeights(
  run: string,
  { folds, classes }: RunManifest,
  subjects: readonly string[],
): Promise<Map<string, string[]>> {
  /** Of each seed the folds that tested a subject, and of which data sets that subject was. */
  const testedBy = new Map<string, { seed: number; file: string; datasets: Set<string> }[]>();
  const seeds = [...new Set(folds.map(({ seed }) => seed))];
  for (const { seed, name } of folds) {
    const fold = await readFold(run, seed, name, { classes });
    if (!fold) continue;
    const file = join(foldFolder(run, seed, name), 'weights.safetensors');
    for (const subject of new Set(fold.predictions.map((one) => one.subject))) {
      const datasets = new Set(fold.predictions.filter((one) => one.subject === subject).map((one) => one.dataset));
      testedBy.set(subject, [...(testedBy.get(subject) ?? []), { seed, file, datasets }]);
    }
  }
  const problems = subjects.flatMap((subject) => {
    const found = testedBy.get(subject) ?? [];
    if (found.length === 0) return [`${subject} is tested by no fold that is done`];
    const each = seeds.map((seed) => found.filter((one) => one.seed === seed).length);
    if (each.some((count) => count > 1) || found.some(({ datasets }) => datasets.size > 1)) {
      return [
        `${subject} is tested by several folds of a seed, each of which has seen the others' clips (or people of several data sets are called so)`,
      ];
    }
    if (each.some((count) => count === 0))
      return [`${subject} is tested by no fold of the seed ${seeds[each.indexOf(0)]}`];
    return [];
  });
  if (problems.length > 0) {
    const known = [...testedBy.keys()].slice(0, 8).join(', ') || 'none';
    const shown = [...problems.slice(0, 5), ...(problems.length > 5 ? [`${problems.length - 5} more`] : [])].join('; ');
    throw new ExperimentError(
      `Cannot recognize with ${run} as every subject of the recordings must be the held-out one of a fold, so that nobody is recognized by a network that has seen them: ${shown}. Subjects of the run: ${known}`,
    );
  }
  return new Map(subjects.map((subject) => [subject, testedBy.get(subject)!.map(({ file }) => file)]));
}

/** Names the class of an expression; null where it has none of them. */
function classNamer(
  dataset: RecordingDataset,
  { name, options }: Predictor['experiment']['data'],
  classes: readonly string[],
  run: string,
): (expression: RecordedExpression) => string | null {
  const known = [name, ...new Set(dataset.samples.map((one) => one.dataset))].flatMap((one) => {
    try {
      const { schemes = {} } = findDataset(one).traits;
      const asked = one === name ? (options as Record<string, unknown>)['classes'] : undefined;
      return typeof asked === 'string' && schemes[asked] ? [schemes[asked]] : Object.values(schemes);
    } catch {
      // somebody's own, or a composite: its classes are names of emotions
      return [];
    }
  });
  const same = known.find(({ classes: of, field }) => field === 'emotion' && Object.keys(of).join() === classes.join());
  const namer = (expression: RecordedExpression): string | null => {
    const value = expression.extra['label'] ?? expression.emotion;
    if (value === null) return null;
    if (same) return Object.keys(same.classes).find((label) => same.classes[label]!.includes(value)) ?? null;
    return classes.includes(value) ? value : null;
  };
  const expressions = dataset.samples.flatMap((one) => one.expressions ?? []);
  if (expressions.some((one) => namer(one) !== null)) return namer;
  const words = [...new Set(expressions.map(({ emotion }) => emotion ?? 'none'))].slice(0, 8).join(', ');
  throw new ExperimentError(
    `Cannot score ${run} on ${dataset.name} as the emotions of its expressions must belong to the classes ${classes.join(', ')}: they are ${words}`,
  );
}

/** Probabilities of the classes for each interval of a subject, from a file where they are known. */
async function answersOf(
  dataset: RecordingDataset,
  { study }: StudyResult,
  subject: string,
  intervals: readonly StudyPrediction[],
  predictor: Predictor,
  {
    out,
    onEvent,
    signal,
  }: Required<Pick<RecognizeStudyOptions, 'out' | 'onEvent'>> & Pick<RecognizeStudyOptions, 'signal'>,
): Promise<number[][]> {
  const weights = await Promise.all(
    predictor.files.map(async (file) =>
      createHash('sha256')
        .update(await readFile(file))
        .digest('hex'),
    ),
  );
  const { preprocessing, inputs, data, model, backend } = predictor.experiment;
  const mine = dataset.samples.flatMap((recorded, index) =>
    recorded.subject === subject ? [{ recorded, index }] : [],
  );
  const marks = new Map<string, FrameLandmarks[]>();
  for (const { recorded } of mine) marks.set(recorded.clip, await landmarksOf(study, recorded));
  const key = hashOf({
    format: 1,
    code: await preparationCodeHash(['@mer/models']),
    weights,
    experiment: { preprocessing, inputs, frames: data.frames, model, backend },
    recordings: await Promise.all(
      mine.map(async ({ recorded, index }) => [
        recorded.clip,
        (await dataset.sources(index)).map(({ path, size, modified = null }) => [path, size, modified]),
        marks.get(recorded.clip),
      ]),
    ),
    intervals: intervals.map(({ recording, onset, apex, offset }) => [recording, onset, apex, offset]),
  });
  const path = join(out, 'recognized', `${fileNameOf(subject)}.json`);
  const known = await probabilitiesIn(path, key, intervals.length);
  onEvent({ type: 'recognizing', subject, intervals: intervals.length, known: known !== undefined });
  if (known) return known;
  const answers: number[][] = [];
  for (const interval of intervals) {
    signal?.throwIfAborted();
    const { index } = mine.find(({ recorded }) => recorded.clip === interval.recording)!;
    const { clip, close } = await clipOf(dataset, index, interval, marks.get(interval.recording)!, predictor);
    try {
      const [prediction] = await predictSources(predictor, [clip], { signal });
      answers.push(prediction!.probabilities);
    } finally {
      await close();
    }
  }
  await makeFolder(join(path, '..'));
  await writeFileAtomic(path, `${JSON.stringify({ key, probabilities: answers })}\n`);
  return answers;
}

async function probabilitiesIn(path: string, key: string, count: number): Promise<number[][] | undefined> {
  try {
    const read = JSON.parse(await readFile(path, 'utf8')) as { key?: unknown; probabilities?: number[][] };
    return read.key === key && read.probabilities?.length === count ? read.probabilities : undefined;
  } catch {
    // not there, or not whole: it is made again
    return undefined;
  }
}

/** Share of the picture, by its side, above which a face fills it. */
const FILLS = 0.55;
/** Frames up to so many bytes are held together. */
const MOST = 2 ** 28;

/** The clip of an interval, as the run takes its own. */
async function clipOf(
  dataset: RecordingDataset,
  index: number,
  { onset, apex, offset }: StudyPrediction,
  landmarks: readonly FrameLandmarks[],
  { experiment, own }: Predictor,
) {
  const { size, color } = experiment.data.frames;
  const whole = await dataset.openRecording(index, { color: true });
  const ownStep = needsLandmarks(experiment, own);
  const cut = !ownStep && landmarks.length > 0 && fillOf(landmarks[0]!, whole.shape) < FILLS;
  const reader = await dataset.openRecording(index, {
    // a face is cut out of frames as they are
    ...(size !== undefined && !cut && { size }),
    ...(color !== undefined && { color }),
  });
  const count = offset - onset + 1;
  const [, height, width, channels] = reader.shape;
  const held = landmarks.filter(({ frame }) => frame <= onset).at(-1) ?? landmarks[0];
  const scaled = ([x, y]: readonly [number, number]) =>
    [((x + 0.5) * width) / whole.shape[2] - 0.5, ((y + 0.5) * height) / whole.shape[1] - 0.5] as const;
  const points = [
    ...(held ? [{ frame: 0, points: held.points.map(scaled) }] : []),
    ...landmarks
      .filter(({ frame }) => frame > onset && frame <= offset)
      .map(({ frame, points: all }) => ({ frame: frame - onset, points: all.map(scaled) })),
  ];
  const part: LongClip = {
    frames: { shape: [count, height, width, channels], read: (at, length) => reader.read(onset + at, length) },
    onset: 0,
    apex: apex - onset,
    offset: count - 1,
    ...(points.length > 0 && { landmarks: points }),
  };
  const side = size === undefined ? 224 : typeof size === 'number' ? size : Math.max(...size);
  const long = cut
    ? ((await createStep({ step: 'align', options: { size: side } }).applyAsync(part as never)) as LongClip)
    : part;
  const [, high, wide, deep] = long.frames.shape;
  if (4 * count * high * wide * deep > MOST || !isLongClip(long)) return { clip: long, close: async () => {} };
  const frames = await long.frames.read(0, count);
  return { clip: { ...long, frames }, close: async () => frames.dispose() };
}

/** Side of the square as large as the box of the landmarks, as a share of that of the frame. */
function fillOf({ points }: FrameLandmarks, [, height, width]: readonly number[]): number {
  const [xs, ys] = [points.map(([x]) => x), points.map(([, y]) => y)];
  const box = (Math.max(...xs) - Math.min(...xs)) * (Math.max(...ys) - Math.min(...ys));
  return Math.sqrt(box / (height! * width!));
}

/** Scores of both kinds and of all, and each interval with the truth that it is matched with. */
function scored(
  dataset: RecordingDataset,
  predictions: readonly RecognizedPrediction[],
  classes: readonly string[],
  classOf: (expression: RecordedExpression) => string | null,
): Pick<RecognizedStudy, 'scores' | 'recordings' | 'predictions'> {
  const truths = new Map<RecognizedPrediction, string | null>();
  const videos: Record<ExpressionKind, SpottedVideo<{ onset: number; offset: number; label: string }>[]> = {
    micro: [],
    macro: [],
  };
  const recordings = dataset.samples.map(({ subject, clip, expressions }) => {
    const mine = predictions.filter((one) => one.subject === subject && one.recording === clip);
    let [hits, right] = [0, 0];
    for (const kind of kinds) {
      const truth = (expressions ?? []).filter((one) => one.kind === kind);
      const found = mine.filter((one) => one.kind === kind);
      // kinds are scored apart: without them a score is of all intervals
      const bare = <T extends { onset: number; offset: number }>({ onset, offset }: T, label: string) => ({
        onset,
        offset,
        label,
      });
      videos[kind].push({
        truth: truth.map((one) => bare(one, classOf(one) ?? 'none of these')),
        predicted: found.map((one) => bare(one, one.label)),
      });
      const spans = <T extends { onset: number; offset: number }>(list: readonly T[]) =>
        list.map(({ onset, offset }) => ({ onset, offset }));
      for (const pair of matchIntervals(spans(truth), spans(found))) {
        const label = classOf(truth[pair.truth]!);
        truths.set(found[pair.predicted]!, label);
        hits++;
        if (label === found[pair.predicted]!.label) right++;
      }
    }
    return { subject, recording: clip, expressions: expressions?.length ?? 0, spotted: mine.length, hits, right };
  });
  return {
    scores: {
      micro: spotThenRecognizeScores(videos.micro, { classes }),
      macro: spotThenRecognizeScores(videos.macro, { classes }),
      all: spotThenRecognizeScores([...videos.micro, ...videos.macro], { classes }),
    },
    recordings,
    predictions: predictions.map((one) => (truths.has(one) ? { ...one, truth: truths.get(one)! } : one)),
  };
}

/** One row for each interval; frames as the data set's files count them. */
function recognizedCsv(
  predictions: readonly RecognizedPrediction[],
  classes: readonly string[],
  dataset: RecordingDataset,
): string {
  const quoted = (field: string) => (/[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field);
  const rows = predictions.map(
    ({ subject, recording, onset, apex, offset, kind, score, label, truth, probabilities }) => {
      const first = dataset.samples.find((one) => one.subject === subject && one.clip === recording)?.first ?? 0;
      const said = truth === undefined ? ['false alarm', ''] : ['hit', truth ?? 'none of these'];
      return [
        ...[subject, recording].map(quoted),
        ...[onset + first, apex + first, offset + first, kind, score, quoted(label), ...said.map(quoted)],
        ...probabilities.map((one) => one.toFixed(4)),
      ].join(',');
    },
  );
  const head = [
    'subject,recording,onset,apex,offset,kind,score,predicted,spotted,truth',
    ...classes.map((name) => quoted(`p ${name}`)),
  ];
  return `${[head.join(','), ...rows].join('\n')}\n`;
}
