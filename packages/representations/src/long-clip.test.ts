import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import { number } from '@mer/options';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, describe, expect, it } from 'vitest';
import { syntheticClip } from '../test/synthetic-clip.js';
import { type Clip, type FrameReader, isLongClip, type LongClip } from './clip.js';
import { defineStep } from './define-step.js';
import { findStep } from './find-step.js';
import { frameByFrame } from './frame-by-frame.js';
import { frameReader } from './frame-reader.js';
import { holdClip } from './long-clip.js';
import { pipe } from './pipe.js';
import { representations, type StepName, steps } from './registry.js';
import type { AnyStep } from './step.js';

afterAll(() => tf.setBackend('cpu'));

const points = Array.from({ length: 68 }, (_, i) => [10 + (i % 9) * 3, 8 + Math.floor(i / 9) * 4] as const);

/** A clip of 37 frames, some of them before the onset and after the offset: several parts, and one that is not of four. */
const clipOf = (options: object = {}): Clip => ({
  ...syntheticClip({ frames: 37, size: 40, onset: 3, apex: 20, offset: 34, ...options }),
  landmarks: Array.from({ length: 37 }, (_, frame) => ({ frame, points })),
});

/** A reader that gives at most `most` frames of a tensor at once, and tells what was read. */
function counted(frames: tf.Tensor4D, most = Number.POSITIVE_INFINITY): FrameReader & { reads: number[] } {
  const { shape, read } = frameReader(frames);
  const reads: number[] = [];
  return {
    reads,
    shape,
    async read(first, count) {
      if (count > most) throw new RangeError(`there is no room for ${count} frames`);
      reads.push(count);
      return read(first, count);
    },
  };
}

const longOf = (clip: Clip, most?: number): LongClip & { frames: { reads: number[] } } => ({
  ...clip,
  frames: counted(clip.frames, most),
});

const same = (a: ArrayLike<number>, b: ArrayLike<number>) => {
  expect(a.length).toBe(b.length);
  for (let i = 0; i < a.length; i++) if (!Object.is(a[i], b[i])) throw new Error(`value ${i} is ${a[i]}, not ${b[i]}`);
};

await tf.setBackend('cpu');
const large = syntheticClip({ frames: 60, size: 228, channels: 3 });
const { shape } = large.frames;
const values = large.frames.dataSync().slice();
const once = [1, 52, 7];
const byOnes = [1, 53, 6];
const inParts: [StepName, object, number[]][] = [
  ['dynamic-image', {}, once],
  ['midi', {}, [...byOnes, ...once]],
  ['midi', { measure: 'adjacent-difference' }, [...byOnes, ...once]],
  ['mesti', {}, once],
  ['dual-phase', {}, [1, 29, 1, 30]],
  // the marked frames first, which say how the head and the light have changed
  ['spot-apex', { overwrite: true }, [1, 1, 53, 7]],
  ['interpolate', { method: 'tim', frames: 3 }, once],
];
const more: Partial<Record<StepName, object[]>> = {
  'dynamic-image': [{ variant: 'nonzero' }, { span: [1, 30], gray: true, blur: 2 }, { span: 'apex-offset' }],
  midi: [
    { measure: 'adjacent-difference', weights: 'arp' },
    { measure: 'flow', order: 'descending' },
    { weights: 'intensity', region: [0.1, 0.2, 0.8, 0.9] },
  ],
  'dual-phase': [{ phase: 'apex-offset' }],
  mesti: [{ blur: 0, spread: 0.1 }],
  flow: [{ from: 'apex', to: 'offset', channels: 'u-v-strain' }],
  frame: [{ at: 'offset' }],
  'spot-apex': [{ overwrite: true }, { overwrite: true, measure: 'flow', search: 'divide-and-conquer' }],
  interpolate: [{ method: 'tim', frames: 6 }, { frames: 50 }],
  sample: [
    { method: 'around-apex', frames: 11 },
    { method: 'floor', frames: 5 },
  ],
  align: [{ per: 'frame', size: 20 }],
  resize: [{ size: [21, 50] }],
};
const required: Partial<Record<StepName, object>> = { resize: { size: 24 }, align: { size: 32 } };
const ofClips = (Object.keys(steps) as StepName[]).filter((name) => steps[name].takes !== 'image');
const cases = ofClips.flatMap((name) =>
  [required[name] ?? {}, ...(more[name] ?? [])].map((options): [string, AnyStep] => {
    const step = findStep(name)(options) as unknown as AnyStep;
    return [String(step), step];
  }),
);

describe.each(['cpu', 'wasm'])('a clip whose frames are read when they are needed, on %s', (backend) => {
  it.each(cases)(
    '%s gives the very values that it gives for the clip in memory, and leaks nothing',
    async (_, step) => {
      await tf.setBackend(backend);
      const clip = clipOf();
      const before = tf.memory().numTensors;
      const whole = await step.applyAsync(clip);
      const made = await step.applyAsync(longOf(clip));
      if (whole instanceof tf.Tensor) {
        same(await (made as tf.Tensor).data(), await whole.data());
        tf.dispose([whole, made as tf.Tensor]);
      } else {
        const held = isLongClip(made) ? await holdClip(made) : (made as Clip);
        expect(held.frames.shape).toEqual(whole.frames.shape);
        same(await held.frames.data(), await whole.frames.data());
        expect({ ...held, frames: null }).toEqual({ ...whole, frames: null });
        tf.dispose([held.frames, whole.frames]);
      }
      expect(tf.memory().numTensors).toBe(before);
      clip.frames.dispose();
    },
  );

  it.each(inParts)('%s reads a clip of large frames in parts: %o', async (name, options, reads) => {
    await tf.setBackend(backend);
    const clip = { ...large, frames: tf.tensor(values, shape) as tf.Tensor4D };
    const long = longOf(clip, 53);
    const step = findStep(name)(options) as unknown as AnyStep;
    const [whole, made] = [await step.applyAsync(clip), await step.applyAsync(long)];
    expect(long.frames.reads).toEqual(reads);
    if (made instanceof tf.Tensor) same(await made.data(), await (whole as tf.Tensor).data());
    else if (isLongClip(made)) expect(made.apex).toBe((whole as Clip).apex);
    else same(await (made as Clip).frames.data(), await (whole as Clip).frames.data());
    tf.dispose([clip.frames, whole, isLongClip(made) ? [] : made] as never);
  });
});

describe('applyAsync() of a long clip', () => {
  it('looks at no more than the marked frames where a step says so', async () => {
    await tf.setBackend('cpu');
    const clip = clipOf();
    const marked = Object.keys(representations).filter((name) => {
      const step = findStep(name);
      return step.streams && !['dynamic-image', 'trdi', 'midi', 'dual-phase', 'mesti'].includes(name);
    });
    expect(marked.sort()).toEqual(
      ['flow', 'flow-color', 'uv-strain', 'cof', 'mm-cof', 'frame', 'frame-difference', 'hoof', 'bi-woof'].sort(),
    );
    for (const name of marked) {
      const long = longOf(clip, 1);
      tf.dispose(await (findStep(name)({}) as unknown as AnyStep).applyAsync(long));
      expect(long.frames.reads).toEqual([1, 1, 1]);
    }
    expect(Object.keys(representations).filter((name) => !findStep(name).streams)).toEqual(['rank-pooling', 'lbp-top']);
    clip.frames.dispose();
  });

  it('runs through a pipe, and holds frames only from the step on that needs them all', async () => {
    await tf.setBackend('cpu');
    const clip = clipOf();
    const before = tf.memory().numTensors;
    for (const last of ['midi', 'lbp-top', 'rank-pooling']) {
      const parts = [findStep('align')({ size: 24 }), findStep('gray')(), findStep('even-light')(), findStep(last)()];
      const step = pipe(...(parts as unknown as AnyStep[])) as AnyStep;
      expect(step.streams).toBe(last === 'midi');
      const [whole, made] = [await step.applyAsync(clip), (await step.applyAsync(longOf(clip))) as tf.Tensor];
      same(await made.data(), await whole.data());
      tf.dispose([whole, made]);
    }
    expect(tf.memory().numTensors).toBe(before);
    clip.frames.dispose();
  });

  it('names the step that needs all frames where there is no room for them', async () => {
    const clip = clipOf();
    for (const name of ['lbp-top', 'rank-pooling', 'magnify', 'stabilize']) {
      const step = findStep(name)({}) as unknown as AnyStep;
      await expect(step.applyAsync(longOf(clip, 16))).rejects.toThrow(
        `Cannot apply ${name} as all 37 frames of 40 x 40 must be held at once, which it needs: there is no room for 37 frames`,
      );
    }
    clip.frames.dispose();
  });

  it('is the only way: at once there is an error that says so', () => {
    const clip = clipOf();
    const at = () => steps.midi(longOf(clip) as never);
    expect(at).toThrow(/Cannot make the step "midi" at once as its frames must be in memory: .*await applyAsync/);
    expect(() => steps.midi()(longOf(clip) as never)).toThrow(TypeError);
    clip.frames.dispose();
  });

  it('checks the marks, gives frames back where reading fails, and hands the failure on', async () => {
    const clip = clipOf();
    const long = longOf(clip);
    await expect(steps['dynamic-image']().applyAsync({ ...long, onset: 40 })).rejects.toThrow(/onset must be a frame/);
    await expect(steps.mesti().applyAsync({ ...long, apex: null })).rejects.toThrow(/must have an apex/);
    const before = tf.memory().numTensors;
    for (const name of ['midi', 'mesti', 'dynamic-image', 'dual-phase', 'uv-strain', 'interpolate'] as const) {
      let reads = 0;
      const broken: FrameReader = {
        shape: long.frames.shape,
        read: async (first, count) => {
          reads += 1;
          if (reads > 1) throw new Error('frame 7 is cut short');
          return long.frames.read(first, count);
        },
      };
      const step = findStep(name)({}) as unknown as AnyStep;
      await expect(step.applyAsync({ ...clip, frames: broken })).rejects.toThrow('frame 7 is cut short');
    }
    expect(tf.memory().numTensors).toBe(before);
    clip.frames.dispose();
  });

  it('lets a step of anybody say how it looks at frames', async () => {
    const declaration = {
      name: 'brighten',
      title: 'Every value raised',
      paper: null,
      takes: 'clip',
      gives: 'clip',
      options: { by: number('What is added.', { default: 0.1 }) },
      compute: (clip: Clip, { by }: { by: number }): Clip => ({ ...clip, frames: tf.add(clip.frames, by) }),
      outputShape: (frame: readonly [number, number, number]) => frame,
    } as const;
    const [each, all] = [defineStep({ ...declaration, stream: frameByFrame }), defineStep(declaration)];
    expect([each.streams, all.streams, each().streams]).toEqual([true, false, true]);
    const clip = clipOf();
    const lazy = await each().applyAsync(longOf(clip));
    const whole = await all().applyAsync(longOf(clip));
    expect([isLongClip(lazy), isLongClip(whole)]).toEqual([true, false]);
    const held = await holdClip(lazy as LongClip);
    same(held.frames.dataSync(), (whole as Clip).frames.dataSync());
    tf.dispose([held.frames, (whole as Clip).frames, clip.frames]);
    expect(() => defineStep({ ...declaration, stream: 'each' as never })).toThrow(/stream must be a function/);
  });
});
