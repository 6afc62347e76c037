import { readFileSync } from 'node:fs';
import { frameReader } from '../frame-reader.js';
import { frameAt } from '../frames.js';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { face as madeUpFace } from '../../test/made-up-face.js';
import { roughness, syntheticClip, texture as waves, worstDifference } from '../../test/synthetic-clip.js';
import type { Clip } from '../clip.js';
import { applyTransform, invertTransform, type Transform } from '../face/transform.js';
import { midi } from '../midi.js';
import { pipe } from '../pipe.js';
import { type InterpolateOptions, interpolate, timWeights } from './interpolate.js';
import { bandPass, magnify } from './magnify.js';
import { sample } from './sample.js';
import { divideAndConquer, type SpotApexOptions, spotApex } from './spot-apex.js';
import { headTrack, stabilize } from './stabilize.js';

const golden = JSON.parse(readFileSync(new URL('../../test/golden/tim.json', import.meta.url), 'utf8'));
const points = Array.from({ length: 68 }, (_, i) => [i, i] as const);
/** A clip of one-pixel frames with these values, which need not lie in 0..1. */
const course = (values: number[], marks: Partial<Clip> = {}): Clip => ({
  frames: tf.tensor4d(values, [values.length, 1, 1, 1]),
  onset: 0,
  apex: null,
  offset: values.length - 1,
  ...marks,
});

describe('timWeights()', () => {
  it.each(golden as { frames: number[][]; count: number; result: number[][] }[])(
    'equals the model by singular value decomposition, to $count frames',
    ({ frames, count, result }) => {
      const weights = timWeights(frames.length, count);
      const mixed = weights.map((row) =>
        frames[0]!.map((_, p) => row.reduce((sum, w, t) => sum + w * frames[t]![p]!, 0)),
      );
      expect(worstDifference(mixed.flat(), result.flat())).toBeLessThan(1e-6);
    },
  );

  it('sums to 1, meets the old frames, and takes one frame', () => {
    for (const row of timWeights(6, 11)) expect(row.reduce((a, b) => a + b)).toBeCloseTo(1, 12);
    timWeights(6, 6).forEach((row, j) => {
      row.forEach((weight, i) => {
        expect(weight).toBeCloseTo(i === j ? 1 : 0, 10);
      });
    });
    expect(timWeights(1, 2)).toEqual([[1], [1]]);
    expect(() => timWeights(0, 2)).toThrow(/from must be an integer of at least 1: current value is 0/);
  });
});

describe('interpolate()', () => {
  const clip = course([9, 0, 1, 2, 3, 4, 9], { onset: 1, apex: 4, offset: 5 });

  it('draws a line between frames, from onset to offset', () => {
    const longer = interpolate(clip, { frames: 9, check: false });
    expect(worstDifference(longer.frames.dataSync(), [0, 0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4])).toBeLessThan(1e-6);
    expect(longer).toMatchObject({ onset: 0, apex: 6, offset: 8 });
    expect(worstDifference(interpolate(clip, { frames: 2, check: false }).frames.dataSync(), [0, 4])).toBe(0);
  });

  it.each(['linear', 'tim'] as const)('keeps the clip at its own length (%s)', (method) => {
    const same = interpolate({ ...clip, apex: null }, { frames: 5, method, check: false });
    expect(worstDifference(same.frames.dataSync(), [0, 1, 2, 3, 4])).toBeLessThan(1e-5);
    expect(same.apex).toBeNull();
  });

  it('is a step, keeps the landmarks of the ends, leaks nothing, rejects single frames', () => {
    const marked = { ...clip, landmarks: [1, 3, 5].map((frame) => ({ frame, points })) };
    const before = tf.memory().numTensors;
    const longer = interpolate({ frames: 4, check: false })(marked);
    expect(tf.memory().numTensors).toBe(before + 1);
    expect(longer.landmarks?.map(({ frame }) => frame)).toEqual([0, 3]);
    expect(() => interpolate({ ...clip, onset: 4, offset: 4 }, { check: false })).toThrow(/at least 2 frames/);
    expect(() => interpolate(clip, { frames: 1 } as InterpolateOptions)).toThrow(
      /frames must be an integer of at least 2/,
    );
  });
});

describe('sample()', () => {
  const clip = course([0, 1, 2, 3, 4, 5, 6, 7, 8, 9], { onset: 1, apex: 6, offset: 9 });
  const values = (method: 'even' | 'floor' | 'around-apex', frames: number) => [
    ...sample(clip, { method, frames, check: false }).frames.dataSync(),
  ];

  it('takes evenly spaced frames with both ends', () => {
    expect(values('even', 5)).toEqual([1, 3, 5, 7, 9]);
    expect(values('even', 12)).toHaveLength(12);
    expect(sample(clip, { frames: 5, check: false })).toMatchObject({ onset: 0, apex: 2, offset: 4 });
  });

  it('takes every floor(T / N)-th as FDP does', () => {
    expect(values('floor', 4)).toEqual([1, 3, 5, 7]);
    expect(() => values('floor', 10)).toThrow(/at least 10 frames from onset to offset: current value is 9/);
  });

  it('takes the neighbors of the apex, moved inside', () => {
    expect(values('around-apex', 5)).toEqual([4, 5, 6, 7, 8]);
    expect(values('around-apex', 9)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(() => sample({ ...clip, apex: null }, { method: 'around-apex', check: false })).toThrow(/must have one/);
  });
});

/** The apex that is spotted, whatever the clip's own. */
function spotted(clip: Clip, options: SpotApexOptions = {}): number {
  const { frames, apex } = spotApex(clip, { ...options, overwrite: true, check: false });
  frames.dispose();
  return apex!;
}

describe('spotApex()', () => {
  it.each(['peak', 'divide-and-conquer'] as const)('finds the frame of strongest movement (%s)', (search) => {
    for (const apex of [4, 8, 11]) {
      const clip = syntheticClip({ size: 40, frames: 17, onset: 1, apex, offset: 15, at: [0.35, 0.3] });
      for (const measure of ['skin-change', 'onset-difference', 'flow'] as const) {
        expect(Math.abs(spotted({ ...clip, apex: null }, { search, measure }) - apex)).toBeLessThanOrEqual(1);
      }
    }
  });

  it('looks at the regions only', () => {
    const clip = syntheticClip({ size: 40, frames: 17, apex: 5, at: [0.3, 0.25] });
    const noise = syntheticClip({ size: 40, frames: 17, apex: 12, at: [0.5, 0.57], motion: [3, 3], radius: 2 });
    const both = { ...clip, frames: tf.div(tf.add(clip.frames, noise.frames), 2) as tf.Tensor4D };
    expect(Math.abs(spotted(both, { regions: [[0.05, 0.05, 0.4, 0.6]] }) - 5)).toBeLessThanOrEqual(1);
  });

  it('gives an inner frame where there is one', () => {
    expect(spotted(course([0, 1, 2, 3]), { smooth: 0, measure: 'onset-difference' })).toBe(2);
    expect(spotted(course([0, 1]))).toBe(1);
    expect(spotted(course([0]))).toBe(0);
    expect(spotted(course([0, 0, 0, 0]))).toBe(1);
  });

  it('is not led astray by a head that drifts, nor by the light', () => {
    const size = 48;
    const apex = 5;
    // a spot moves up and back while all of the picture moves on and grows brighter, which is the larger change
    const values = Array.from({ length: 17 }, (_, t) =>
      Array.from({ length: size * size }, (_, p) => {
        const [y, x] = [Math.floor(p / size), p % size];
        const near = Math.exp(-((x - 16) ** 2 + (y - 14) ** 2) / 18);
        const up = 1.2 * near * (t <= apex ? t / apex : (16 - t) / (16 - apex));
        const [a, b] = [x - 0.06 * t, y + 0.04 * t - up];
        return (1 + 0.004 * t) * (0.5 + 0.2 * Math.sin(a / 2.3 + 1) * Math.cos(b / 2.9));
      }),
    ).flat();
    const clip: Clip = { frames: tf.tensor4d(values, [17, size, size, 1]), onset: 0, apex: null, offset: 16 };
    expect(Math.abs(spotted(clip) - apex)).toBeLessThanOrEqual(1);
    expect(spotted(clip, { measure: 'onset-difference' })).toBeGreaterThan(apex + 5);
  });

  it('finds the same in frames that are read a few at a time', async () => {
    const clip = syntheticClip({ size: 40, frames: 37, onset: 2, apex: 9, offset: 33, at: [0.35, 0.3] });
    const before = tf.memory().numTensors;
    const long = { ...clip, apex: null, frames: frameReader(clip.frames) };
    expect((await spotApex({}).applyAsync(long)).apex).toBe(spotted({ ...clip, apex: null }));
    expect(tf.memory().numTensors).toBe(before);
  });

  it('is a step that fills in a missing apex only', () => {
    const clip = syntheticClip({ size: 32, frames: 11, apex: 3 });
    const before = tf.memory().numTensors;
    expect(spotApex()({ ...clip, apex: 7 }).apex).toBe(7);
    expect(spotApex({ overwrite: true })({ ...clip, apex: 7 }).apex).toBeLessThanOrEqual(4);
    expect(tf.memory().numTensors).toBe(before + 2);
    expect(pipe(spotApex(), midi())({ ...clip, apex: null }).shape).toEqual([32, 32, 3]);
  });
});

describe('divideAndConquer()', () => {
  it('keeps the half whose peaks are higher together', () => {
    // one high peak on the left, two lower ones on the right that outweigh it
    expect(divideAndConquer([0, 5, 0, 0, 0, 0, 3, 0, 4, 0])).toBe(8);
    expect(divideAndConquer([0, 9, 0, 0, 0, 0, 3, 0, 4, 0])).toBe(1);
    expect(divideAndConquer([0, 1, 2])).toBe(2);
  });
});

/** A textured clip that drifts as a whole by the given shifts. */
function drifting(shifts: readonly (readonly [number, number])[], size = 64, texture = waves): Clip {
  const values = shifts.flatMap(([u, v]) =>
    Array.from({ length: size * size }, (_, i) => texture((i % size) - u, Math.floor(i / size) - v)),
  );
  return { frames: tf.tensor4d(values, [shifts.length, size, size, 1]), onset: 0, apex: 1, offset: shifts.length - 1 };
}

describe('stabilize()', () => {
  it('takes a drift of the head away', () => {
    const clip = drifting([
      [0, 0],
      [1.3, -0.8],
      [-2, 0.5],
    ]);
    const stable = stabilize(
      { ...clip, landmarks: [{ frame: 1, points }] },
      { region: [0.3, 0.3, 0.7, 0.7], flow: 'tvl1' },
    );
    const inner = (frame: tf.Tensor3D) => tf.slice(frame, [8, 8, 0], [48, 48, 1]).dataSync();
    for (const t of [1, 2]) {
      const before = worstDifference(inner(frameAt(clip.frames, t)), inner(frameAt(clip.frames, 0)));
      const after = worstDifference(inner(frameAt(stable.frames, t)), inner(frameAt(clip.frames, 0)));
      expect(after).toBeLessThan(0.15 * before);
    }
    expect(stable.landmarks?.[0]?.points[10]?.[0]).toBeCloseTo(10 - 1.3, 1);
    expect(frameAt(stable.frames, 0).dataSync()).toEqual(frameAt(clip.frames, 0).dataSync());
  });

  it('leaks nothing', () => {
    const clip = drifting([
      [0, 0],
      [1, 0],
    ]);
    const before = tf.memory().numTensors;
    stabilize(clip).frames.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('stabilize() of a larger drift', () => {
  const drifts: [number, number][] = [
    [0, 0],
    [4.6, -2.2],
    [11.4, 6.3],
    [-17.2, 13.6],
  ];
  const clip = drifting(drifts, 96, roughness);

  it('finds drifts of many pixels to a few hundredths, and repeats the border', () => {
    const stable = stabilize({ ...clip, landmarks: drifts.map((_, frame) => ({ frame, points })) });
    for (const [frame, [u, v]] of drifts.entries()) {
      const [x, y] = stable.landmarks![frame]!.points[10]!;
      expect(Math.abs(10 - u - x)).toBeLessThan(0.1);
      expect(Math.abs(10 - v - y)).toBeLessThan(0.1);
    }
    const last = frameAt(stable.frames, 3);
    const [left, next] = [0, 5].map((x) => tf.slice(last, [40, x, 0], [10, 1, 1]).dataSync());
    expect(left).toEqual(next);
    expect(Math.min(...last.dataSync())).toBeGreaterThan(0);
  });

  it('says so where it cannot, instead of giving frames that seem right', () => {
    const before = tf.memory().numTensors;
    expect(() => stabilize(clip, { reach: 0 })).toThrow(
      /region must be found again in every frame: in frame [123] the/,
    );
    const noise = tf.randomUniform([1, 96, 96, 1], 0, 1, 'float32', 3) as tf.Tensor4D;
    const cut: Clip = { ...clip, frames: tf.concat([clip.frames, noise]) };
    expect(() => stabilize(cut)).toThrow(/in frame 4 .*likeness is/);
    tf.dispose([cut.frames, noise]);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('leaves what has no texture where it is', () => {
    const flat: Clip = { frames: tf.fill([3, 40, 40, 1], 0.5), onset: 0, apex: 1, offset: 2 };
    expect(stabilize(flat).frames.dataSync()).toEqual(flat.frames.dataSync());
  });

  it('refuses landmarks of frames that the clip does not have, and leaks nothing', () => {
    const before = tf.memory().numTensors;
    for (const frame of [4, -1, 0.5]) {
      const wrong = { ...clip, landmarks: [{ frame, points }] };
      expect(() => stabilize(wrong)).toThrow(/landmarks must belong to a frame in 0\.\.3: current value is/);
    }
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('stabilize() of a head that turns and comes nearer', () => {
  // the middle of the face
  const about = (degrees: number, size: number, u: number, v: number): Transform => {
    const [a, d] = [size * Math.cos((degrees * Math.PI) / 180), size * Math.sin((degrees * Math.PI) / 180)];
    return [a, -d, 56 - 56 * a + 56 * d + u, d, a, 56 - 56 * d - 56 * a + v];
  };
  const track = [about(0, 1, 0, 0), about(4, 1.05, 2, -1), about(10, 0.9, -3, 3), about(-10, 1.1, 3, 2)];
  const own = madeUpFace(56, 56, 40, 0);
  const clip: Clip = {
    frames: tf.tensor4d(
      track.flatMap((moved) => {
        const back = invertTransform(moved);
        return Array.from({ length: 112 * 112 }, (_, i) =>
          roughness(...applyTransform(back, [i % 112, Math.floor(i / 112)])),
        );
      }),
      [4, 112, 112, 1],
    ),
    onset: 0,
    apex: 1,
    offset: 3,
    landmarks: track.map((moved, frame) => ({ frame, points: own.map((point) => applyTransform(moved, point)) })),
  };

  it('finds its track to a tenth of a pixel, with landmarks of every frame or of the onset alone, or none', async () => {
    const before = tf.memory().numTensors;
    const { landmarks, ...bare } = clip;
    for (const one of [clip, { ...clip, landmarks: landmarks!.slice(0, 1) }, bare]) {
      const found = await headTrack(one, { motion: 'similarity' });
      for (const [t, transform] of found.entries()) {
        for (const point of own.slice(17, 48)) {
          expect(worstDifference(applyTransform(transform, point), applyTransform(track[t]!, point))).toBeLessThan(0.1);
        }
      }
    }
    expect(tf.memory().numTensors).toBe(before);
  });

  it('holds it, at once and later, and moves landmarks along', async () => {
    const stable = stabilize(clip, { motion: 'similarity' });
    expect(worstDifference(stable.landmarks![2]!.points.flat(), own.flat())).toBeLessThan(0.1);
    const part = (t: number) => tf.slice(frameAt(stable.frames, t), [36, 36, 0], [40, 40, 1]);
    // bilinear samples of a rough texture
    for (const t of [1, 2, 3]) expect(tf.mean(tf.abs(tf.sub(part(t), part(0)))).dataSync()[0]).toBeLessThan(0.03);
    const later = await stabilize({ motion: 'similarity' }).applyAsync(clip);
    expect(later.frames.dataSync()).toEqual(stable.frames.dataSync());
    // a shift is not enough
    expect(() => stabilize(clip, { region: [0.2, 0.2, 0.8, 0.8] })).toThrow(/must be found again/);
  });

  it('says so where the face is another', () => {
    const noise = tf.randomUniform([1, 112, 112, 1], 0, 1, 'float32', 3) as tf.Tensor4D;
    const cut: Clip = { ...clip, frames: tf.concat([clip.frames, noise]) };
    expect(() => stabilize(cut, { motion: 'similarity' })).toThrow(/in frame 4 the likeness is/);
  });
});

describe('bandPass()', () => {
  it('keeps what is in the band and removes the mean and what is outside', () => {
    const count = 50;
    const wave = (k: number) => Array.from({ length: count }, (_, t) => Math.cos((Math.PI * k * (t + 0.5)) / count));
    const filtered = (values: number[]) =>
      bandPass(count, 100, 3.5, 10).map((row) => row.reduce((sum, weight, s) => sum + weight * values[s]!, 0));
    // k Hz at 100 frames per second and 50 frames
    expect(worstDifference(filtered(wave(5)), wave(5))).toBeLessThan(1e-12);
    for (const k of [0, 2, 14])
      expect(worstDifference(filtered(wave(k)), new Array(count).fill(0))).toBeLessThan(1e-12);
  });
});

describe('magnify()', () => {
  /** A coarse pattern that swings by a fraction of a pixel, at 5 Hz for 100 frames per second. */
  const swinging = (times = 1) => {
    const size = 48;
    const shifts = Array.from({ length: 40 }, (_, t) => times * 0.15 * Math.cos((2 * Math.PI * 5 * (t + 0.5)) / 100));
    const frames = shifts.flatMap((u) =>
      Array.from({ length: size * size }, (_, i) => 0.5 + 0.2 * Math.sin((2 * Math.PI * ((i % size) - u)) / 24)),
    );
    return { frames: tf.tensor4d(frames, [40, size, size, 1]), onset: 0, apex: 10, offset: 39 };
  };

  it('makes the motion larger by 1 + alpha', () => {
    const clip = swinging();
    const magnified = magnify(clip, { alpha: 4, fps: 100, low: 3, high: 8, wavelength: 3 });
    const inner = (frames: tf.Tensor4D) => tf.slice(frames, [0, 12, 12, 0], [40, 24, 24, 1]).dataSync();
    const wanted = inner(swinging(5).frames);
    // the pattern moves by up to 0.04 gray levels before, 0.2 after
    expect(worstDifference(inner(clip.frames), wanted)).toBeGreaterThan(0.03);
    expect(worstDifference(inner(magnified.frames), wanted)).toBeLessThan(0.006);
    expect(magnified).toMatchObject({ onset: 0, apex: 10, offset: 39 });
  });

  it('amplifies another frequency not at all, and fine patterns less', () => {
    const clip = swinging();
    const same = magnify(clip, { fps: 100, low: 7, high: 12 }).frames;
    // what is left is the little that a swinging pattern has at twice its frequency
    expect(worstDifference(same.dataSync(), clip.frames.dataSync())).toBeLessThan(1e-3);
    const change = (wavelength: number) =>
      worstDifference(magnify(clip, { fps: 100, wavelength }).frames.dataSync(), clip.frames.dataSync());
    expect(change(200)).toBeLessThan(0.2 * change(3));
  });

  it('leaves a still clip as it is, stays in 0..1 and leaks nothing', () => {
    const still = {
      ...swinging(),
      frames: tf.tile(tf.slice(swinging().frames, [0, 0, 0, 0], [1, 48, 48, 1]), [40, 1, 1, 1]) as tf.Tensor4D,
    };
    const before = tf.memory().numTensors;
    const same = magnify(still, { fps: 100 });
    expect(worstDifference(same.frames.dataSync(), still.frames.dataSync())).toBe(0);
    same.frames.dispose();
    expect(tf.memory().numTensors).toBe(before);
    const wild = magnify(swinging(), { alpha: 500, fps: 100 }).frames.dataSync();
    expect(Math.min(...wild)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...wild)).toBeLessThanOrEqual(1);
  });

  it('says so when the band is empty', () => {
    expect(() => magnify(swinging(), { fps: 100, low: 60, high: 70 })).toThrow(/60\.\.70 Hz must hold a frequency/);
    expect(() => magnify(swinging(), { low: 9, high: 3 })).toThrow(/low must be at most high.* 9 and 3/);
  });
});
