import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openRecordings, type RecordingDataset } from '@mer/datasets';
import { makeFolder, writeFileAtomic } from '@mer/io';
import {
  bootstrapConfidenceInterval,
  type ConfidenceInterval,
  pooledSpotting,
  type SpottingScores,
  spottingScores,
} from '@mer/metrics';
import { checkOptions, hashOf, type Part, stableJson } from '@mer/options';
import {
  type LearningSpotter,
  type MomentSource,
  type SpottedInterval,
  type SpotterDefinition,
  tuneSpotter,
} from '@mer/spotting';
import * as tf from '@tensorflow/tfjs-core';
import { preparationCodeHash } from '../run/code-hash.js';
import { lockFolder } from '../run/folder-lock.js';
import { fileNameOf } from '../run/run-store.js';
import { ExperimentError } from '../schema/experiment-error.js';
import { type LearningEvent, learnFold } from './learn-fold.js';
import { type FoldMeasurements, type LookedAt, type Measured, plain } from './measured-recording.js';
import { openMoments, writeMoments } from './moment-store.js';
import { landmarksOf } from './recording-landmarks.js';
import { allSpotters, type SpottingStudy } from './study.js';

/** What happens while a study runs. */
export type StudyEvent =
  | { type: 'study'; recordings: number; subjects: number; measured: number }
  | { type: 'measuring'; recording: string; done: number; total: number }
  | { type: 'measured'; recording: string; index: number; recordings: number }
  | LearningEvent
  | { type: 'fold'; subject: string; options: Readonly<Record<string, unknown>> };

/** Options of {@link runSpottingStudy}. */
export interface RunStudyOptions {
  /** Folder of the study. */
  out: string;
  onEvent?: (event: StudyEvent) => void;
  /** Ends the work between two frames; the same call goes on where it stopped. */
  signal?: AbortSignal | undefined;
  /** Anybody's own parts. */
  parts?: readonly Part[] | undefined;
}

/** An interval that was spotted in a recording of a test subject. */
export interface StudyPrediction extends SpottedInterval {
  readonly subject: string;
  readonly recording: string;
}

/** What a study found. */
export interface StudyResult {
  readonly study: SpottingStudy;
  /** Counts and scores, each recording spotted with options chosen on other subjects. */
  readonly scores: SpottingScores;
  /** F1 over all intervals with its 95 % interval over subjects; absent for fewer than two subjects. */
  readonly interval?: ConfidenceInterval;
  /** The same with the one set of options that is best on the test subjects themselves: not to be compared with anything. */
  readonly oracle: SpottingScores;
  /** What was chosen for each subject. */
  readonly chosen: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly predictions: readonly StudyPrediction[];
}

/**
 * Spots expressions in every recording of a data set by leave one subject out: options that the study leaves open are chosen on the recordings of all other
 * subjects, by their F1.
 *
 * Recordings are measured once, `<out>/measured/<subject>/<recording>.json`; a study that was stopped goes on with those. It writes `study.json`, `scores.json`,
 * `predictions.csv` (frames as in the data set's files) and a picture of each recording, `timelines/<subject>/<recording>.svg`.
 *
 * @throws {@link ExperimentError} where the data set has no annotations or fewer than two subjects, or lacks landmarks
 */
export async function runSpottingStudy(study: SpottingStudy, options: RunStudyOptions): Promise<StudyResult> {
  const { out, parts } = options;
  const { data, spotter: chosen } = study;
  const spotter = allSpotters(parts).find(({ name }) => name === chosen.name)!;
  const dataset = await openRecordings(data.name, { ...data.options, root: data.root, ...(parts && { parts }) });
  checkAnnotated(dataset);
  await makeFolder(out);
  const lock = await lockFolder(out);
  try {
    const folds = isLearning(spotter)
      ? await learnAll(study, spotter, dataset, options)
      : foldsOf(await measureAll(study, spotter, dataset, options));
    const recordings = [...folds.values()].flatMap(({ test }) => test);
    const result = leaveOneSubjectOut(study, spotter, folds, options);
    await writeFileAtomic(
      join(out, 'study.json'),
      `${JSON.stringify({ study, backend: tf.getBackend(), annotationFiles: dataset.annotationFiles ?? [], notes: dataset.notes }, null, 1)}\n`,
    );
    const { predictions, ...rest } = result;
    for (const one of recordings) await drawTimeline(out, spotter, one, result);
    await writeFileAtomic(join(out, 'predictions.csv'), predictionsCsv(predictions, recordings));
    await writeFileAtomic(join(out, 'scores.json'), `${JSON.stringify(rest, null, 1)}\n`);
    return result;
  } finally {
    await lock.release();
  }
}

function checkAnnotated(dataset: RecordingDataset): void {
  const { name, samples } = dataset;
  if (samples.some(({ expressions }) => expressions === null)) {
    throw new ExperimentError(
      `Cannot score a spotter on ${name} as nobody may know its expressions: spot its recordings one by one (mer spot <folder>)`,
    );
  }
  const subjects = new Set(samples.map(({ subject }) => subject));
  if (subjects.size < 2) {
    throw new ExperimentError(
      `Cannot leave one subject out as ${name} must have at least two: it has ${subjects.size} (${samples.length} recordings)`,
    );
  }
}

const isLearning = (spotter: SpotterDefinition): spotter is LearningSpotter => spotter.learning !== undefined;

/** What a spotter measured in each recording, from files where they have it. */
async function measureAll(
  study: SpottingStudy,
  spotter: SpotterDefinition,
  dataset: RecordingDataset,
  options: RunStudyOptions,
): Promise<Measured[]> {
  const found = await lookAll<unknown>(study, spotter, dataset, options, {
    ending: '.json',
    read: measuredIn,
    async make(recording, settings, watch, { path, key }) {
      const made = await spotter.measure(recording, settings as never, watch);
      const text = JSON.stringify({ key, measured: plain(made) });
      await makeFolder(join(path, '..'));
      await writeFileAtomic(path, `${text}\n`);
      // what is read back the next time
      return (JSON.parse(text) as { measured: unknown }).measured;
    },
  });
  return found.map(({ recorded, truth, value }) => ({ recorded, truth, measured: value }));
}

/** What the networks of each fold measured. */
async function learnAll(
  study: SpottingStudy,
  spotter: LearningSpotter,
  dataset: RecordingDataset,
  options: RunStudyOptions,
): Promise<Map<string, FoldMeasurements>> {
  const looked = await lookAll<MomentSource>(study, spotter, dataset, options, {
    ending: '.safetensors',
    read: openMoments,
    async make(recording, settings, watch, { path, key }) {
      await writeMoments(path, key, await spotter.learning.look(recording, settings as never, watch));
      return (await openMoments(path, key))!;
    },
  });
  const recordings = looked.map(({ value, ...one }): LookedAt => ({ ...one, source: value }));
  const subjects = [...new Set(recordings.map(({ recorded }) => recorded.subject))];
  const { out, onEvent = () => {}, signal } = options;
  const settings = settingsOf(study, spotter);
  const answerTraining = Object.keys(study.choose).length > 0;
  const folds = new Map<string, FoldMeasurements>();
  for (const subject of subjects) {
    signal?.throwIfAborted();
    const how = { out, settings, subjects, answerTraining, onEvent, signal };
    folds.set(subject, await learnFold(study, spotter, recordings, subject, how));
  }
  return folds;
}

/** Each subject's recordings beside those of all others. */
function foldsOf(recordings: readonly Measured[]): Map<string, FoldMeasurements> {
  const subjects = new Set(recordings.map(({ recorded }) => recorded.subject));
  const isOf = (subject: string) => (one: Measured) => one.recorded.subject === subject;
  return new Map(
    [...subjects].map((subject) => [
      subject,
      { test: recordings.filter(isOf(subject)), training: recordings.filter((one) => !isOf(subject)(one)) },
    ]),
  );
}

const settingsOf = (study: SpottingStudy, spotter: SpotterDefinition) =>
  checkOptions('run the study', spotter.options, study.spotter.options) as Record<string, unknown>;

/** How what was seen in a recording is kept. */
interface Keeping<Seen> {
  readonly ending: string;
  /** What a file holds, where it is of this key; undefined where it must be made. */
  read(path: string, key: string): Promise<Seen | undefined>;
  make(
    recording: Parameters<SpotterDefinition['measure']>[0],
    settings: Readonly<Record<string, unknown>>,
    watch: Parameters<SpotterDefinition['measure']>[2],
    file: { readonly path: string; readonly key: string },
  ): Promise<Seen>;
}

/** What was seen in each recording of a data set, one after the other, from files where they have it. */
async function lookAll<Seen>(
  study: SpottingStudy,
  spotter: SpotterDefinition,
  dataset: RecordingDataset,
  { out, onEvent = () => {}, signal }: RunStudyOptions,
  { ending, read, make }: Keeping<Seen>,
): Promise<(Omit<LookedAt, 'source'> & { readonly value: Seen })[]> {
  const settings = settingsOf(study, spotter);
  const unseen = [...spotter.decides, ...(spotter.learning?.trains ?? [])];
  const seen = Object.fromEntries(Object.entries(settings).filter(([name]) => !unseen.includes(name)));
  const code = await preparationCodeHash(['@mer/spotting']);
  const files = await Promise.all(
    dataset.samples.map(async (recorded, index) => {
      const landmarks = await landmarksOf(study, recorded);
      const sources = await dataset.sources(index);
      const key = hashOf({
        format: 1,
        code,
        spotter: { name: spotter.name, options: seen },
        backend: tf.getBackend(),
        settings: dataset.settings,
        recording: [recorded.id, recorded.fps, recorded.count],
        landmarks,
        sources: sources.map(({ path, size, modified = null }) => [path, size, modified]),
      });
      const path = join(out, 'measured', fileNameOf(recorded.subject), `${fileNameOf(recorded.clip)}${ending}`);
      return { recorded, index, landmarks, key, path, known: await read(path, key) };
    }),
  );
  onEvent({
    type: 'study',
    recordings: files.length,
    subjects: new Set(files.map(({ recorded }) => recorded.subject)).size,
    measured: files.filter(({ known }) => known !== undefined).length,
  });
  const results: (Omit<LookedAt, 'source'> & { readonly value: Seen })[] = [];
  for (const { recorded, index, landmarks, key, path, known } of files) {
    let value = known;
    if (value === undefined) {
      signal?.throwIfAborted();
      const frames = await dataset.openRecording(index, { color: false });
      const watch = {
        signal,
        onProgress: (done: number, total: number) =>
          onEvent({ type: 'measuring', recording: recorded.id, done, total }),
      };
      value = await make({ frames, fps: recorded.fps, landmarks }, settings, watch, { path, key });
      onEvent({ type: 'measured', recording: recorded.id, index, recordings: files.length });
    }
    const truth = (recorded.expressions ?? []).map(({ onset, apex, offset, kind }) => ({ onset, apex, offset, kind }));
    results.push({ recorded, key, truth, value });
  }
  return results;
}

/** What a file of measurements holds, where it is of this key; undefined where it must be made. */
async function measuredIn(path: string, key: string): Promise<unknown> {
  try {
    const read = JSON.parse(await readFile(path, 'utf8')) as { key?: unknown; measured?: unknown };
    return read.key === key ? read.measured : undefined;
  } catch {
    // not there, or not whole: it is made again
    return undefined;
  }
}

function leaveOneSubjectOut(
  { choose, spotter: { name: _name, ...spotting }, by, ...rest }: SpottingStudy,
  spotter: SpotterDefinition,
  folds: ReadonlyMap<string, FoldMeasurements>,
  { onEvent = () => {} }: RunStudyOptions,
): StudyResult {
  const study = { ...rest, choose, spotter: { name: spotter.name, ...spotting }, by };
  const open = Object.fromEntries(Object.entries(spotting.options).filter(([name]) => spotter.decides.includes(name)));
  const candidates = combinations(choose).map((candidate) => ({ ...open, ...candidate }));
  const subjects = [...folds.keys()];
  const recordings = [...folds.values()].flatMap(({ test }) => test);
  const chosen: Record<string, Record<string, unknown>> = {};
  const predictions: StudyPrediction[] = [];
  const spotted = new Map<Measured, SpottedInterval[]>();
  for (const [subject, { test, training }] of folds) {
    // where nothing is chosen, training recordings have not been answered by networks
    const settled = (
      candidates.length === 1
        ? checkOptions('run the study', spotter.options, candidates[0])
        : tuneSpotter(spotter, training, candidates as never, by).options
    ) as Record<string, unknown>;
    const picked = Object.fromEntries(Object.keys(choose).map((name) => [name, settled[name]]));
    chosen[subject] = picked;
    onEvent({ type: 'fold', subject, options: picked });
    for (const one of test) {
      const found = spotter.decide(one.measured, settled as never);
      spotted.set(one, found);
      predictions.push(...found.map((interval) => ({ subject, recording: one.recorded.clip, ...interval })));
    }
  }
  const videos = recordings.map((one) => ({ truth: one.truth, predicted: spotted.get(one)! }));
  const counts = subjects.map((subject) =>
    pooledSpotting([spottingScores(videos.filter((_, i) => recordings[i]!.recorded.subject === subject)).all]),
  );
  const f1 = (drawn: readonly number[]) => pooledSpotting(drawn.map((i) => counts[i]!)).f1;
  return {
    study,
    scores: spottingScores(videos),
    ...(subjects.length > 1 && { interval: bootstrapConfidenceInterval(subjects, f1) }),
    oracle: tuneSpotter(spotter, recordings, candidates as never, by).scores,
    chosen,
    predictions,
  };
}

/** Every combination of the values of each option. */
function combinations(choose: SpottingStudy['choose']): Record<string, unknown>[] {
  return Object.entries(choose).reduce<Record<string, unknown>[]>(
    (all, [name, values]) => all.flatMap((one) => values.map((value) => ({ ...one, [name]: value }))),
    [{}],
  );
}

/** `timelines/<subject>/<recording>.svg`: what was spotted beside the truth, and the signals that it follows from. */
async function drawTimeline(
  out: string,
  spotter: SpotterDefinition,
  { recorded: { subject, clip, fps, count }, measured, truth }: Measured,
  { study, chosen, predictions }: StudyResult,
): Promise<void> {
  const settings = checkOptions('draw a timeline', spotter.options, { ...study.spotter.options, ...chosen[subject] });
  // what draws is large, and loaded where it draws
  const { timelineFigure } = await import('../report/figures/timeline-figure.js');
  const svg = timelineFigure(
    {
      ...{ fps, frames: count, truth },
      found: predictions.filter((one) => one.subject === subject && one.recording === clip),
      traces: spotter.trace?.(measured, settings as never) ?? [],
    },
    { title: `${subject}/${clip}, ${spotter.name}` },
  );
  const folder = join(out, 'timelines', fileNameOf(subject));
  await makeFolder(folder);
  await writeFileAtomic(join(folder, `${fileNameOf(clip)}.svg`), svg);
}

/** One row for each interval; frames as the data set's files count them. */
function predictionsCsv(predictions: readonly StudyPrediction[], recordings: readonly Measured[]): string {
  const firsts = new Map(
    recordings.map(({ recorded: { subject, clip, first } }) => [stableJson([subject, clip]), first]),
  );
  const quoted = (field: string) => (/[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field);
  const rows = predictions.map(({ subject, recording, onset, apex, offset, kind, score }) => {
    const first = firsts.get(stableJson([subject, recording])) ?? 0;
    return [quoted(subject), quoted(recording), onset + first, apex + first, offset + first, kind, score].join(',');
  });
  return `${['subject,recording,onset,apex,offset,kind,score', ...rows].join('\n')}\n`;
}
