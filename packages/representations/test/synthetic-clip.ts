import * as tf from '@tensorflow/tfjs-core';
import type { Clip } from '../src/clip.js';

/** A smooth texture, 0..1. */
export function texture(x: number, y: number, channel = 0): number {
  return (
    0.5 +
    0.14 * Math.sin(0.31 * x + 0.11 * y + channel) +
    0.12 * Math.cos(0.23 * y - 0.09 * x + 2 * channel) +
    0.1 * Math.sin(0.55 * x + 0.47 * y) +
    0.08 * Math.cos(0.71 * y - 0.29 * x + channel)
  );
}

/** A texture that nowhere repeats: noise on a lattice of 5 pixels, interpolated smoothly. */
export function roughness(x: number, y: number): number {
  const at = (i: number, j: number) => {
    const hash = Math.sin(i * 127.1 + j * 311.7) * 43758.5453;
    return hash - Math.floor(hash);
  };
  const [i, j] = [Math.floor(x / 5), Math.floor(y / 5)];
  const [a, b] = [x / 5 - i, y / 5 - j].map((part) => part * part * (3 - 2 * part)) as [number, number];
  return (1 - b) * ((1 - a) * at(i, j) + a * at(i + 1, j)) + b * ((1 - a) * at(i, j + 1) + a * at(i + 1, j + 1));
}

/** What {@link syntheticClip} can be asked for. */
export interface SyntheticClipOptions {
  frames?: number;
  size?: number;
  channels?: 1 | 3;
  onset?: number;
  apex?: number | null;
  offset?: number;
  /** Largest displacement in pixels, (u, v). */
  motion?: readonly [number, number];
  /** Center of the moving spot, fractions of the image (x, y). */
  at?: readonly [number, number];
  /** Radius of the spot in pixels. */
  radius?: number;
}

/** A textured clip of which one spot moves there (onset to apex) and back (apex to offset), with smooth speed. */
export function syntheticClip({
  frames = 17,
  size = 48,
  channels = 3,
  onset = 0,
  apex = Math.floor((frames - 1) / 2),
  offset = frames - 1,
  motion = [1.2, 0.6],
  at = [0.35, 0.6],
  radius = 6,
}: SyntheticClipOptions = {}): Clip {
  const peak = apex ?? Math.floor((onset + offset) / 2);
  const values = new Float32Array(frames * size * size * channels);
  let i = 0;
  for (let t = 0; t < frames; t++) {
    const part =
      t <= onset || t >= offset ? 0 : t <= peak ? (t - onset) / (peak - onset) : (offset - t) / (offset - peak);
    const course = 0.5 - 0.5 * Math.cos(Math.PI * part);
    for (let y = 0; y < size; y++) {
      for (let x = 0; x < size; x++) {
        const bump = course * Math.exp(-((x - at[0] * size) ** 2 + (y - at[1] * size) ** 2) / (2 * radius ** 2));
        for (let c = 0; c < channels; c++) values[i++] = texture(x - motion[0] * bump, y - motion[1] * bump, c);
      }
    }
  }
  return { frames: tf.tensor4d(values, [frames, size, size, channels]), onset, apex, offset };
}

/** The clip backwards. */
export function reversed(clip: Clip): Clip {
  const last = clip.frames.shape[0] - 1;
  return {
    frames: tf.reverse(clip.frames, 0),
    onset: last - clip.offset,
    apex: clip.apex === null ? null : last - clip.apex,
    offset: last - clip.onset,
  };
}

/** The largest difference between two lists of numbers of equal length. */
export function worstDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) throw new Error(`lengths ${a.length} and ${b.length}`);
  let worst = 0;
  for (let i = 0; i < a.length; i++) {
    const difference = Math.abs(a[i]! - b[i]!);
    if (!(difference <= worst)) worst = difference;
  }
  return worst;
}

/** Pearson's correlation of two lists of numbers. */
export function correlation(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const mean = (v: ArrayLike<number>) => Array.from(v).reduce((sum, value) => sum + value, 0) / v.length;
  const [ma, mb] = [mean(a), mean(b)];
  let ab = 0;
  let aa = 0;
  let bb = 0;
  for (let i = 0; i < a.length; i++) {
    ab += (a[i]! - ma) * (b[i]! - mb);
    aa += (a[i]! - ma) ** 2;
    bb += (b[i]! - mb) ** 2;
  }
  return ab / Math.sqrt(aa * bb);
}
