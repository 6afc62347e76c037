import { checkOptions, integer, number, type OptionsOf, type Resolved } from '@mer/options';
import {
  dynamicImage,
  flowOption,
  type Landmarks,
  opticalFlow,
  type Transform,
  warpFrames,
} from '@mer/representations';
import * as tf from '@tensorflow/tfjs-core';
import { type FaceCrop, faceRegions, regionVector } from '../spotters/face-regions.js';
import { type LiveInterval, liveIntervals } from './live-intervals.js';
import { smoothLandmarks } from './smooth-landmarks.js';

const seconds = (about: string, fallback: number) => number(about, { above: 0, max: 60, default: fallback });

const options = {
  size: integer('Side of the square that is cut out around the face, pixels.', { min: 64, max: 1024, default: 224 }),
  seconds: seconds('Length of the window: the dynamic image is of so much time.', 0.5),
  reach: seconds('Flow is between a frame and the one so long before: half a micro-expression.', 0.2),
  most: integer('The most frames in the window; of a faster camera the oldest leave it earlier.', {
    min: 2,
    max: 512,
    default: 64,
  }),
  hold: seconds('How long the landmarks of a frame hold where none are found.', 0.5),
  flow: flowOption({ name: 'farneback' }),
  height: number('Least motion that begins an expression, pixels of a square of 256.', { above: 0, default: 1.4 }),
  calm: seconds('How long motion must stay below half of that for an expression to end.', 0.2),
  shortest: seconds('Shortest expression.', 0.1),
  longest: seconds('Longest expression.', 4),
};

/** Options of {@link createSlidingWindow}. */
export type SlidingWindowOptions = OptionsOf<typeof options>;

/** What is known after a frame. */
export interface LiveAnswer {
  /** Of the frame, in seconds, as it was pushed. */
  readonly time: number;
  /** The points of the face, smoothed; undefined where there is none. */
  readonly landmarks: Landmarks | undefined;
  /** Whether the landmarks are those of an earlier frame. */
  readonly held: boolean;
  /** The face, `[size, size, C]`, in 0..1; undefined without a face. As the next two it is the caller's. */
  readonly crop: tf.Tensor3D | undefined;
  /** Dynamic image of the window, `[size, size, C]`; undefined until there are two frames. */
  readonly dynamicImage: tf.Tensor3D | undefined;
  /** Flow from the frame `reach` seconds before, of the part of the face that has brows to mouth, `[h, w, 2]`, pixels; undefined until there is such a frame. */
  readonly flow: tf.Tensor3D | undefined;
  /** How far the region that moved most has moved in that time against the bridge of the nose, pixels of a square of 256; 0 where there is no flow. */
  readonly score: number;
  /** An expression that has ended just now. */
  readonly interval: LiveInterval | undefined;
  /** Milliseconds from the push to this answer. */
  readonly latency: number;
}

/** Frames of a camera or a stream, looked at as they come. */
export interface SlidingWindow {
  /**
   * Looks at a frame. While one is looked at, one waits; where a newer frame comes, the one that waits is dropped, so that an answer is late by two frames' work at most
   * and memory holds one window.
   *
   * @param frame `[H, W, 3]` or `[H, W, 1]`, float32 in 0..1; it stays the caller's, and may be disposed at once
   * @param time seconds; later than that of the frame before
   * @returns what is known then; undefined for a frame that was dropped
   * @throws RangeError for a time that is not later than the one before
   */
  push(frame: tf.Tensor3D, time: number): Promise<LiveAnswer | undefined>;
  /** How many frames were dropped. */
  readonly dropped: number;
  /** Gives up the window. */
  dispose(): void;
}

interface Held {
  time: number;
  crop: tf.Tensor3D;
  gray: tf.Tensor3D;
  face: FaceCrop;
}

interface Waiting {
  frame: tf.Tensor3D;
  time: number;
  pushed: number;
  resolve(answer: LiveAnswer | undefined): void;
  reject(error: unknown): void;
}

/**
 * A window that slides over frames as they come, from a camera or a stream: the face in it, cut out and held still, the dynamic image of the last moments, the flow over half a
 * micro-expression, and expressions as they end.
 *
 * The score is that of one pair of frames, so it costs one flow a frame; it knows no more than `flowPeaks` does of turns of the head and blinks. What a recording is to be judged by is
 * `spot()`.
 *
 * @param findLandmarks the 68 points in a frame `[H, W, C]`; undefined or null where there is no face
 * @param given size, window, flow, thresholds
 *
 * @example
 * ```ts
 * import { createSlidingWindow } from '@mer/spotting';
 * import * as tf from '@tensorflow/tfjs-core';
 *
 * const points = Array.from({ length: 68 }, (_, i) => [20 + (i % 17) * 4, 20 + Math.floor(i / 17) * 16] as const);
 * const window = createSlidingWindow(async () => points, { size: 64 });
 * const answer = await window.push(tf.zeros([96, 96, 3]), 0);
 * console.log(answer?.crop?.shape, answer?.score); // [ 64, 64, 3 ] 0
 * window.dispose();
 * ```
 */
export function createSlidingWindow(
  findLandmarks: (frame: tf.Tensor3D) => Promise<Landmarks | null | undefined>,
  given: SlidingWindowOptions = {},
): SlidingWindow {
  const settings = checkOptions('create a sliding window', options, given);
  const intervals = liveIntervals(settings);
  const window: Held[] = [];
  let known: { points: Landmarks; time: number } | undefined;
  let last = Number.NEGATIVE_INFINITY;
  let waiting: Waiting | undefined;
  let running = false;
  let dropped = 0;
  let ended = false;

  const empty = () => {
    for (const { crop, gray } of window.splice(0)) tf.dispose([crop, gray]);
  };

  const look = async ({ frame, time, pushed }: Waiting): Promise<LiveAnswer> => {
    const found = await findLandmarks(frame);
    if (found) known = { points: smoothLandmarks(found, known?.points), time };
    else if (known && time - known.time > settings.hold) known = undefined;
    const nothing = { crop: undefined, dynamicImage: undefined, flow: undefined, score: 0 };
    if (!known) {
      // what comes after a gap is no motion from before it
      empty();
      const interval = intervals.push(time, 0);
      return { time, landmarks: undefined, held: false, ...nothing, interval, latency: performance.now() - pushed };
    }
    const face = faceRegions(known.points, settings.size);
    const crop = cut(frame, face.transform, settings.size);
    window.push({ time, crop, gray: grayPart(crop, face), face });
    while (window.length > settings.most || time - window[0]!.time > Math.max(settings.seconds, settings.reach)) {
      const { crop: old, gray } = window.shift()!;
      tf.dispose([old, gray]);
    }
    const { flow, score } = await motion(window, settings);
    const recent = window.filter((one) => time - one.time <= settings.seconds);
    const image =
      recent.length < 2
        ? undefined
        : tf.tidy(() => dynamicImage(tf.stack(recent.map((one) => one.crop)) as tf.Tensor4D));
    // the queue of the backend is worked off here, not in the next frame
    await image?.data();
    return {
      ...{ time, landmarks: known.points, held: !found, crop: tf.clone(crop), dynamicImage: image, flow, score },
      interval: intervals.push(time, score),
      latency: performance.now() - pushed,
    };
  };

  const work = async () => {
    running = true;
    while (waiting) {
      const task = waiting;
      waiting = undefined;
      try {
        task.resolve(await look(task));
      } catch (error) {
        task.reject(error);
      } finally {
        task.frame.dispose();
      }
    }
    running = false;
    if (ended) empty();
  };

  return {
    get dropped() {
      return dropped;
    },
    push(frame, time) {
      if (ended) return Promise.reject(new Error('Cannot push a frame as the window was disposed'));
      if (!(time > last)) {
        const message = `Cannot push a frame as its time must be later than that of the one before, ${last}: current value is ${time}`;
        return Promise.reject(new RangeError(message));
      }
      last = time;
      if (waiting) {
        dropped++;
        waiting.frame.dispose();
        waiting.resolve(undefined);
      }
      return new Promise((resolve, reject) => {
        waiting = { frame: tf.keep(tf.clone(frame)), time, pushed: performance.now(), resolve, reject };
        if (!running) void work();
      });
    },
    dispose() {
      ended = true;
      if (waiting) {
        waiting.frame.dispose();
        waiting.resolve(undefined);
        waiting = undefined;
      }
      if (!running) empty();
    },
  };
}

function cut(frame: tf.Tensor3D, transform: Transform, size: number): tf.Tensor3D {
  return tf.tidy(() => tf.squeeze(warpFrames(tf.expandDims(frame) as tf.Tensor4D, transform, [size, size]), [0]));
}

/** The part of a crop that has the regions, gray `[h, w, 1]`. */
function grayPart(crop: tf.Tensor3D, { part: { left, top, right, bottom } }: FaceCrop): tf.Tensor3D {
  return tf.tidy(() => {
    const piece = tf.slice(crop, [top, left, 0], [bottom - top, right - left, crop.shape[2]]);
    return tf.mean(piece, 2, true) as tf.Tensor3D;
  });
}

/** The flow over `reach` seconds to the newest frame, in the newest frame's part, and how far a region has moved by it. */
async function motion(
  window: readonly Held[],
  { reach, flow: choice, size }: Pick<Resolved<typeof options>, 'reach' | 'flow' | 'size'>,
): Promise<Pick<LiveAnswer, 'flow' | 'score'>> {
  const newest = window.at(-1)!;
  const from = window.findLast(({ time }) => newest.time - time >= reach - 1e-6);
  if (!from) return { flow: undefined, score: 0 };
  // both crops are cut where the newest has its regions
  const before = grayPart(from.crop, newest.face);
  const flow = tf.tidy(() => opticalFlow(before, newest.gray, choice, { check: false })) as tf.Tensor3D;
  before.dispose();
  const values = await flow.data<'float32'>();
  const width = flow.shape[1];
  const [u, v] = regionVector(values, width, newest.face.reference);
  const lengths = newest.face.regions.map((region) => {
    if (region.group === 'eyes') return 0;
    const [x, y] = regionVector(values, width, region);
    return Math.hypot(x - u, y - v);
  });
  return { flow, score: (Math.max(0, ...lengths) * 256) / size };
}
