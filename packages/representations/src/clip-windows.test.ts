import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import type { Clip } from './clip.js';
import { clipWindows } from './clip-windows.js';

const clipOf = (onset: number, apex: number | null, offset: number): Clip => {
  return { frames: tf.zeros([40, 2, 2, 1]), onset, apex, offset };
};
const spans = (windows: Clip[]) => windows.map(({ onset, offset }) => [onset, offset]);

describe('clipWindows', () => {
  it('begins at the onset, ends at the offset, and overlaps by half', () => {
    const windows = clipWindows(clipOf(5, 9, 29), { count: 4 });
    expect(spans(windows)).toEqual([
      [5, 14],
      [10, 19],
      [15, 24],
      [20, 29],
    ]);
    expect(windows.map(({ apex }) => apex)).toEqual([9, null, null, null]);
  });

  it('covers every frame once without overlap', () => {
    const windows = spans(clipWindows(clipOf(0, null, 22), { count: 5, overlap: 0 }));
    expect(windows[0]![0]).toBe(0);
    expect(windows.at(-1)![1]).toBe(22);
    for (const [k, [first]] of windows.entries()) if (k > 0) expect(first).toBe(windows[k - 1]![1]! + 1);
  });

  it.each([2, 3, 4, 5, 7, 11])('gives windows of at least two frames of a clip of %i', (frames) => {
    for (const count of [1, 2, 4, 9]) {
      for (const overlap of [0, 0.5, 0.9]) {
        const windows = clipWindows(clipOf(3, 3, 2 + frames), { count, overlap });
        expect(windows.length).toBe(count);
        expect([windows[0]!.onset, windows.at(-1)!.offset]).toEqual([3, 2 + frames]);
        for (const { onset, offset } of windows) {
          expect(offset - onset).toBeGreaterThanOrEqual(1);
          expect(onset).toBeGreaterThanOrEqual(3);
          expect(offset).toBeLessThanOrEqual(2 + frames);
        }
      }
    }
  });

  it('repeats the one frame of a clip that has no more, and shares the frames', () => {
    const clip = clipOf(6, 6, 6);
    const windows = clipWindows(clip, { count: 3 });
    expect(spans(windows)).toEqual([
      [6, 6],
      [6, 6],
      [6, 6],
    ]);
    expect(windows.every(({ frames }) => frames === clip.frames)).toBe(true);
  });

  it('says what is wrong with an option', () => {
    expect(() => clipWindows(clipOf(0, 1, 5), { count: 0 })).toThrow(
      /count must be an integer of at least 1: current value is 0/,
    );
    expect(() => clipWindows(clipOf(0, 1, 5), { overlap: 1 })).toThrow(
      /overlap must be a number from 0 to 0.9: current value is 1/,
    );
  });
});
