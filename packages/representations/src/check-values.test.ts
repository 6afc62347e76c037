import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import { number } from '@mer/options';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startWebgpu } from '../test/webgpu.js';
import { checkedAs, isChecked } from './check-values.js';
import type { Clip } from './clip.js';
import { createRepresentation } from './create-step.js';
import { defineRepresentation } from './define-representation.js';
import { dynamicImage } from './dynamic-image.js';
import { detectLandmarks } from './face/landmarks.js';
import { farnebackFlow } from './flow/farneback.js';
import { flow } from './flow/flow.js';
import { flowSequence, opticalFlow } from './flow/optical-flow.js';
import { frameDifference } from './frame-difference.js';
import { frameIntensities } from './frame-intensities.js';
import { multiply } from './multiply.js';
import { normalize } from './normalize.js';
import { pipe } from './pipe.js';
import { resize } from './resize.js';
import { DynamicImageStream, slidingDynamicImages } from './sliding-dynamic-images.js';
import { evenLight } from './temporal/even-light.js';
import { spotApex } from './temporal/spot-apex.js';

const shape = [5, 33, 35, 3] as const;
const size = shape[0] * shape[1] * shape[2] * shape[3];
const texture = () => Float32Array.from({ length: size }, (_, i) => ((i * 7919) % 1000) / 1000);
const clipOf = (values: Float32Array, computed = false): Clip => {
  const given = tf.tensor4d(values, [...shape]);
  // as a backend has what it computed itself
  const frames = computed ? (tf.mul(given, tf.scalar(1)) as tf.Tensor4D) : given;
  return { frames, onset: 0, apex: 2, offset: 4 };
};
/** The texture with one value in the place of another. */
const broken = (at: number, value: number) => {
  const values = texture();
  values[at] = value;
  return values;
};
const wrong = [Number.NaN, Infinity, -Infinity, 255, 1.5, -0.5];
// around the borders of vectors and blocks
const places = [0, 1, 2, 3, 4, 15, 16, 17, 4095, 4096, 4097, 8191, size - 17, size - 2, size - 1];
const adapter = await startWebgpu();

describe.each([
  ['cpu', false],
  ['wasm', false],
  ['webgpu', adapter === null], // where there is no adapter, not even an emulated one
] as const)('values of frames on %s', (backend, absent) => {
  beforeAll(async () => {
    if (!absent) await tf.setBackend(backend);
  });
  afterAll(async () => {
    await tf.setBackend('cpu');
  });

  it.skipIf(absent)('are refused wherever they are, by what is awaited', async () => {
    const step = frameDifference();
    for (const value of wrong) {
      for (const at of places) {
        const clip = clipOf(broken(at, value), true);
        const before = tf.memory().numTensors;
        const message = await step.applyAsync(clip).then(
          () => 'no error',
          (error: Error) => `${error.name}: ${error.message}`,
        );
        const frame = Math.floor(at / (size / shape[0]));
        expect(message).toMatch(
          new RegExp(
            `^RangeError: Cannot apply the step "frame-difference" as frames must hold finite numbers in 0\\.\\.1: current value is ${value} at frame ${frame}, row`,
          ),
        );
        expect(tf.memory().numTensors).toBe(before);
        clip.frames.dispose();
      }
    }
    const right = clipOf(texture(), true);
    expect((await step.applyAsync(right)).shape).toEqual([33, 35, 3]);
  });

  it.skipIf(absent)('give an error or NaN, never a number, at once', async () => {
    for (const value of wrong) {
      for (const make of [dynamicImage(), flow({ flow: 'farneback' }), frameDifference()]) {
        const clip = clipOf(broken(4097, value), true);
        const before = tf.memory().numTensors;
        try {
          const image = make(clip);
          const values = await image.data();
          expect(values.every(Number.isNaN), String(make)).toBe(true);
          expect(backend).toBe('webgpu');
          image.dispose();
        } catch (error) {
          expect((error as Error).message).toContain('must hold finite numbers in 0..1');
        }
        expect(tf.memory().numTensors).toBe(before);
        clip.frames.dispose();
      }
    }
    // what was never computed with is looked at where it lies
    expect(() => dynamicImage(clipOf(broken(7, 255)))).toThrow(/current value is 255 at frame 0, row 0, column 2/);
    const bad = tf.fill([16, 16], 3) as tf.Tensor2D;
    const good = tf.zeros([16, 16]) as tf.Tensor2D;
    if (backend !== 'webgpu') expect(() => farnebackFlow(good, bad)).toThrow(/'to' must hold finite numbers in 0\.\.1/);
    else expect((await farnebackFlow(good, bad).data()).every(Number.isNaN)).toBe(true);
  });

  it.skipIf(absent)('that are right change nothing', async () => {
    const clip = clipOf(texture(), true);
    for (const [name, options] of Object.entries({ 'dynamic-image': {}, flow: { flow: 'farneback' }, frame: {} })) {
      const a = createRepresentation(name, options)(clip);
      const b = createRepresentation(name, { ...options, check: false })(clipOf(texture(), true));
      expect(await a.data()).toEqual(await b.data());
    }
  });
});

describe('the check of values', () => {
  beforeAll(async () => {
    await tf.setBackend('cpu');
  });

  it('is made once for a tensor, its clones and reshapes', () => {
    const clip = clipOf(texture());
    expect(isChecked(clip.frames)).toBe(false);
    dynamicImage(clip);
    expect(isChecked(clip.frames)).toBe(true);
    expect(isChecked(tf.reshape(clip.frames, [-1]))).toBe(true);
    expect(isChecked(tf.add(clip.frames, 0))).toBe(false);
  });

  it('leaves rounding alone', () => {
    expect(dynamicImage(clipOf(broken(5, 1.0005))).shape).toEqual([33, 35, 3]);
    expect(dynamicImage(clipOf(broken(5, -0.0005))).shape).toEqual([33, 35, 3]);
    expect(() => dynamicImage(clipOf(broken(5, 1.002)))).toThrow(/tf\.clipByValue\(frames, 0, 1\)/);
    expect(() => dynamicImage(clipOf(broken(5, -1)))).toThrow(
      /tf\.div\(tf\.add\(frames, 1\), 2\) makes 0\.\.1 of -1\.\.1/,
    );
  });

  it('is switched off by check: false, which is no option of the step', async () => {
    const bytes = clipOf(texture().map((value) => 255 * value));
    const step = dynamicImage({ check: false, scaling: 'none' });
    expect(step(bytes).shape).toEqual([33, 35, 3]);
    expect((await step.applyAsync(bytes)).shape).toEqual([33, 35, 3]);
    expect(step.hash()).toBe(dynamicImage({ scaling: 'none' }).hash());
    expect(step.toJSON()).toEqual(dynamicImage({ scaling: 'none' }).toJSON());
    expect(createRepresentation('midi', { check: false })(bytes).shape).toEqual([33, 35, 3]);
    expect(isChecked(bytes.frames)).toBe(false);
    expect(() => dynamicImage(bytes, { check: 'no' as never })).toThrow(
      'Cannot make the step "dynamic-image" as check must be true or false: current value is "no"',
    );
    expect(() => resize({ check: false } as never)).toThrow(/"check" is not an option/);
    expect(() =>
      defineRepresentation({
        name: 'own',
        title: 'Own',
        paper: null,
        options: { check: number('What.', { default: 1 }) },
        compute: ({ frames }: Clip) => tf.mean(frames, 0) as tf.Tensor3D,
        outputShape: (frame) => frame,
      }),
    ).toThrow(/options must be others than check/);
  });

  it('holds for what is made within a pipe, but for the light that a step brings', () => {
    const clip = clipOf(texture());
    expect(() => pipe(multiply(), dynamicImage())(clip)).toThrow(/"dynamic-image" as frames must hold finite numbers/);
    expect(() => pipe(normalize(), flow())(clip)).toThrow(/"flow" as frames must hold/);
    const bytes = { ...clip, frames: tf.mul(clip.frames, 255) as tf.Tensor4D };
    expect(pipe(multiply(1 / 255), dynamicImage())(bytes).shape).toEqual([33, 35, 3]);
    expect(() => pipe(resize(16), dynamicImage())(bytes)).toThrow(/current value is \d/);
    const dim = tf.tidy(() => tf.concat([tf.slice(clip.frames, 0, 1), tf.mul(tf.slice(clip.frames, 1), 0.5)]));
    const even = evenLight({ ...clip, frames: tf.clipByValue(tf.add(dim, 0.3), 0, 1) as tf.Tensor4D });
    expect(tf.max(even.frames).dataSync()[0]).toBeGreaterThan(1.05);
    expect(pipe(resize(16), dynamicImage())(even).shape).toEqual([16, 16, 3]);
    const mirrored = tf.reverse(even.frames, 2);
    expect(() => dynamicImage({ ...even, frames: mirrored })).toThrow(/in 0\.\.1/);
    expect(dynamicImage({ ...even, frames: checkedAs(mirrored, even.frames) }).shape).toEqual([33, 35, 3]);
  });

  it('holds for a step of anybody, and for functions that take frames', async () => {
    const own = defineRepresentation({
      name: 'own',
      title: 'Own',
      paper: null,
      options: {},
      compute: ({ frames }: Clip) => tf.mean(frames, 0) as tf.Tensor3D,
      outputShape: (frame) => frame,
    });
    const bytes = clipOf(texture().map((value) => 255 * value));
    const message = /frames must hold finite numbers in 0\.\.1/;
    expect(() => own(bytes)).toThrow(message);
    expect(() => spotApex(bytes)).toThrow(message);
    expect(() => frameIntensities(bytes)).toThrow(message);
    expect(() => flowSequence(bytes.frames)).toThrow(message);
    expect(() => slidingDynamicImages(bytes.frames, { window: 3 })).toThrow(message);
    await expect(detectLandmarks(bytes, async () => [])).rejects.toThrow(message);
    const [from, to] = tf.unstack(bytes.frames) as tf.Tensor3D[];
    for (const method of ['tvl1', 'farneback', 'horn-schunck'] as const) {
      expect(() => opticalFlow(from!, to!, method)).toThrow(/'from' must hold finite numbers in 0\.\.1/);
      expect(opticalFlow(from!, to!, method, { check: false }).shape).toEqual([33, 35, 2]);
    }
    const stream = new DynamicImageStream({ window: 2 });
    expect(() => stream.push(from!)).toThrow(/frame must hold finite numbers in 0\.\.1: current value is .* at row 0/);
    expect(new DynamicImageStream({ window: 2, check: false }).push(from!)).toBeNull();
  });

  it('asks for landmarks that are points of the clip, whichever the step', () => {
    const clip = clipOf(texture());
    const points = Array.from({ length: 68 }, (_, i) => [i, i] as const);
    const given = (landmarks: unknown) => () => dynamicImage({ ...clip, landmarks: landmarks as never });
    expect(given([{ frame: 2, points }])().shape).toEqual([33, 35, 3]);
    expect(given([{ frame: 5, points }])).toThrow(/landmarks must belong to a frame in 0\.\.4: current value is 5/);
    expect(given([{ frame: Number.NaN, points }])).toThrow(/landmarks must belong to a frame in 0\.\.4/);
    const unknown = points.map(([x, y], i) => [i === 9 ? Number.NaN : x, y]);
    expect(given([{ frame: 0, points: unknown }])).toThrow(/two finite numbers: number 9/);
    expect(given([{ frame: 0, points: points.slice(1) }])).toThrow(/68 points \[x, y\]: current value has 67/);
    expect(given('none')).toThrow(/landmarks must be a list of \{ frame, points \}: current value is "none"/);
  });

  it('asks for finite marks, spans and options', () => {
    const clip = clipOf(texture());
    expect(() => dynamicImage({ ...clip, onset: Number.NaN })).toThrow(/onset must be a frame index/);
    expect(() => dynamicImage({ ...clip, offset: Infinity })).toThrow(/offset must be a frame index/);
    expect(() => dynamicImage(clip, { span: [0, Number.NaN] })).toThrow(RangeError);
    expect(() => dynamicImage(clip, { blur: Infinity })).toThrow(/blur must be a number/);
  });
});

describe('the frames of a long clip', () => {
  it('are checked as they are read, with the number of the frame among all', async () => {
    await tf.setBackend('cpu');
    const read = async (first: number, count: number) => {
      const values = Array.from({ length: count }, (_, i) => (first + i === 37 ? 255 : 0.5));
      return tf.tensor4d(values, [count, 1, 1, 1]);
    };
    const clip = { frames: { shape: [60, 1, 1, 1] as const, read }, onset: 0, apex: 30, offset: 59 };
    const before = tf.memory().numTensors;
    await expect(dynamicImage().applyAsync(clip)).rejects.toThrow(/current value is 255 at frame 37, row 0/);
    expect(tf.memory().numTensors).toBe(before);
    const made = await dynamicImage({ check: false }).applyAsync(clip);
    expect(made.shape).toEqual([1, 1, 1]);
    made.dispose();
    const landmarks = [{ frame: 60, points: [] }];
    await expect(dynamicImage().applyAsync({ ...clip, landmarks })).rejects.toThrow('landmarks must belong to a frame');
  });
});
