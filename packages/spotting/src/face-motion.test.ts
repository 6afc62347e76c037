import { describe, expect, it } from 'vitest';
import { faceMotion } from './face-motion.js';
import type { RegionMotion } from './spotters/region-motion.js';

const regions: RegionMotion['regions'] = [
  { name: 'left brow', group: 'brows' },
  { name: 'right brow', group: 'brows' },
  { name: 'brow, point 18', group: 'brows' },
  { name: 'left eye', group: 'eyes' },
  { name: 'mouth', group: 'mouth' },
  { name: 'mouth, point 48', group: 'mouth' },
  { name: 'mouth, point 54', group: 'mouth' },
  { name: 'side of the nose', group: 'nose' },
];

/** Normal numbers, the same each time. */
function normal(seed: number): () => number {
  let state = seed;
  const next = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state + 0.5) / 2 ** 32;
  };
  return () => Math.sqrt(-2 * Math.log(next())) * Math.cos(2 * Math.PI * next());
}

/** Courses of 30 frames: what moves, whatever moves all, and noise, which the first frame has too. */
function measured(move: (region: string, t: number) => number, { noise = 0, all = 0, frames = 30, size = 256 } = {}) {
  const draw = normal(3);
  const signals = regions.map(({ name }) => {
    const begin = [noise * draw(), noise * draw()];
    const axis = (which: 0 | 1) =>
      Float32Array.from({ length: frames }, (_, t) =>
        t === 0 ? 0 : move(name, t) + all * Math.sin(t / 9) + noise * draw() - begin[which]!,
      );
    return { u: axis(0), v: axis(1) };
  });
  return faceMotion({ rate: 30, stride: 1, frames, size, regions, windows: [{ start: 0, signals }] });
}

/** Rises within frames 10 to 15. */
const rise = (t: number) => Math.min(1, Math.max(0, (t - 10) / 5));

describe('faceMotion()', () => {
  it('sees nothing where nothing moves, and no end of a ratio', () => {
    expect(measured(() => 0)).toMatchObject({ pixels: 0, ratio: null, together: 0 });
  });

  it('tells the brows that rise from noise', () => {
    const { pixels, region, ratio } = measured((name, t) => (name.includes('brow') ? rise(t) : 0), { noise: 0.1 });
    expect(region).toMatch(/brow/);
    // both coordinates go by 1
    expect(pixels).toBeCloseTo(Math.SQRT2, 0);
    expect(ratio).toBeGreaterThan(15);
  });

  it.each([0.1, 1])('finds noise of %f pixels to be noise', (noise) => {
    const found = measured(() => 0, { noise });
    expect(found.ratio).toBeLessThan(12);
    expect(found.noise).toBeGreaterThan((0.6 * noise) / Math.sqrt(5));
    expect(found.noise).toBeLessThan((1.6 * noise) / Math.sqrt(5));
  });

  it('takes what all regions do together for the head, and a blink for none', () => {
    const head = measured(() => 0, { all: 3 });
    expect(head.pixels).toBeCloseTo(0, 5);
    expect(head.together).toBeGreaterThan(3);
    expect(measured((name, t) => (name.includes('eye') ? 9 * rise(t) : 0)).pixels).toBe(0);
  });

  it('counts in pixels of 256, and says nothing of noise in few frames', () => {
    const move = (name: string, t: number) => (name.includes('mouth') ? t : 0);
    const few = measured(move, { frames: 3, size: 128 });
    expect(few).toMatchObject({ ratio: null, region: 'mouth' });
    expect(few.pixels).toBeCloseTo(4 * Math.SQRT2, 5);
  });
});
