import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import { frameReader } from '@mer/representations';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { around, type Motion, movingFace, points, pulse } from '../../test/moving-face.js';
import { spot } from '../define-spotter.js';
import { regionFlow } from './region-flow.js';
import { regionMotion } from './region-motion.js';

beforeAll(() => tf.setBackend('wasm'));
afterAll(() => tf.setBackend('cpu'));

const landmarks = [{ frame: 0, points }];
const recordingOf = (frames: number, motion: Motion, fps = 30) => ({
  frames: frameReader(movingFace(frames, motion)),
  fps,
  landmarks,
});
const brow: Motion = (t, x, y) => [0, -4 * pulse(t, 20, 34) * around(x, y, [51, 46], 26)];

describe('regionFlow', () => {
  it('finds nothing in a still face', async () => {
    const still = recordingOf(40, () => [0, 0]);
    expect(await spot(still, regionFlow)).toEqual([]);
    const motion = await regionMotion(still, { rate: 30, window: 1, size: 128, flow: 'farneback' });
    expect(motion.windows.map(({ start }) => start)).toEqual([0, 10]);
    expect(
      motion.windows.flatMap(({ signals }) => signals.map((one) => Math.max(...one))).every((most) => most < 1e-3),
    ).toBe(true);
  });

  it('finds a brow that is raised for 14 frames, within 3 frames', async () => {
    const found = await spot(recordingOf(60, brow), regionFlow);
    expect(found).toHaveLength(1);
    const [{ onset, apex, offset, kind }] = found as [(typeof found)[0]];
    expect(Math.abs(onset - 20)).toBeLessThanOrEqual(3);
    expect(Math.abs(apex - 27)).toBeLessThanOrEqual(2);
    expect(Math.abs(offset - 34)).toBeLessThanOrEqual(3);
    expect(kind).toBe('micro');
  });

  it('finds nothing where the whole head moves', async () => {
    expect(
      await spot(
        recordingOf(60, (t) => [5 * pulse(t, 10, 40), 2 * pulse(t, 20, 50)]),
        regionFlow,
      ),
    ).toEqual([]);
  });
});
