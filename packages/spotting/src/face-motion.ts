import { checkOptions } from '@mer/options';
import type { FrameReader, Landmarks } from '@mer/representations';
import * as tf from '@tensorflow/tfjs-core';
import { checkRecording, landmarksAt, type Recording } from './recording.js';
import { regionFlow } from './spotters/region-flow.js';
import type { RegionMotion, WatchOptions } from './spotters/region-motion.js';

/** How much a face moves, see {@link faceMotion}. */
export interface FaceMotion {
  /** How far the region that moves most goes, against what all regions do together; in pixels of a square of 256 around the face. */
  readonly pixels: number;
  /** That region. */
  readonly region: string;
  /** How far noise throws the course of a region, in the same pixels: what still skin does. */
  readonly noise: number;
  /** How many times what noise does to them regions go, the third of all counted from the greatest; null where too few frames tell. */
  readonly ratio: number | null;
  /** How far all regions go together, against the bridge of the nose: a head that moves. */
  readonly together: number;
}

/** Frames that tell motion from noise at least. */
const ENOUGH = 6;

/** What {@link measureFace} does where it is to be quick. */
const QUICK = { size: 128, flow: { name: 'farneback', iterations: 2, polyRadius: 7, polySigma: 1.5 } } as const;

/** Frames up to which every one is looked at: each helps to tell motion from noise. */
const SHORT = 90;

/** Options of {@link measureFace}. */
export interface MeasureFaceOptions extends WatchOptions {
  /**
   * Flow in a square of 128 pixels with two iterations, in place of 256 and five: tells motion from noise as well, in a quarter of the time (benchmarks/results/stillness.csv).
   * The limits of {@link regionFlow} are not made for it. False by default.
   */
  quick?: boolean | undefined;
}

/**
 * Measures how the regions of a face move, as {@link regionFlow} does, in frames whose light is made even before; what it gives is for {@link faceMotion} and for
 * `regionFlow.decide`.
 *
 * @param recording - needs landmarks
 * @param options - whether to be quick; progress, and a signal that ends it
 * @throws TypeError or RangeError for a recording that lacks something
 *
 * @example
 * ```ts
 * import { frameReader } from '@mer/representations';
 * import { faceMotion, measureFace } from '@mer/spotting';
 * import * as tf from '@tensorflow/tfjs-core';
 *
 * const points = Array.from({ length: 68 }, (_, i) => [20 + (i % 17) * 4, 20 + Math.floor(i / 17) * 16] as const);
 * const still = frameReader(tf.ones([8, 96, 96, 1]));
 * const measured = await measureFace({ frames: still, fps: 30, landmarks: [{ frame: 0, points }] });
 * console.log(faceMotion(measured).pixels); // 0
 * ```
 */
export async function measureFace(
  recording: Recording,
  { quick, ...watch }: MeasureFaceOptions = {},
): Promise<RegionMotion> {
  const task = 'measure the motion of a face';
  checkRecording(recording, task);
  const { fps, frames } = recording;
  const options = checkOptions(task, regionFlow.options, {
    ...(frames.shape[0] <= SHORT && { rate: fps }),
    ...(quick && QUICK),
  });
  const even = evenly(frames, landmarksAt(recording, 0, task));
  return regionFlow.measure({ ...recording, frames: even }, options, watch);
}

/** Frames in gray, of one mean and one contrast around the face: a lamp that flickers is no motion. */
function evenly(frames: FrameReader, points: Landmarks): FrameReader {
  const [count, height, width] = frames.shape;
  const [xs, ys] = [points.map(([x]) => x), points.map(([, y]) => y)];
  const within = (value: number, most: number) => Math.min(most - 1, Math.max(0, Math.floor(value)));
  const [left, top] = [within(Math.min(...xs), width), within(Math.min(...ys), height)];
  const [right, bottom] = [within(Math.max(...xs), width), within(Math.max(...ys), height)];
  return {
    shape: [count, height, width, 1],
    async read(first, length) {
      const given = await frames.read(first, length);
      return tf.tidy(() => {
        const gray = tf.mean(given, 3, true) as tf.Tensor4D;
        given.dispose();
        const face = tf.slice(gray, [0, top, left, 0], [length, bottom - top + 1, right - left + 1, 1]);
        const { mean, variance } = tf.moments(face, [1, 2, 3], true);
        // (gray - mean) / deviation * 0.2 + 0.5, as one factor and one sum for each frame
        const factor = tf.div(0.2, tf.add(tf.sqrt(variance), 1e-3));
        const even = tf.add(tf.mul(gray, factor), tf.sub(0.5, tf.mul(mean, factor)));
        return tf.clipByValue(even, 0, 1) as tf.Tensor4D;
      });
    },
  };
}

/**
 * How much a face moves: the motion of the region that moves most, against what all regions do together, and how many times what noise does.
 *
 * The course of a region is a mean over a sixth of the frames (3 to 13), its motion how far apart two of its places are at most; the first frame, from which all motion is
 * measured, is left out. Noise has a standard deviation of the median second difference of a course, divided by 2.883 (two normal coordinates) and by the
 * root of the frames in a mean. The eyes do not count: they blink. The third region counts for the ratio, as an expression moves several parts of brows or mouth, and
 * a leap of one part is none. In still faces under noise, flicker, JPEG and shifts of the whole the ratio was 10.1 at most; in short generated clips with an expression 16 or more,
 * measured quickly 20 or more, the motion 0.54 pixels or more (`benchmarks/stillness.mjs`). Not told from motion is what a video codec makes of a noisy still face: it drifts by up to
 * 1.2 pixels (0.7 measured quickly) and rests between, so that the ratio is far above any limit.
 *
 * @param measured - as given by {@link measureFace}
 * @returns of the window in which the face moves most; 0 pixels where there is one frame
 *
 * @example
 * ```ts
 * import { faceMotion } from '@mer/spotting';
 *
 * const regions = ['brow', 'mouth', 'cheek'].map((name) => ({ name, group: 'mouth' as const }));
 * const still = { u: new Float32Array(8), v: new Float32Array(8) };
 * const signals = [{ u: Float32Array.of(0, 0, 1, 2, 3, 3, 3, 3), v: still.v }, still, still];
 * const { pixels, region } = faceMotion({ rate: 30, stride: 1, frames: 8, size: 256, regions, windows: [{ start: 0, signals }] });
 * console.log(pixels.toFixed(1), region); // 2.5 brow
 * ```
 *
 * Reference: this project's own.
 */
export function faceMotion({ windows, regions, size }: RegionMotion): FaceMotion {
  const nothing: FaceMotion = { pixels: 0, region: regions[0]?.name ?? '', noise: 0, ratio: null, together: 0 };
  const [first = nothing, ...others] = windows.map(({ signals }) => windowMotion(signals, regions, 256 / size));
  return others.reduce((best, other) => (other.pixels > best.pixels ? other : best), first);
}

type Signals = RegionMotion['windows'][number]['signals'];

function windowMotion(signals: Signals, regions: RegionMotion['regions'], unit: number): FaceMotion {
  const face = signals.flatMap((signal, i) =>
    regions[i]!.group === 'eyes' ? [] : [{ signal, name: regions[i]!.name }],
  );
  const length = face[0]?.signal.u.length ?? 0;
  const few = length < ENOUGH;
  const half = few ? 0 : Math.min(6, Math.max(1, Math.floor(Math.round(0.17 * length) / 2)));
  const all = (axis: 'u' | 'v') =>
    Float64Array.from({ length }, (_, t) => middle(face.map(({ signal }) => signal[axis][t]!)));
  const common = { u: all('u'), v: all('v') };
  const moved = face.map(({ signal, name }) => {
    const own = (axis: 'u' | 'v') => Float64Array.from({ length }, (_, t) => signal[axis][t]! - common[axis][t]!);
    const course = { u: own('u'), v: own('v') };
    return { name, pixels: unit * extent(course, half), noise: (unit * unrest(course)) / Math.sqrt(2 * half + 1) };
  });
  const most = moved.reduce((best, other) => (other.pixels > best.pixels ? other : best));
  const ratios = moved.map(({ pixels, noise }) => pixels / noise).sort((a, b) => b - a);
  const ratio = ratios[Math.min(2, ratios.length - 1)]!;
  return {
    pixels: most.pixels,
    region: most.name,
    noise: middle(moved.map(({ noise }) => noise)),
    ratio: few || !Number.isFinite(ratio) ? null : ratio,
    together: unit * extent(common, half),
  };
}

interface Course {
  readonly u: Float64Array;
  readonly v: Float64Array;
}

/** How far apart two places of a course are at most, each a mean of those around it. */
function extent({ u, v }: Course, half: number): number {
  const first = half === 0 ? 0 : 1;
  const mean = (values: Float64Array) =>
    values.map((_, t) => {
      const part = values.subarray(Math.max(first, t - half), t + half + 1);
      return part.reduce((sum, value) => sum + value, 0) / part.length;
    });
  const [x, y] = [mean(u), mean(v)];
  let longest = 0;
  for (let a = first; a < x.length; a++) {
    for (let b = a + 1; b < x.length; b++) longest = Math.max(longest, Math.hypot(x[a]! - x[b]!, y[a]! - y[b]!));
  }
  return longest;
}

/**
 * The standard deviation of the noise of each coordinate, by how far a place lies from where the two before lead, which a steady motion does not change; the first left
 * out.
 */
function unrest({ u, v }: Course): number {
  const turns: number[] = [];
  for (let t = 3; t < u.length; t++) {
    turns.push(Math.hypot(u[t]! - 2 * u[t - 1]! + u[t - 2]!, v[t]! - 2 * v[t - 1]! + v[t - 2]!));
  }
  return middle(turns) / 2.883;
}

function middle(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;
}
