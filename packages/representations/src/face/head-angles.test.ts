import { describe, expect, it } from 'vitest';
import type { Landmarks } from '../clip.js';
import { headAngles } from './head-angles.js';

/** The ten points of MediaPipe's canonical face that count, as its file has them: y up, z to the camera. */
const canonical: Record<number, [number, number, number]> = {
  27: [0, 3.271027, 5.236015],
  30: [0, -0.46317, 7.58658],
  33: [0, -2.089024, 6.058267],
  36: [-4.445859, 2.663991, 3.173422],
  39: [-1.856432, 2.585245, 3.757904],
  42: [1.856432, 2.585245, 3.757904],
  45: [4.445859, 2.663991, 3.173422],
  48: [-2.456206, -4.342621, 4.283884],
  54: [2.456206, -4.342621, 4.283884],
  8: [0, -9.403378, 4.264492],
};

/** The face turned about x (nose up), then y (nose to the right of the image), then z (clockwise), seen from far away or near. */
function seen(roll: number, yaw: number, pitch: number, distance = Infinity): Landmarks {
  const [r, s, t] = [roll, yaw, pitch].map((angle) => (angle * Math.PI) / 180) as [number, number, number];
  return Array.from({ length: 68 }, (_, i) => {
    const [x, up, near] = canonical[i] ?? [0, 0, 0];
    const [y1, z1] = [up * Math.cos(t) + near * Math.sin(t), near * Math.cos(t) - up * Math.sin(t)];
    const [x2, z2] = [x * Math.cos(s) + z1 * Math.sin(s), z1 * Math.cos(s) - x * Math.sin(s)];
    const [x3, y3] = [x2 * Math.cos(r) + y1 * Math.sin(r), y1 * Math.cos(r) - x2 * Math.sin(r)];
    const scale = Number.isFinite(distance) ? (30 * distance) / (distance - z2) : 30;
    return [300 + scale * x3, 200 - scale * y3] as const;
  });
}

describe('headAngles()', () => {
  it.each([
    [0, 0, 0],
    [20, 0, 0],
    [-90, 0, 0],
    [170, 10, -5],
    [0, 35, 0],
    [0, -50, 0],
    [0, 0, 25],
    [15, -30, 20],
  ])('finds roll %d, yaw %d, pitch %d of the average face', (roll, yaw, pitch) => {
    const found = headAngles(seen(roll, yaw, pitch));
    expect(found.roll).toBeCloseTo(roll, 1);
    expect(found.yaw).toBeCloseTo(yaw, 1);
    expect(found.pitch).toBeCloseTo(pitch, 1);
  });

  it('is off by a few degrees where the camera is near', () => {
    const { roll, yaw, pitch } = headAngles(seen(10, 25, 5, 60));
    expect(Math.hypot(roll - 10, yaw - 25, pitch - 5)).toBeLessThan(6);
  });

  it('has no angles of points that coincide', () => {
    const { roll, yaw, pitch } = headAngles(Array.from({ length: 68 }, () => [3, 3] as const));
    expect([roll, yaw, pitch].every(Number.isNaN)).toBe(true);
    expect(() => headAngles([])).toThrow(/68 points/);
  });
});
