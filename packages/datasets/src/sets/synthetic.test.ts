import { memory, setBackend } from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { beforeAll, describe, expect, it } from 'vitest';
import { createSyntheticDataset } from './synthetic.js';

beforeAll(() => setBackend('cpu'));
const small = { subjects: 3, clipsPerSubject: 3, size: 32, frames: 9 } as const;

async function pixels(options: object, index: number): Promise<number[]> {
  const { frames } = await createSyntheticDataset(options).readClip(index, { from: 'first', to: 'last' });
  const values = [...(await frames.data())];
  frames.dispose();
  return values;
}

describe('createSyntheticDataset()', () => {
  it('names subjects and clips uniquely and spreads the classes evenly', () => {
    const { samples, classes } = createSyntheticDataset({ subjects: 6, clipsPerSubject: 4 });
    expect(samples).toHaveLength(24);
    expect(new Set(samples.map(({ id }) => id)).size).toBe(24);
    expect(classes.map((_, label) => samples.filter((sample) => sample.label === label).length)).toEqual([8, 8, 8]);
    expect(samples[5]).toEqual({
      id: 'synthetic/sub02/EP03_02',
      dataset: 'synthetic',
      subject: 'sub02',
      clip: 'EP03_02',
      label: 2,
    });
  });

  it('gives clips in 0..1 with ordered marks, all frames or the annotated ones, and leaks nothing', async () => {
    const dataset = createSyntheticDataset(small);
    const before = memory().numTensors;
    const whole = await dataset.readClip(4, { from: 'first', to: 'last' });
    const marked = await dataset.readClip(4);
    const rise = await dataset.readClip(4, { to: 'apex', size: [16, 20], color: false });
    expect(memory().numTensors).toBe(before + 3);
    expect(whole.frames.shape).toEqual([9, 32, 32, 3]);
    expect(0 <= whole.onset && whole.onset < whole.apex! && whole.apex! < whole.offset && whole.offset < 9).toBe(true);
    expect(marked).toMatchObject({ onset: 0, apex: whole.apex! - whole.onset, offset: whole.offset - whole.onset });
    expect(marked.frames.shape[0]).toBe(marked.offset + 1);
    expect(rise.frames.shape).toEqual([marked.apex! + 1, 16, 20, 1]);
    const values = await whole.frames.data();
    expect(Math.min(...values)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...values)).toBeLessThanOrEqual(1);
    const bytes = [...values.slice(0, 500)].map((value) => value * 255);
    expect(bytes.every((value) => Math.abs(value - Math.round(value)) < 1e-4)).toBe(true);
    const part = 32 * 32 * 3;
    expect([...(await marked.frames.data()).slice(0, part)]).toEqual([
      ...values.slice(whole.onset * part, (whole.onset + 1) * part),
    ]);
    for (const { frames } of [whole, marked, rise]) frames.dispose();
  });

  it('depends on the seed alone', async () => {
    const [one, same, other] = await Promise.all([
      pixels(small, 2),
      pixels(small, 2),
      pixels({ ...small, seed: 1 }, 2),
    ]);
    expect(one).toEqual(same);
    expect(one).not.toEqual(other);
  });

  it('gives two subjects different faces and one subject the same face', async () => {
    const dark = { ...small, noise: 0, drift: 0, amplitude: 0 };
    const distance = (a: number[], b: number[]) =>
      a.reduce((sum, value, i) => sum + Math.abs(value - b[i]!), 0) / a.length;
    const [a, b, c] = await Promise.all([pixels(dark, 0), pixels(dark, 1), pixels(dark, 3)]);
    expect(distance(a, b)).toBeLessThan(distance(a, c) / 2);
  });

  it('moves the skin only between onset and offset, most at the apex', async () => {
    const still = { ...small, noise: 0, drift: 0, frames: 21 };
    const dataset = createSyntheticDataset(still);
    const { frames, onset, apex, offset } = await dataset.readClip(0, { from: 'first', to: 'last' });
    const values = await frames.data();
    const part = 32 * 32 * 3;
    const moved = Array.from({ length: 21 }, (_, t) => {
      let sum = 0;
      // Frames differ by the lamp's slow change as well, so the count is of pixels that changed by more than that.
      for (let i = 0; i < part; i++) sum += Math.abs(values[t * part + i]! - values[i]!) > 0.02 ? 1 : 0;
      return sum;
    });
    expect(moved[onset]).toBe(0);
    expect(moved[offset]).toBe(0);
    expect(moved[apex!]).toBeGreaterThan(20);
    frames.dispose();
  });

  it('rejects wrong options with the allowed values', () => {
    const fails = (options: object) => () => createSyntheticDataset(options);
    expect(fails({ classes: ['joy', 'disgust'] })).toThrow(
      'classes.0 must be one of happiness, disgust, repression, surprise, others: current value is "joy"',
    );
    expect(fails({ classes: ['disgust'] })).toThrow(RangeError);
    expect(fails({ classes: ['disgust', 'disgust'] })).toThrow('classes must be a list of at least 2 different values');
    expect(fails({ name: 'a/b' })).toThrow('name must be a name without slashes: current value is "a/b"');
    expect(fails({ frames: 2.5 })).toThrow('frames must be an integer from 5 to 500: current value is 2.5');
    expect(fails({ size: 4 })).toThrow('size must be an integer from 16 to 512: current value is 4');
    expect(fails({ subject: 4 })).toThrow('"subject" is not an option, did you mean "subjects"?');
  });

  it('rejects a clip that is not there and a wrong way of reading', async () => {
    const dataset = createSyntheticDataset(small);
    await expect(dataset.readClip(9)).rejects.toThrow('index must be 0 to 8: current value is 9');
    await expect(dataset.readClip(0, { to: 'end' as 'last' })).rejects.toThrow('to must be one of offset, apex, last');
    await expect(dataset.readClip(0, { size: 0 })).rejects.toThrow(
      'size must be an integer from 1 to 4096 or [height, width]',
    );
  });
});
