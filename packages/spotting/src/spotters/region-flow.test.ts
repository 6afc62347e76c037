import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import { checkOptions } from '@mer/options';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { around, type Motion, pulse, recordingOf } from '../../test/moving-face.js';
import { spot } from '../define-spotter.js';
import { regionFlow } from './region-flow.js';
import { type RegionMotion, regionMotion } from './region-motion.js';

beforeAll(() => tf.setBackend('wasm'));
afterAll(() => tf.setBackend('cpu'));

const brow: Motion = (t, x, y) => [0, -4 * pulse(t, 20, 34) * around(x, y, [51, 46], 26)];

describe('regionFlow', () => {
  it('finds nothing in a still face', async () => {
    const still = recordingOf(40, () => [0, 0]);
    expect(await spot(still, regionFlow)).toEqual([]);
    const motion = await regionMotion(still, { rate: 30, window: 1, size: 128, flow: 'farneback' });
    expect(motion.windows.map(({ start }) => start)).toEqual([0, 10]);
    const all = motion.windows.flatMap(({ signals }) =>
      signals.flatMap(({ u, v }) => [...Array.from(u), ...Array.from(v)]),
    );
    expect(Math.max(...all.map(Math.abs))).toBeLessThan(1e-3);
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

  it('takes what goes on for seconds for talking, and what moves everything for a turn', async () => {
    const rest = { stride: 1, frames: 300, rate: 30, size: 256 };
    const regions = ['brows', 'mouth', 'nose', 'nose', 'eyes'].map((group) => ({
      name: group,
      group,
    })) as RegionMotion['regions'];
    const of = (...courses: ((t: number) => number)[]) => ({
      ...rest,
      regions,
      windows: [
        {
          start: 0,
          signals: regions.map((_, i) => ({
            u: Float32Array.from({ length: 300 }, (__, t) => courses[i]?.(t) ?? 0),
            v: new Float32Array(300),
          })),
        },
      ],
    });
    const options = checkOptions('test', regionFlow.options, {});
    const still = () => 0;
    const micro = (t: number) => 4 * pulse(t, 140, 154);
    const spotted = (...courses: ((t: number) => number)[]) => regionFlow.decide(of(...courses), options);
    expect(spotted(still, micro)).toMatchObject([{ apex: 147, kind: 'micro' }]);
    expect(spotted(still, (t) => (t > 60 && t < 240 ? 2 + 2 * Math.sin(t / 3) : 0))).toEqual([]);
    expect(spotted(micro, micro, micro, micro)).toEqual([]);
    expect(spotted(micro, still, still, still, (t) => 3 * micro(t))).toEqual([]);
    expect(spotted(micro)).toHaveLength(1);
  });
});
