import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Heap, resizeInHeap, resizeToUnit } from './resize.js';
import { resizePlain } from './resize-plain.js';

interface Golden {
  height: number;
  width: number;
  pixels: number[];
  cases: { size: [number, number]; values: number[] }[];
}
const golden = JSON.parse(readFileSync(new URL('../../test/golden/resize.json', import.meta.url), 'utf8')) as Golden;

function resize(picture: Parameters<typeof resizeToUnit>[0], height: number, width: number, channels: number) {
  const out = new Float32Array(height * width * channels + 2).fill(-1);
  resizeToUnit(picture, [height, width, channels], out, 1);
  expect([out[0], out.at(-1)]).toEqual([-1, -1]);
  return out.slice(1, -1);
}
const furthest = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Array.from(a).reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0);

describe('resizeToUnit()', () => {
  it('agrees with the antialiased bilinear resize of PyTorch', () => {
    const { height, width, pixels, cases } = golden;
    const picture = { height, width, channels: 3, data: Uint8Array.from(pixels) };
    for (const { size, values } of cases) {
      const [newHeight, newWidth] = size;
      expect(furthest(resize(picture, newHeight, newWidth, 3), values)).toBeLessThan(5e-7);
      expect(furthest(resizePlain(picture, newHeight, newWidth, 3), values)).toBeLessThan(5e-7);
    }
  });

  it('agrees with the plain way for every size and number of channels', () => {
    const side = fc.integer({ min: 1, max: 23 });
    fc.assert(
      fc.property(side, side, side, side, fc.constantFrom(1, 3), fc.constantFrom(1, 3), (h, w, th, tw, from, to) => {
        const data = Uint8Array.from({ length: h * w * from }, (_, i) => (i * 97 + 31 * h) % 256);
        const picture = { height: h, width: w, channels: from, data };
        expect(furthest(resize(picture, th, tw, to), resizePlain(picture, th, tw, to))).toBeLessThan(5e-7);
      }),
      { numRuns: 200 },
    );
  });

  it('keeps pixels exactly, as level / 255, where the size stays', () => {
    const data = Uint8Array.from({ length: 256 * 3 }, (_, i) => i % 256);
    const out = resize({ height: 16, width: 16, channels: 3, data }, 16, 16, 3);
    expect(out).toEqual(Float32Array.from(data, (level) => level / 255));
  });

  it('gives the same floats in a heap of somebody else, and touches nothing around them', () => {
    const side = fc.integer({ min: 1, max: 40 });
    fc.assert(
      fc.property(side, side, side, side, fc.constantFrom(1, 3), fc.constantFrom(1, 3), (h, w, th, tw, from, to) => {
        const memory = new WebAssembly.Memory({ initial: 4 });
        const bytes = new Uint8Array(memory.buffer).fill(7);
        const [target, count, room] = [1024, th * tw * to, 2 ** 16];
        const taken: number[] = [];
        const given: number[] = [];
        const heap: Heap = {
          memory,
          take(size) {
            taken.push(size);
            return room;
          },
          giveBack: (address) => given.push(address),
        };
        const data = Uint8Array.from({ length: h * w * from }, (_, i) => (i * 97 + 31 * h) % 256);
        const picture = { height: h, width: w, channels: from, data };
        expect(resizeInHeap(picture, [th, tw, to], heap, target)).toBe(true);
        expect(given).toEqual([room]);
        expect(new Float32Array(memory.buffer, target, count)).toEqual(resize(picture, th, tw, to));
        bytes.fill(7, target, target + 4 * count).fill(7, room, room + taken[0]!);
        expect(Buffer.from(memory.buffer).equals(Buffer.alloc(bytes.length, 7))).toBe(true);
      }),
      { numRuns: 200 },
    );
  });

  it('says so where a heap has no room', () => {
    const heap = { memory: new WebAssembly.Memory({ initial: 1 }), take: () => 0, giveBack: () => {} };
    const picture = { height: 2, width: 2, channels: 1, data: new Uint8Array(4) };
    expect(resizeInHeap(picture, [2, 2, 1], heap, 1024)).toBe(false);
  });

  it('keeps a flat picture flat', () => {
    const data = new Uint8Array(640 * 480 * 3).fill(200);
    const out = resize({ height: 480, width: 640, channels: 3, data }, 224, 224, 1);
    expect(furthest(out, new Float32Array(out.length).fill(200 / 255))).toBeLessThan(1e-6);
  });
});
