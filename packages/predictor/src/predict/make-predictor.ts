import type { FileLimits } from '@mer/io';
import type { Part } from '@mer/options';
import { type FaceDetector, type FrameLandmarks, pipe } from '@mer/representations';
import { type ClipAugmentation, type PreparedData, viewPlan } from '@mer/training';
import * as tf from '@tensorflow/tfjs-core';
import type { ModelFile } from '../folder/model-file.js';
import type { Answer, Quality, Refusal } from './answer.js';
import { type Ensemble, ensembleRunner, type NetworkAnswer } from './ensemble.js';
import { type Examination, type ExaminedInterval, examineRecording, type Reason } from './examine-recording.js';
import { fillingFace } from './filling-face.js';
import { type ImageMakers, imageMaker, makeImages, makeSteps, type NamedSteps, sourceMaker } from './input-makers.js';
import { type Aligned, intervalClip } from './interval-clip.js';
import { labelOf, labelText } from './label-text.js';
import { openRecording, type PredictorSource, type Recording } from './open-recording.js';
import type { Source } from './source.js';

/** How clips are made ready for a network and its answers are read: what `model.json` says of that, or an experiment. */
export interface PredictorDescription
  extends Pick<
    ModelFile,
    'name' | 'classes' | 'labelKind' | 'threshold' | 'samples' | 'frames' | 'views' | 'frameRates' | 'face' | 'quality'
  > {
  /** Of `images`: the steps that make such a picture of a clip; absent where nobody knows. */
  readonly madeBy?: NamedSteps | undefined;
  readonly preprocessing: NamedSteps;
  readonly inputs: readonly {
    readonly steps: NamedSteps;
    readonly windows?: { readonly count: number; readonly overlap: number } | undefined;
  }[];
  /** The marks that its steps look at; absent where nobody says: then what the steps need by their defaults. */
  readonly marks?: ModelFile['marks'] | undefined;
}

/** Which part of the work is told of. */
export type PredictPart = 'face' | 'motion' | 'network';

/** How one source is predicted. */
export interface PredictOptions {
  /** Marks that are known, frames from 0; those of a clip by default. Others are spotted where the network needs them. */
  marks?: { onset?: number | undefined; apex?: number | undefined; offset?: number | undefined } | undefined;
  /** Frames a second: of frames how they were taken, of a video those that are looked at. */
  fps?: number | undefined;
  /** Finds faces: that of the predictor by default. */
  detect?: FaceDetector | undefined;
  /** Points of the face in some frames, instead of a detector. */
  landmarks?: readonly FrameLandmarks[] | undefined;
  /** `find` (default): a face must be found, or its points given. `fills`: it is known to fill the frames, as in pictures that were cut before; nothing looks for it. */
  face?: 'find' | 'fills' | undefined;
  /** Who is meant where there are several faces; refused by default. */
  several?: 'refuse' | 'largest' | 'surest' | 'middle' | undefined;
  /** `auto` (default): a face that is small in its frames is cut out where the network's own steps do not do that; `face`: always; `none`: never. */
  align?: 'auto' | 'face' | 'none' | undefined;
  /** How frames are held still before anything else; `none` by default. */
  stabilize?: 'none' | 'shift' | 'similarity' | undefined;
  /** `false`: the marks of a clip are believed, nothing is refused, no face is looked for: for clips of a data set. */
  examine?: boolean | undefined;
  /** Answers even where it would refuse; the reasons stand in the answer. */
  force?: boolean | undefined;
  /** Whether to make heat maps (Grad-CAM); false by default. */
  heatMaps?: boolean | undefined;
  /** The class whose evidence heat maps show, by its place; the most probable one by default. */
  explain?: number | undefined;
  /** Limits of what is read; those of @mer/io by default. */
  limits?: Partial<FileLimits> | undefined;
  /** What decodes a video file, see `openVideo` of @mer/io. */
  decoder?: 'auto' | 'ffmpeg' | 'webcodecs' | undefined;
  /** Told how far the work is: which part of it, and how much of how much. */
  onProgress?: ((part: PredictPart, done: number, total: number) => void) | undefined;
  /** Ends the work by throwing the signal's reason. */
  signal?: AbortSignal | undefined;
}

/** How many sources are predicted. */
export interface PredictManyOptions extends PredictOptions {
  /** Samples that the network is given at once; memory grows with it, answers do not depend on it. 16 by default. */
  batch?: number | undefined;
}

/** Predicts clips. */
export interface Predictor {
  /** Class names. */
  readonly classes: readonly string[];
  /** The answer for one source: of a long recording for the expression that stands out most. */
  predict(source: PredictorSource, options?: PredictOptions): Promise<Answer | Refusal>;
  /** One answer for each expression of a recording, in the order of time; one refusal where there is none to give. */
  predictEach(source: PredictorSource, options?: PredictOptions): Promise<(Answer | Refusal)[]>;
  /** The answers for many sources, one each and in their order; the network is given several at a time. */
  predictMany(
    sources: Iterable<PredictorSource> | AsyncIterable<PredictorSource>,
    options?: PredictManyOptions,
  ): AsyncGenerator<Answer | Refusal, void, undefined>;
  /** Gives up the network. */
  dispose(): void;
}

/** Options of {@link makePredictor}. */
export interface MakePredictorOptions {
  /** Anybody's own steps. */
  parts?: readonly Part[] | undefined;
  /** Finds faces where a call gives no detector of its own. */
  detect?: FaceDetector | undefined;
}

/** Share of the picture, by its side, above which a face fills it. */
const FILLS = 0.55;
/** Side to which faces are cut out where nobody says another. */
const CUT = 224;
/** How many times fewer or more frames a second than in training are told, and refused. */
const OTHER_RATE = 2;
const FAR_RATE = 8;
const BATCH = 16;

const cannot = 'Cannot predict';

/** A source made ready for the network, or the refusal. */
type Ready = { refusal: Refusal } | { data: PreparedData; about: Omit<Answer, keyof NetworkAnswer | 'predicted'> };

/**
 * Makes a predictor of a description and a network: the one road from a recording to an answer, for exported folders, runs and experiments alike.
 *
 * @param description - how clips are made ready, and how answers are read
 * @param ensemble - the network and its sets of weights
 * @param options - own parts, a detector of faces
 * @returns a predictor, disposed of by the caller
 * @throws RangeError or TypeError where steps are not known or do not fit
 */
export function makePredictor(
  description: PredictorDescription,
  ensemble: Ensemble,
  { parts, detect }: MakePredictorOptions = {},
): Predictor & { readonly network: Pick<ReturnType<typeof ensembleRunner>, 'prepare'> } {
  const { name, classes, labelKind, samples, views: changes = [] } = description;
  const runner = ensembleRunner(ensemble, name);
  const needsApex = description.marks?.includes('apex') ?? stepsNeedApex(description, parts);
  const makers = imageMakersOf(description, parts);
  const views = viewPlan(changes as readonly ClipAugmentation[], changes.length > 0 ? 'mean' : 'clean', parts);

  async function prepared(source: Source, id: string): Promise<PreparedData> {
    const images = await makeImages(source, {
      ...{ makers, wanted: description.inputs.map((_, i) => i), id, parts },
      ...{ clips: changes as readonly ClipAugmentation[], views },
    });
    return {
      classes,
      ...(labelKind && { labelKind }),
      labels: [labelKind === 'multiple' ? [] : 0],
      inputs: images.map(({ shape, values }) => ({ shape: shape.slice(1), values })),
      views,
    };
  }

  async function readyPicture(picture: tf.Tensor3D): Promise<Ready> {
    if (samples === 'clips') {
      throw new RangeError(`${cannot} as ${name} takes clips: give a folder of frames or a video, not a picture`);
    }
    const [height, width] = picture.shape;
    const quality = { frames: { count: 1, width, height }, fps: null, face: null, motion: null, aligned: null };
    return {
      data: await prepared(picture, 'new'),
      about: { answered: true, classes: [...classes], marks: null, quality, forced: [], notes: [], ...kept() },
    };
  }

  const kept = () => ({ ...(labelKind && { labelKind }), members: ensemble.members });

  /** Everything but the network, for those of the intervals that are chosen. */
  async function ready(
    source: PredictorSource,
    options: PredictOptions,
    choose: (intervals: ExaminedInterval[]) => ExaminedInterval[],
  ): Promise<Ready[]> {
    options.signal?.throwIfAborted();
    if (source instanceof tf.Tensor && source.rank === 3) return [await readyPicture(source as tf.Tensor3D)];
    const recording = await openRecording(source as tf.Tensor4D, options);
    try {
      return await readyRecording(recording, options, choose);
    } finally {
      await recording.close();
    }
  }

  async function readyRecording(
    recording: Recording,
    options: PredictOptions,
    choose: (intervals: ExaminedInterval[]) => ExaminedInterval[],
  ): Promise<Ready[]> {
    const { frames, fps } = recording;
    const { examine = true, force = false, face = 'find', align = 'auto', stabilize = 'none', signal } = options;
    const [count, height, width] = frames.shape;
    if (samples === 'images' && !description.madeBy) {
      throw new RangeError(`${cannot} as ${name} takes pictures, and nobody says how they are made of a clip`);
    }
    const marks = marksOf(recording, options);
    const landmarks =
      options.landmarks ??
      recording.landmarks ??
      (face === 'fills' ? [{ frame: 0, points: fillingFace(height, width) }] : undefined);
    const found: Examination = examine
      ? await examineRecording(frames, {
          ...{ landmarks, marks, fps, signal, several: options.several, quality: description.quality },
          detect: finder(landmarks, options),
          onProgress: options.onProgress,
        })
      : { landmarks: [...(landmarks ?? [])], intervals: [believed(count, marks)], reasons: [], notes: [] };
    const rate = rateOf(description.frameRates, fps);
    const reasons: Reason[] = [...found.reasons, ...(examine && rate.reason ? [rate.reason] : [])];
    const fewest = needsApex ? 3 : 2;
    if (examine && count < fewest) {
      const there = count === 1 ? 'is 1 frame' : `are ${count} frames`;
      reasons.push({ code: 'too-short', text: `there ${there}, and an expression needs ${fewest} at least` });
    }
    const notes = [...recording.notes, ...found.notes, ...(examine && rate.note ? [rate.note] : [])];
    const aligned = alignment(description, found, face === 'fills' && align === 'auto' ? 'none' : align);
    if (aligned === 'own-step' && stabilize !== 'none') {
      throw new RangeError(`${cannot} with stabilize as ${name} aligns faces by its own steps: leave it out`);
    }
    const quality: Quality = {
      frames: { count, width, height },
      ...{ fps: fps ?? null, face: face === 'fills' ? null : (found.face ?? null), motion: found.motion ?? null },
      aligned: reasons.length > 0 && !force ? null : aligned,
    };
    if (face === 'fills' && examine) notes.push('the face was taken to fill the frames: nothing looked for it');
    const impossible = count < 2 || (aligned === 'own-step' && found.landmarks.length === 0);
    if (reasons.length > 0 && (!force || impossible)) {
      const reason = `${reasons.map(({ text }) => text).join('; ')}.`;
      return [{ refusal: { answered: false, code: reasons[0]!.code, reason, reasons, quality, notes } }];
    }
    const all: Ready[] = [];
    for (const interval of choose(found.intervals)) {
      signal?.throwIfAborted();
      const { clip, apex, dispose } = await intervalClip(frames, interval, {
        ...{ how: description.frames, aligned, stabilize, landmarks: found.landmarks, cutTo: cutSide(description) },
        needsApex,
      });
      try {
        all.push({
          data: await preparedClip(clip),
          about: {
            ...{ answered: true, classes: [...classes], marks: { ...interval, apex }, quality },
            ...{ forced: reasons, notes: [...notes], ...kept() },
          },
        });
      } finally {
        // frames of a clip that came in memory, and were taken as they are, are not this function's: its reader gives copies
        dispose();
      }
    }
    return all;
  }

  /** A network of pictures that a data set made of clips gets such pictures. */
  async function preparedClip(clip: Source): Promise<PreparedData> {
    if (samples === 'clips') return prepared(clip, 'new');
    const made = (await pipe(...makeSteps(description.madeBy!, 'madeBy', parts)).applyAsync(
      clip as never,
    )) as tf.Tensor3D;
    try {
      return await prepared(made, 'new');
    } finally {
      made.dispose();
    }
  }

  function finder(landmarks: unknown, options: PredictOptions): FaceDetector | undefined {
    const given = options.detect ?? detect;
    if (landmarks !== undefined || given || options.force) return given;
    throw new TypeError(
      `${cannot} as the face must be found: give detect (createFaceDetector of @mer/representations makes one) or landmarks, or say face: 'fills' where it is known to fill the frames`,
    );
  }

  async function answers(all: readonly Ready[], options: PredictOptions): Promise<(Answer | Refusal)[]> {
    const asked = all.flatMap((one) => ('data' in one ? [one] : []));
    const notes: string[] = [];
    const said =
      asked.length === 0
        ? []
        : await runner.run(
            asked.map(({ data }) => data),
            {
              ...{
                heatMaps: options.heatMaps,
                explain: options.explain,
                signal: options.signal,
                onNote: (text: string) => notes.push(text),
              },
              onProgress: (done, total) => options.onProgress?.('network', done, total),
            },
          );
    return all.map((one): Answer | Refusal => {
      if ('refusal' in one) return one.refusal;
      const network = said[asked.indexOf(one)]!;
      const predicted = labelText(labelOf(network.probabilities, description), classes);
      const { about } = one;
      return { ...about, notes: [...about.notes, ...notes], predicted, ...network };
    });
  }

  return {
    classes,
    network: runner,
    async predict(source, options = {}) {
      const [answer] = await answers(await ready(source, options, strongest), options);
      return answer!;
    },
    async predictEach(source, options = {}) {
      return answers(await ready(source, options, (intervals) => intervals), options);
    },
    async *predictMany(sources, options = {}) {
      const { batch = BATCH } = options;
      if (!Number.isInteger(batch) || batch < 1) {
        throw new RangeError(`${cannot} many as batch must be a whole number from 1: current value is ${batch}`);
      }
      let waiting: Ready[] = [];
      for await (const source of sources) {
        waiting.push(...(await ready(source, options, strongest)));
        if (waiting.length < batch) continue;
        const full = waiting;
        waiting = [];
        yield* await answers(full, options);
      }
      yield* await answers(waiting, options);
    },
    dispose: runner.dispose,
  };
}

/** The interval that stands out most: the first of equal ones. */
const strongest = (intervals: ExaminedInterval[]): ExaminedInterval[] => [
  intervals.reduce((best, one) => ((one.score ?? 0) > (best.score ?? 0) ? one : best)),
];

function imageMakersOf(
  { preprocessing, inputs, samples, name }: PredictorDescription,
  parts: readonly Part[] | undefined,
): ImageMakers {
  const place = { kind: samples, dataset: name };
  const shared = makeSteps(preprocessing, 'preprocessing', parts);
  return {
    prepare: sourceMaker(shared, { at: 'preprocessing', ...place }),
    images: inputs.map(({ steps, windows }, i) => {
      const at = `inputs.${i}`;
      return imageMaker(makeSteps(steps, `${at}.steps`, parts), { windows, at, ...place });
    }),
  };
}

/** Whether an apex must be known: some step looks at it, and none before it marks one. */
function stepsNeedApex(
  { preprocessing, inputs, madeBy = [] }: PredictorDescription,
  parts: readonly Part[] | undefined,
): boolean {
  const ways = inputs.map(({ steps }) => makeSteps([...madeBy, ...preprocessing, ...steps], 'steps', parts));
  return ways.some((steps) => {
    const first = steps.find(({ traits }) => traits.needsApex || traits.marksApex);
    return first !== undefined && !first.traits.marksApex;
  });
}

/** The marks of a call, or else those of the clip; checked. */
function marksOf({ frames, marks: own }: Recording, { marks }: PredictOptions): NonNullable<PredictOptions['marks']> {
  const given = marks ?? (own && { onset: own.onset, apex: own.apex ?? undefined, offset: own.offset }) ?? {};
  const last = frames.shape[0] - 1;
  const { onset = 0, apex, offset = last } = given;
  const order = [onset, apex ?? onset, offset];
  const whole = order.every((mark) => Number.isInteger(mark) && mark >= 0 && mark <= last);
  if (!whole || order[0]! > order[1]! || order[1]! > order[2]!) {
    const shown = [given.onset, given.apex, given.offset].map((mark) => mark ?? 'not given').join(', ');
    throw new RangeError(
      `${cannot} as onset, apex and offset must follow one another, frames from 0 to ${last}: they are ${shown}`,
    );
  }
  return given;
}

/** The interval of a clip whose marks are believed. */
function believed(count: number, marks: NonNullable<PredictOptions['marks']>): ExaminedInterval {
  const { onset, apex, offset } = marks;
  return {
    onset: onset ?? 0,
    apex: apex ?? null,
    offset: offset ?? count - 1,
    from: {
      onset: onset === undefined ? 'first frame' : 'given',
      apex: apex === undefined ? 'spotted' : 'given',
      offset: offset === undefined ? 'last frame' : 'given',
    },
  };
}

/** How far the frames a second are from those of training. */
function rateOf(rates: readonly number[], fps: number | undefined): { reason?: Reason; note?: string } {
  if (fps === undefined || rates.length === 0) return {};
  const nearest = rates.reduce((best, rate) => (times(rate, fps) < times(best, fps) ? rate : best));
  const far = times(nearest, fps);
  const text = `there are ${round(fps)} frames a second, and ${rates.map(round).join(', ')} in what the network was trained on`;
  if (far > FAR_RATE) return { reason: { code: 'frame-rate', text } };
  return far > OTHER_RATE ? { note: text } : {};
}

const times = (a: number, b: number) => Math.max(a / b, b / a);
const round = (value: number) => Number(value.toFixed(2));

function alignment(
  { face: how }: PredictorDescription,
  { face }: Examination,
  asked: 'auto' | 'face' | 'none',
): Aligned {
  if (how?.by === 'steps') return 'own-step';
  if (!face || asked === 'none') return 'whole';
  return asked === 'face' || face.fill < FILLS ? 'face' : 'whole';
}

function cutSide({ face, frames: { size } }: PredictorDescription): number {
  if (face?.by === 'cut') return face.size;
  if (size === undefined) return CUT;
  return typeof size === 'number' ? size : Math.max(...size);
}
