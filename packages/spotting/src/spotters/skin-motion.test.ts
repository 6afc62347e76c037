import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import { checkOptions } from '@mer/options';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { around, type Motion, points, pulse, recordingOf } from '../../test/moving-face.js';
import { spot } from '../define-spotter.js';
import { robustFit } from '../signal/robust-fit.js';
import { headOf } from './head-motion.js';
import type { SkinCourse } from './skin-course.js';
import { skinMotion } from './skin-motion.js';

beforeAll(() => tf.setBackend('wasm'));
afterAll(() => tf.setBackend('cpu'));

const small = { size: 96 } as const;

describe('skinMotion', () => {
  it('finds a raised brow while the head goes up and down, and leaves nothing behind', async () => {
    const nodding: Motion = (t, x, y) => [
      0.5 * Math.sin(t / 9),
      0.8 * Math.cos(t / 7) - 2.5 * pulse(t, 20, 34) * around(x, y, [51, 46], 26),
    ];
    const recording = recordingOf(60, nodding);
    const before = tf.memory().numTensors;
    const found = await spot(recording, skinMotion, small);
    expect(tf.memory().numTensors).toBe(before);
    expect(found).toHaveLength(1);
    const [{ onset, apex, offset, kind }] = found as [(typeof found)[0]];
    expect(Math.abs(onset - 21)).toBeLessThanOrEqual(2);
    expect(Math.abs(apex - 27)).toBeLessThanOrEqual(2);
    expect(Math.abs(offset - 33)).toBeLessThanOrEqual(2);
    expect(kind).toBe('micro');
  });

  const course = (rows: Record<string, (t: number) => number>, rate = 30): SkinCourse => {
    const of = (value: (t: number) => number) => Float32Array.from({ length: 300 }, (_, t) => value(t));
    const regions = ['brows', 'nose', 'mouth'].map((group) => ({ name: group, group })) as SkinCourse['regions'];
    return {
      ...{ rate, stride: 30 / rate, frames: 300 * (30 / rate), regions },
      skin: regions.map(({ group }) => ({ u: of(() => 0), v: of(rows[group] ?? (() => 0)) })),
      head: ['right', 'down', 'tilt', 'turn', 'nod'].map((name) => of(rows[name] ?? (() => 0))),
      eyes: of(rows.eyes ?? (() => 0)),
    };
  };
  const spotted = (rows: Record<string, (t: number) => number>) =>
    skinMotion.decide(course(rows), checkOptions('test', skinMotion.options, {}));
  const micro = (t: number) => 2 * pulse(t, 140, 154);

  it('tells what comes and goes from talking', () => {
    expect(spotted({ brows: micro })).toMatchObject([{ apex: 147, kind: 'micro' }]);
    expect(spotted({ mouth: (t) => 2 * pulse(t, 100, 160) })).toMatchObject([{ apex: 130, kind: 'macro' }]);
    expect(spotted({ mouth: (t) => (t > 60 && t < 240 ? 1 + Math.sin(t / 2) : 0) })).toEqual([]);
  });

  it('takes off what goes with the head or the lids all through the recording', () => {
    const blinks = (t: number) => [30, 90, 200, 260].reduce((sum, at) => sum + pulse(t, at, at + 9), 0);
    expect(spotted({ brows: (t) => 1.5 * blinks(t), eyes: (t) => 0.1 * blinks(t) })).toEqual([]);
    const turn = (t: number) => 6 * pulse(t, 20, 60) + 4 * pulse(t, 170, 240);
    expect(spotted({ nose: (t) => micro(t) + 0.3 * turn(t), turn })).toMatchObject([{ kind: 'micro' }]);
  });

  it('is one expression where parts of the face move at a time, two where they do not, and none where all do', () => {
    const later = (t: number) => 2 * pulse(t, 150, 220);
    expect(spotted({ brows: micro, nose: micro })).toHaveLength(1);
    // what moves everything is the head
    expect(spotted({ brows: micro, nose: micro, mouth: micro })).toEqual([]);
    expect(spotted({ brows: micro, mouth: later })).toHaveLength(2);
  });
});

describe('headOf()', () => {
  it('finds the pose that most of a face tells, whatever its mouth does', () => {
    const head = headOf(points, 160, []);
    const pose = [1.5, -0.7, 0.02, 2, -1] as const;
    const flow = new Float32Array(160 * 160 * 2);
    for (let y = 0; y < 160; y++) {
      for (let x = 0; x < 160; x++) {
        const [u, v] = head.motionAt(pose, x, y);
        const mouth = around(x, y, [80, 116], 30);
        flow.set([u + 3 * mouth, v - 4 * mouth], 2 * (y * 160 + x));
      }
    }
    for (const [i, value] of head.poseOf(flow).entries()) expect(value).toBeCloseTo(pose[i]!, 2);
  });
});

describe('robustFit()', () => {
  it('is least squares where all is a sum, and does not see what is far off', () => {
    const columns = [[1, 1, 1, 1, 1, 1, 1, 1], Array.from({ length: 8 }, (_, i) => i)];
    const values = columns[1]!.map((x) => 3 - 0.5 * x);
    expect([...robustFit(columns, values)].map((one) => one.toFixed(6))).toEqual(['3.000000', '-0.500000']);
    values[6] = 90;
    const [constant, slope] = robustFit(columns, values, { least: 0.01, rounds: 30 });
    expect(constant).toBeCloseTo(3, 3);
    expect(slope).toBeCloseTo(-0.5, 3);
  });

  it('leaves a column that tells nothing at 0', () => {
    expect([
      ...robustFit(
        [
          [0, 0, 0],
          [1, 2, 3],
        ],
        [2, 4, 6],
      ),
    ]).toEqual([0, 2]);
  });
});
