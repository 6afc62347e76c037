import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { roughness } from '../../test/synthetic-clip.js';
import { applyTransform, invertTransform, type Transform } from '../face/transform.js';
import type { GrayImage } from './match-shift.js';
import { similarityMatcher } from './match-similarity.js';

/** Made by tools/representations/make-stabilize-golden.py with OpenCV. */
const golden = JSON.parse(readFileSync(new URL('../../test/golden/stabilize.json', import.meta.url), 'utf8')) as {
  side: number;
  box: [number, number, number, number];
  cases: { known: Transform; gain: number; bias: number; ecc: Transform }[];
};
const { side } = golden;
const [top, left, bottom, right] = golden.box;
const part = { box: { top, left, bottom, right }, weights: new Float32Array((bottom - top) * (right - left)).fill(1) };
const still: Transform = [1, 0, 0, 0, 1, 0];

/** The texture, moved by a transform and lit otherwise. */
function textured(moved: Transform = still, gain = 1, bias = 0): GrayImage {
  const back = invertTransform(moved);
  const values = Float32Array.from({ length: side * side }, (_, i) => {
    const [x, y] = applyTransform(back, [i % side, Math.floor(i / side)]);
    return gain * roughness(x, y) + bias;
  });
  return { values, height: side, width: side };
}

/** The furthest that two transforms lead a corner of the box apart. */
const apart = (a: Transform, b: Transform) =>
  Math.max(
    ...[top, bottom - 1].flatMap((y) =>
      [left, right - 1].map((x) => {
        const [p, q] = [applyTransform(a, [x, y]), applyTransform(b, [x, y])];
        return Math.hypot(p[0] - q[0], p[1] - q[1]);
      }),
    ),
  );

const turned = (degrees: number, size: number, [u, v]: readonly [number, number]): Transform => {
  const [a, d] = [size * Math.cos((degrees * Math.PI) / 180), size * Math.sin((degrees * Math.PI) / 180)];
  const middle = (side - 1) / 2;
  return [a, -d, middle * (1 - a + d) + u, d, a, middle * (1 - a - d) + v];
};

describe('similarityMatcher()', () => {
  const matcher = similarityMatcher(textured(), part);

  it.each(golden.cases)("finds what OpenCV's ECC finds, and what is known ($known)", ({ known, gain, bias, ecc }) => {
    const { transform, likeness } = matcher.match(textured(known, gain, bias), [still], 0);
    expect(apart(transform, known)).toBeLessThan(0.03);
    // which itself is off by a tenth of a pixel: it rounds places to 1/32 and fits two numbers more
    expect(apart(transform, ecc)).toBeLessThan(0.12);
    expect(likeness).toBeGreaterThan(gain === 1 ? 0.98 : 0.9);
  });

  it('finds turns, sizes and drifts that no start leads to', () => {
    for (const known of [turned(10, 0.9, [9, -7]), turned(-10, 1.1, [-8, 6])]) {
      expect(apart(matcher.match(textured(known), [still], 24).transform, known)).toBeLessThan(0.1);
    }
  });

  it('does not follow what moves otherwise than the rest', () => {
    const known = turned(3, 1.02, [1, 0.5]);
    const frame = textured(known);
    const other = textured(turned(3, 1.02, [4, -3]));
    // a third of the part
    for (let y = 0; y < 40; y++) frame.values.set(other.values.subarray(y * side, (y + 1) * side), y * side);
    expect(apart(matcher.match(frame, [still], 0).transform, known)).toBeLessThan(0.1);
  });

  it('tells what has no texture, and what is not there', () => {
    const flat = { values: new Float32Array(side * side).fill(0.5), height: side, width: side };
    expect(similarityMatcher(flat, part).bare).toBe(true);
    expect(matcher.bare).toBe(false);
    expect(matcher.match(flat, [still], 8).likeness).toBe(-1);
    expect(matcher.match(textured([1, 0, 4000, 0, 1, 4000]), [still], 8).likeness).toBeLessThan(0.5);
  });
});
